"""The product only ever reads from devices: shown in its code, and by what it puts on the wire."""

from __future__ import annotations

import ast
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pyasn1.codec.ber import decoder
from pysnmp.proto.api import v2c

from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.drivers.modbus.pdus import question_for
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.planner import plan_requests
from collectors.profiles.library import all_profiles
from collectors.requests import Failure, ModbusIdentify, ModbusRead, SnmpGet, SnmpTable, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import COMMUNITY, asked_in, raw_udp, reply_to
from tests.collectors.certificates import Authority, server_context
from tests.collectors.modbus_slaves import FRAMES, device_on, pdu_in
from tests.every import for_every

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "set_cmd", "SetCommandGenerator", "SetRequestPDU", "setCmd", "write_coil", "write_coils",
    "write_register", "write_registers", "mask_write_register", "readwrite_registers",
    "write_file_record", "WriteSingleCoilRequest", "WriteMultipleCoilsRequest",
    "WriteSingleRegisterRequest", "WriteMultipleRegistersRequest", "write_variables",
    "send_c_store", "send_c_find", "send_c_get", "send_c_move", "send_n_create", "send_n_set",
    "send_n_get", "send_n_action", "send_n_delete", "send_n_event_report",
    "MaskWriteRegisterRequest", "ReadWriteMultipleRegistersRequest",
}  # fmt: skip
READING_PDUS = {"GetRequestPDU", "GetNextRequestPDU", "GetBulkRequestPDU"}
READING_FUNCTIONS = {1, 2, 3, 4}


def sources() -> list[Path]:
    """Every module of the product; the simulated devices of the demo hospital stand outside of it."""
    files = [
        path
        for app in ("hospital", "collectors", "assets", "locations")
        for path in (ROOT / app).rglob("*.py")
    ]
    return [path for path in files if ROOT / "hospital" / "demo" not in path.parents]


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def packages_of(path: Path) -> set[str]:
    """The packages that a module imports from."""
    modules = [node.module or "" for node in nodes_of(path) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in nodes_of(path) if isinstance(node, ast.Import) for alias in node.names]
    return {module.partition(".")[0] for module in modules}


def words_of(path: Path) -> set[str]:
    """Every name, attribute, import and text in a module."""
    words = set()
    for node in nodes_of(path):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.alias(name=word) | ast.keyword(arg=word):
                words.add(word)
            case ast.Constant(value=str(word)):
                words.add(word)
    return words


def test_the_scan_covers_the_drivers():
    names = {path.relative_to(ROOT).as_posix() for path in sources()}
    drivers = {
        "drivers/snmp_pysnmp.py",
        "drivers/modbus/pdus.py",
        "drivers/modbus/line.py",
        "snmp/messages.py",
    }
    assert {f"collectors/{name}" for name in drivers} <= names


def test_no_module_names_a_way_to_write_to_a_device():
    offenders = {path.relative_to(ROOT).as_posix(): words_of(path) & FORBIDDEN for path in sources()}
    assert {name: words for name, words in offenders.items() if words} == {}


def test_only_the_drivers_import_a_protocol_library():
    libraries = {"pysnmp", "pymodbus", "pydicom", "pynetdicom"}
    importers = {path.relative_to(ROOT).as_posix() for path in sources() if packages_of(path) & libraries}
    assert importers
    doors = ("collectors/drivers/", "collectors/receivers/mpps/")
    assert all(name.startswith(doors) for name in importers)


def snmp_requests():
    """Of all profiles, each once: some ask for the same."""
    requests = [
        request
        for profile in all_profiles()
        if profile.protocol == "snmp"
        for request in plan_requests(profile)
    ]
    return list(dict.fromkeys(requests))


def modbus_requests():
    return [
        request
        for profile in all_profiles()
        if profile.protocol == "modbus"
        for request in plan_requests(profile)
    ]


def random_oid(chance: random.Random) -> str:
    return ".".join(["1", "3", *(str(chance.randrange(2**32)) for _ in range(chance.randrange(1, 12)))])


def random_snmp_requests(count: int):
    chance = random.Random(20260302)
    for _ in range(count):
        oids = tuple({random_oid(chance) for _ in range(chance.randrange(1, 12))})
        yield (
            SnmpGet(oids)
            if chance.random() < 0.5
            else SnmpTable(oids, chance.randrange(1, 99), chance.randrange(1, 99))
        )


@pytest.mark.parametrize("kind", [PysnmpDriver, FastSnmpDriver])
async def test_snmp_puts_only_get_getnext_and_getbulk_on_the_wire(kind):
    seen: Counter[str] = Counter()

    def answer(request):
        kind, names, _ = asked_in(request)
        seen[kind] += 1
        message, _ = decoder.decode(request, asn1Spec=v2c.Message())
        assert int(v2c.apiMessage.get_version(message)) == 1
        bindings = [((*name, 1), v2c.EndOfMibView("")) for name in names]
        return [
            reply_to(request, bindings if "Bulk" in kind else [(name, v2c.Integer32(1)) for name in names])
        ]

    requests = [*snmp_requests(), *random_snmp_requests(150)]
    driver = kind()
    async with raw_udp(answer) as (port, heard):
        target = Target(1, "snmp_v2c", "127.0.0.1", port, 5.0, community=COMMUNITY)
        raw = await driver.poll(target, requests)
        await driver.close()
    assert set(seen) <= READING_PDUS
    assert sum(seen.values()) == len(heard) == len(requests)  # profiles may ask the same, each for itself
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values())


MODBUS_WIRES = ["modbus_tcp", "modbus_tls", "modbus_udp", "modbus_rtu_tcp", "modbus_rtu", "modbus_ascii"]


def random_reads(count: int):
    chance = random.Random(20260302)
    for _ in range(count):
        yield ModbusRead(chance.randrange(1, 5), chance.randrange(65000), chance.randrange(1, 126))


def modbus_reply(pdu: bytes) -> bytes:
    """Zeros for a read, a name for an identification."""
    if pdu[0] == 43:
        return b"\x2b\x0e\x01\x01\x00\x00\x01\x00\x04Acme"
    count = int.from_bytes(pdu[3:5], "big")
    size = -(-count // 8) if pdu[0] in (1, 2) else 2 * count
    return bytes([pdu[0], size]) + bytes(size)


def reads_only(pdu: bytes) -> bool:
    """Functions 1 to 4 with an address and a count, and 43 for the basic identification: nothing else."""
    if pdu[0] in READING_FUNCTIONS:
        return len(pdu) == 5
    return pdu[:3] == b"\x2b\x0e\x01" and len(pdu) == 4


@pytest.mark.parametrize("protocol", MODBUS_WIRES)
async def test_modbus_puts_only_reads_and_identifications_on_the_wire(protocol, settings, tmp_path):
    """Every octet is recorded, of all profiles and of many more requests, answered and unanswered."""
    authority = Authority(tmp_path)
    settings.MODBUS_TLS_CA = str(authority.path)
    context = server_context(authority.sign("device", "127.0.0.1")) if protocol == "modbus_tls" else None
    seen: list[bytes] = []

    def talk(request):
        seen.append(pdu_in(protocol, request))
        if len(seen) % 50 == 7:
            return b""
        return FRAMES[protocol](request, modbus_reply(seen[-1]))

    requests = [*modbus_requests(), ModbusIdentify(), *random_reads(60)]
    driver = PymodbusDriver()
    async with device_on(protocol, talk, timeout_s=0.3, context=context) as device:
        raw = await driver.poll(device.target, requests)
        await driver.close()
    assert {pdu[0] for pdu in seen} == READING_FUNCTIONS | {43}
    assert all(reads_only(pdu) for pdu in seen)
    assert len(seen) == len(device.heard) >= len(set(requests))
    assert sum(not isinstance(answer, Failure) for answer in raw.answers.values()) >= len(set(requests)) - 4


@pytest.mark.parametrize("protocol", ["modbus_tcp", "modbus_udp", "modbus_rtu"])
async def test_no_other_function_can_be_sent(protocol):
    driver = PymodbusDriver()
    async with device_on(protocol, lambda request: request) as device:
        for function in (0, 5, 6, 7, 8, 15, 16, 20, 21, 22, 23, 24, 43, 90, 128):
            with pytest.raises(ValueError, match="only functions 1 to 4"):
                await driver.poll(device.target, [ModbusRead(function, 0, 1)])
        await driver.close()
    assert device.heard == []


@for_every(range(256))
def test_no_request_of_another_function_becomes_octets(function):
    if function in READING_FUNCTIONS:
        assert reads_only(question_for(ModbusRead(function, 0, 1)).pdu)
    else:
        with pytest.raises(ValueError, match="only functions 1 to 4"):
            question_for(ModbusRead(function, 0, 1))
