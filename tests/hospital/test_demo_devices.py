"""The simulated devices on their sockets, asked by independent clients and by the product's own drivers."""

from __future__ import annotations

import socket
import warnings

import pytest
from pymodbus.client import AsyncModbusTcpClient

from assets.observation import Evidence, Subject, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.drivers.registry import make_drivers
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import SnmpUser, Target
from hospital.demo import endpoints as wire
from hospital.demo.names import mac
from hospital.demo.simulator import PortTakenError, Simulator
from hospital.demo.wifi import access_points

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # pysnmp calls something of pysmi by its old name
    from pysnmp.hlapi.v3arch.asyncio import (
        USM_AUTH_HMAC192_SHA256,
        USM_PRIV_CFB128_AES,
        CommunityData,
        ContextData,
        ObjectIdentity,
        ObjectType,
        OctetString,
        SnmpEngine,
        UdpTransportTarget,
        UsmUserData,
        bulk_cmd,
        get_cmd,
        set_cmd,
    )

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated. Please use:DeprecationWarning")
SPECS = {spec.key: spec for spec in wire.the_endpoints()}
RTLS = "1.3.6.1.4.1.32473.77.3.1.1"
SYS_NAME, SCANNER_STATE = "1.3.6.1.2.1.1.5.0", "1.3.6.1.4.1.32473.77.2.2.0"
GOOD_USER = (wire.SNMP_USER, wire.SNMP_AUTH_KEY, wire.SNMP_PRIV_KEY)


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def simulate(clock):
    """Opens simulated devices on free ports: ``await simulate("ct-01")``."""
    running = []

    async def open_devices(*keys: str) -> Simulator:
        simulator = Simulator(ports=dict.fromkeys(keys, 0), clock=clock, only=keys)
        running.append(simulator)
        await simulator.open()
        return simulator

    yield open_devices
    for simulator in running:
        await simulator.close()


@pytest.fixture
def manager():
    engine = SnmpEngine()
    yield engine
    engine.close_dispatcher()


def user(name=GOOD_USER[0], auth=GOOD_USER[1], priv=GOOD_USER[2]) -> UsmUserData:
    return UsmUserData(
        name, auth, priv, authProtocol=USM_AUTH_HMAC192_SHA256 if auth else None,
        privProtocol=USM_PRIV_CFB128_AES if priv else None,
    )  # fmt: skip


async def ask(command, manager, credentials, port, *objects, numbers=(), timeout_s=2):
    target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=timeout_s, retries=0)
    return await command(manager, credentials, target, ContextData(), *numbers, *objects, lookupMib=False)


def named(*oids: str) -> list[ObjectType]:
    return [ObjectType(ObjectIdentity(oid)) for oid in oids]


@pytest.fixture
async def polled():
    """One poll by the product's own driver, decoded: ``await polled(simulator, "ct-01")``."""
    drivers = make_drivers()
    for driver in set(drivers.values()):
        await driver.open()

    async def poll(simulator: Simulator, key: str):
        spec, profile = SPECS[key], get_profile(SPECS[key].profile)
        target = Target(
            simulator.ports[key], spec.protocol, wire.HOST, simulator.ports[key], 2.0,
            community=wire.COMMUNITY.encode(),
            user=SnmpUser(wire.SNMP_USER, "sha256", wire.SNMP_AUTH_KEY, "aes128", wire.SNMP_PRIV_KEY),
        )  # fmt: skip
        raw = await drivers[spec.protocol].poll(target, plan_requests(profile))
        subject = Subject(SubjectKind.ASSET, "1") if spec.item else None
        return decode_poll(profile, raw, source="endpoint:1", subject=subject, received_at=raw.at)

    yield poll
    for driver in set(drivers.values()):
        await driver.close()


# --- every endpoint, by the product
@pytest.mark.parametrize("profile", sorted({spec.profile for spec in SPECS.values()}))
async def test_every_endpoint_answers_everything_that_its_profile_asks(simulate, polled, profile):
    keys = [key for key, spec in SPECS.items() if spec.profile == profile]
    simulator = await simulate(*keys)
    for key in keys:
        observations = await polled(simulator, key)
        assert observations, key
        for observation in observations:
            assert observation.quality is Quality.GOOD, (key, observation)
            failed = {
                reading.name: reading.quality for reading in observation.readings if reading.value is None
            }
            assert failed in ({}, {"helium_level": Quality.NO_VALUE}), key


async def test_the_location_gateway_tells_every_tag_on_its_floor(simulate, polled):
    simulator = await simulate("rtls-1")
    told = {observation.subject.key: observation for observation in await polled(simulator, "rtls-1")}
    truth = {
        mobile.item.tag: mobile.place(0.0)
        for mobile in simulator.day.mobiles.values()
        if mobile.item.tag and mobile.place(0.0).floor == "main-1"
    }
    assert set(told) == set(truth)
    for tag, observation in told.items():
        if observation.position:
            assert observation.position.floor == "main-1"
            assert abs(observation.position.x - truth[tag].x) < 3
        else:
            assert observation.sighting.receiver.startswith("rx-1-")


async def test_a_pump_gateway_tells_the_pumps_of_its_unit_but_not_those_that_report_by_hl7(simulate, polled):
    simulator = await simulate("pumps-icu")
    told = {observation.subject.key for observation in await polled(simulator, "pumps-icu")}
    assert told == {
        pump.item.serial
        for pump in simulator.day.pumps.values()
        if pump.item.department == "icu" and not pump.item.reports_by_hl7
    }


async def test_what_a_scanner_says_changes_as_the_day_goes_on(simulate, polled, clock):
    simulator, seen = await simulate("ct-01"), set()
    while len(seen) < 3 and clock.now < 5600:
        clock.now += 25
        (observation,) = await polled(simulator, "ct-01")
        seen |= {reading.value for reading in observation.readings if reading.name == "device_state"}
    assert seen == {"standby", "preparing", "scanning"}


async def test_the_mri_is_known_to_scan_by_the_current_of_its_feeder(simulate, polled, clock):
    simulator, seen = await simulate("meter-mri-01"), set()
    scanner = simulator.day.scanners["MRI-01"]
    for _ in range(60):
        clock.now += 10
        (observation,) = await polled(simulator, "meter-mri-01")
        seen.add((scanner.state.name, observation.activity))
    assert seen == {
        ("STANDBY", Evidence.IDLE),
        ("PREPARING", Evidence.IDLE),
        ("SCANNING", Evidence.IN_USE),
    }


async def test_the_wifi_controller_tells_of_equipment_and_of_nobodys_telephone(simulate, polled):
    simulator = await simulate("wifi")
    told = {each.subject.key: each for each in await polled(simulator, "wifi") if each.sighting}
    assert set(told) == {mac(m.item) for m in simulator.day.mobiles.values() if m.item.has_wifi}
    known = {point.identifier for point in access_points()}
    assert {each.sighting.receiver for each in told.values()} <= known
    assert all(-95 < each.sighting.rssi_dbm < -30 for each in told.values())


def values(observation) -> dict[str, object]:
    return {reading.name: reading.value for reading in observation.readings}


async def test_the_helium_compressor_runs_and_tells_the_serial_number_that_it_is_registered_with(
    simulate, polled
):
    (observation,) = await polled(await simulate("hec-01"), "hec-01")
    told = values(observation)
    assert told["serial_number"] == SPECS["hec-01"].item.serial == "42107"
    assert (told["device_state"], told["compressor"], told["general_alarm"]) == ("running", "on", "clear")
    assert 550 < told["low_side_pressure"] < 650  # kPa
    assert 2000 < told["high_side_pressure"] < 2150
    assert told["operating_hours"] == 21_340.0
    assert told["firmware_version"] == "1.18"
    assert observation.activity is Evidence.IDLE


async def test_the_freezer_tells_of_itself_and_the_thermometer_in_it_how_cold_it_is(simulate, polled):
    simulator = await simulate("ult-01", "probe-ult-01")
    ((freezer,), (probe,)) = [await polled(simulator, key) for key in ("ult-01", "probe-ult-01")]
    told = values(freezer)
    assert (told["temperature_set_point"], told["high_temperature_limit"]) == (-80.0, -70.0)
    assert (told["device_state"], told["part_number"]) == ("running", "TSX60086V")
    assert freezer.activity is Evidence.IDLE
    assert -82 < values(probe)["temperature"] < -76
    assert 35 < values(probe)["humidity"] < 47
    assert (values(probe)["alarm_count"], values(probe)["contacts_in_alarm"]) == (0, 0)


# --- SNMP, by pysnmp's own client
async def test_a_table_comes_in_pages_by_getbulk(simulate, manager):
    simulator = await simulate("rtls-2")
    columns = named(*(f"{RTLS}.{column}" for column in range(1, 11)))
    trouble, status, _, bindings = await ask(
        bulk_cmd, manager, user(), simulator.ports["rtls-2"], *columns, numbers=(0, 20)
    )
    assert (trouble, int(status), len(bindings)) == (None, 0, 200)
    assert str(bindings[0][0]).startswith(f"{RTLS}.1.")
    assert bytes(bindings[0][1]).startswith(b"T-2")


async def test_an_object_that_is_not_there_is_no_such_instance(simulate, manager):
    simulator = await simulate("ct-01")
    *_, bindings = await ask(get_cmd, manager, user(), simulator.ports["ct-01"], *named("1.3.6.1.9.9.0"))
    assert bindings[0][1].prettyPrint() == "No Such Instance currently exists at this OID"


async def test_the_end_of_the_mib_is_told(simulate, manager):
    simulator = await simulate("ct-01")
    *_, bindings = await ask(
        bulk_cmd, manager, user(), simulator.ports["ct-01"], *named("1.3.6.1.9"), numbers=(0, 5)
    )
    assert {type(value).__name__ for _, value in bindings} == {"EndOfMibView"}


@pytest.mark.parametrize(
    "stranger",
    [
        user(auth="wrong-authentication-key"),
        user(priv="wrong-privacy-key"),
        user(name="nobody"),
        CommunityData(wire.COMMUNITY),
        CommunityData("public"),
    ],
    ids=["authentication key", "privacy key", "user", "community", "public"],
)
async def test_a_v3_device_tells_strangers_nothing(simulate, manager, stranger):
    simulator = await simulate("ct-01")
    trouble, _, _, bindings = await ask(
        get_cmd, manager, stranger, simulator.ports["ct-01"], *named(SCANNER_STATE), timeout_s=0.5
    )
    assert trouble is not None
    assert bindings == ()


@pytest.mark.parametrize(
    "weaker", [user(priv=None), user(auth=None, priv=None)], ids=["no privacy", "nothing"]
)
async def test_a_v3_user_is_not_believed_without_privacy(simulate, manager, weaker):
    simulator = await simulate("ct-01")
    trouble, _, _, bindings = await ask(
        get_cmd, manager, weaker, simulator.ports["ct-01"], *named(SCANNER_STATE)
    )
    assert (str(trouble), bindings) == ("Unsupported SNMP security level", ())


async def test_the_old_cards_answer_their_community_alone(simulate, manager):
    simulator = await simulate("ups-05")
    *_, bindings = await ask(
        get_cmd, manager, CommunityData(wire.COMMUNITY), simulator.ports["ups-05"], *named(SYS_NAME)
    )
    assert bytes(bindings[0][1]) == b"UPS-05"
    trouble, *_ = await ask(
        get_cmd, manager, CommunityData("public"), simulator.ports["ups-05"], *named(SYS_NAME), timeout_s=0.5
    )
    assert trouble is not None


async def test_nothing_can_be_set(simulate, manager):
    simulator = await simulate("ct-01")
    change = ObjectType(ObjectIdentity(SYS_NAME), OctetString("changed"))
    trouble, *_ = await ask(
        set_cmd, manager, user(), simulator.ports["ct-01"], change, timeout_s=0.5
    )  # no responder takes it
    assert trouble is not None
    *_, bindings = await ask(get_cmd, manager, user(), simulator.ports["ct-01"], *named(SYS_NAME))
    assert bytes(bindings[0][1]) == b"CT-01"


async def test_every_agent_has_an_engine_of_its_own(simulate):
    simulator = await simulate("ct-01", "ct-02", "ups-01")
    engines = {bytes(agent._engine.snmpEngineID) for agent in simulator._agents}
    assert engines == {b"\x80\x00\x7e\xd9\x04" + key for key in (b"ct-01", b"ct-02", b"ups-01")}


# --- Modbus, by pymodbus's own client
@pytest.fixture
async def modbus(simulate):
    clients = []

    async def connect(key: str, simulator: Simulator | None = None) -> AsyncModbusTcpClient:
        simulator = simulator or await simulate(key)
        client = AsyncModbusTcpClient("127.0.0.1", port=simulator.ports[key], retries=0, timeout=0.5)
        clients.append(client)
        assert await client.connect()
        return client

    yield connect
    for client in clients:
        client.close()


async def test_a_fridge_answers_as_its_map_says(modbus):
    fridge = await modbus("bfr-01")
    inputs = (await fridge.read_input_registers(0, count=8)).registers
    assert 25 <= inputs[0] <= 60
    assert (inputs[1], inputs[4], inputs[5]) == (40, 96, 0)
    assert (await fridge.read_discrete_inputs(0, count=2)).bits[1] is True
    assert (await fridge.read_coils(0, count=1)).bits[0] is False
    serial = fridge.convert_from_registers(
        (await fridge.read_holding_registers(100, count=8)).registers, fridge.DATATYPE.STRING
    )
    assert serial.rstrip("\0") == SPECS["bfr-01"].item.serial


async def test_a_power_meter_answers_as_eastrons_does(modbus):
    meter = await modbus("meter-ct-01")
    registers = (await meter.read_input_registers(0, count=72)).registers

    def value(address: int) -> float:
        return meter.convert_from_registers(registers[address : address + 2], meter.DATATYPE.FLOAT32)

    assert [220 < value(address) < 240 for address in (0, 2, 4)] == [True] * 3
    assert value(52) == pytest.approx(value(12) + value(14) + value(16), rel=1e-5)
    assert value(12) == pytest.approx(value(0) * value(6), rel=1e-5)
    assert 49.9 < value(70) < 50.1


@pytest.mark.parametrize(
    ("function", "address", "count"), [(4, 5, 9), (3, 0, 1), (3, 65000, 1), (2, 40, 1), (1, 9000, 1)]
)
async def test_registers_that_do_not_exist_get_exception_2(modbus, function, address, count):
    fridge = await modbus("mfr-01")
    read = {
        1: fridge.read_coils,
        2: fridge.read_discrete_inputs,
        3: fridge.read_holding_registers,
        4: fridge.read_input_registers,
    }[function]
    assert (await read(address, count=count)).exception_code == 2


async def test_writing_gets_exception_1_and_changes_nothing(modbus):
    fridge = await modbus("mfr-01")
    before = (await fridge.read_holding_registers(100, count=8)).registers
    assert (await fridge.write_register(100, 5)).exception_code == 1
    assert (await fridge.write_registers(100, [1, 2])).exception_code == 1
    assert (await fridge.write_coil(0, value=True)).exception_code == 1
    assert (await fridge.read_holding_registers(100, count=8)).registers == before
    assert (await fridge.read_coils(0, count=1)).bits[0] is False


# --- silence
async def test_the_silent_device_falls_silent_and_comes_back(simulate, polled, clock):
    simulator, key = await simulate(wire.SILENT_ENDPOINT), wire.SILENT_ENDPOINT
    answers = []
    for moment in (0, 350, 370, 590, 610):
        clock.now = 5000.0 + moment
        (observation,) = await polled(simulator, key)
        answers.append(observation.quality)
    silent = Quality.NO_ANSWER
    assert answers == [Quality.GOOD, Quality.GOOD, silent, silent, Quality.GOOD]


async def test_a_silent_agent_answers_nothing_over_snmp(simulate, manager, monkeypatch):
    monkeypatch.setattr("hospital.demo.simulator.SILENT_ENDPOINT", "ct-01")
    simulator = await simulate("ct-01")
    monkeypatch.setattr(simulator.day, "is_silent", lambda _moment: True)
    trouble, *_ = await ask(
        get_cmd, manager, user(), simulator.ports["ct-01"], *named(SCANNER_STATE), timeout_s=0.5
    )
    assert "No SNMP response" in str(trouble)
    monkeypatch.setattr(simulator.day, "is_silent", lambda _moment: False)
    trouble, *_ = await ask(get_cmd, manager, user(), simulator.ports["ct-01"], *named(SCANNER_STATE))
    assert trouble is None


# --- ports
@pytest.mark.parametrize(
    ("key", "kind"), [("ct-01", socket.SOCK_DGRAM), ("mfr-01", socket.SOCK_STREAM)], ids=["UDP", "TCP"]
)
async def test_a_taken_port_is_one_clear_sentence(key, kind):
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        simulator = Simulator(ports={key: port}, only=[key])
        with pytest.raises(PortTakenError, match=f"^Port {port} for “.*” is taken; .*DEMO_BASE_PORT"):
            await simulator.open()
        assert len(simulator) == 0
