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
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.planner import plan_requests
from collectors.profiles.library import all_profiles
from collectors.requests import Failure, ModbusRead, SnmpGet, SnmpTable, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import COMMUNITY, asked_in, raw_tcp, raw_udp, reply_to

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "set_cmd", "SetCommandGenerator", "SetRequestPDU", "setCmd", "write_coil", "write_coils",
    "write_register", "write_registers", "mask_write_register", "readwrite_registers",
    "write_file_record", "WriteSingleCoilRequest", "WriteMultipleCoilsRequest",
    "WriteSingleRegisterRequest", "WriteMultipleRegistersRequest", "write_variables",
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
    drivers = {"drivers/snmp_pysnmp.py", "drivers/modbus/pdus.py", "drivers/modbus/line.py", "snmp/messages.py"}
    assert {f"collectors/{name}" for name in drivers} <= names


def test_no_module_names_a_way_to_write_to_a_device():
    offenders = {path.relative_to(ROOT).as_posix(): words_of(path) & FORBIDDEN for path in sources()}
    assert {name: words for name, words in offenders.items() if words} == {}


def test_only_the_drivers_import_a_protocol_library():
    importers = {
        path.relative_to(ROOT).as_posix() for path in sources() if packages_of(path) & {"pysnmp", "pymodbus"}
    }
    assert importers
    assert all(name.startswith("collectors/drivers/") for name in importers)


def snmp_requests():
    return [
        request
        for profile in all_profiles()
        if profile.protocol == "snmp"
        for request in plan_requests(profile)
    ]


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
    assert sum(seen.values()) == len(heard) == len(set(requests))
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values())


async def test_modbus_puts_only_functions_1_to_4_on_the_wire():
    seen: Counter[int] = Counter()

    def answer(request):
        seen[request[7]] += 1
        count = int.from_bytes(request[10:12], "big")
        size = -(-count // 8) if request[7] in (1, 2) else 2 * count
        return (
            request[:4] + (size + 3).to_bytes(2, "big") + bytes([request[6], request[7], size]) + bytes(size)
        )

    chance = random.Random(20260302)
    some = [
        ModbusRead(chance.randrange(1, 5), chance.randrange(65000), chance.randrange(1, 126))
        for _ in range(500)
    ]
    requests = [*modbus_requests(), *some]
    driver = PymodbusDriver()
    async with raw_tcp(answer) as (port, heard):
        raw = await driver.poll(Target(1, "modbus_tcp", "127.0.0.1", port, 5.0), requests)
        await driver.close()
    assert set(seen) == READING_FUNCTIONS
    assert len(heard) == len(set(requests))
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values())


@pytest.mark.parametrize("function", [0, 5, 6, 7, 8, 15, 16, 20, 21, 22, 23, 24, 43, 90, 128])
async def test_no_other_function_can_be_sent(function):
    driver = PymodbusDriver()
    async with raw_tcp(lambda request: request) as (port, heard):
        with pytest.raises(ValueError, match="only functions 1 to 4"):
            await driver.poll(Target(1, "modbus_tcp", "127.0.0.1", port, 5.0), [ModbusRead(function, 0, 1)])
        await driver.close()
    assert heard == []
