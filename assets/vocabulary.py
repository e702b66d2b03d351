"""The closed vocabulary: every measurement that the product knows, each with one unit.

Device profiles map what a maker's register says onto these names; nothing else names a measurement. The table
in docs/vocabulary.md is written from here (``manage.py check_profiles --write-docs``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "state", "text"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Term:
    """One measurement.

    A number goes into the history when it moved by more than ``deadband`` (in ``unit``) or ``heartbeat_s``
    seconds after the last entry. Outside ``low`` to ``high`` it cannot be true. A state is one of ``states``.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    deadband: float = 0.0
    heartbeat_s: int = 15 * _MINUTE
    low: float = float("-inf")
    high: float = float("inf")
    decimals: int = 0
    states: tuple[str, ...] = ()


def _number(
    name: str, label: str, unit: str, low: float, high: float, deadband: float, decimals: int = 0,
    heartbeat_s: int = 15 * _MINUTE,
) -> Term:  # fmt: skip
    return Term(name, label, unit, "number", deadband, heartbeat_s, low, high, decimals)


def _state(name: str, label: str, *states: str) -> Term:
    return Term(name, label, "", "state", states=states)


def _text(name: str, label: str) -> Term:
    return Term(name, label, "", "text", heartbeat_s=_DAY)


def _phases(name: str, label: str, unit: str, low: float, high: float, deadband: float) -> list[Term]:
    return [_number(f"{name}_l{n}", f"{label} L{n}", unit, low, high, deadband, 1) for n in (1, 2, 3)]


def _thermocouples(*numbers: int) -> list[Term]:
    """Where in the device each sits is known to its maker alone."""
    return [_number(f"thermocouple_{n}", f"Thermocouple {n}", "°C", -273.15, 1800, 0.5, 1) for n in numbers]


TEXT_LIMIT = 200
"""Characters that a text may have."""

_TERMS = (
    # What the device is and says of itself
    _text("serial_number", "Serial number"),
    _text("model_name", "Model"),
    _text("firmware_version", "Firmware"),
    _text("device_description", "Description"),
    _state(
        "device_state",
        "Device state",
        "off",
        "standby",
        "preparing",
        "infusing",
        "paused",
        "scanning",
        "running",
        "charging",
        "alarm",
        "fault",
    ),
    _number("alarm_code", "Alarm code", "", 0, 2_147_483_647, 0),
    _number("alarm_count", "Alarms present", "", 0, 10_000, 0),
    _number("device_count", "Devices connected", "", 0, 100_000, 0),
    _number("uptime", "Running for", "s", 0, 100 * 365 * _DAY, _DAY, heartbeat_s=_DAY),
    _number("restarts", "Restarts", "", 0, 2_147_483_647, 0, heartbeat_s=_DAY),
    _text("part_number", "Part number"),
    _text("hardware_version", "Hardware"),
    _text("device_name", "Its own name"),
    _text("device_place", "Place entered in it"),
    _text("alarm_text", "Alarm"),
    _state("general_alarm", "Alarm", "clear", "alarm"),
    _state("severity", "Worst alarm", "none", "information", "warning", "critical"),
    _state("connection", "Connection", "up", "down", "absent"),
    _number("operating_hours", "Operating hours", "h", 0, 1_000_000, 1, heartbeat_s=_DAY),
    _number("starts", "Starts", "", 0, 4_294_967_295, 0, heartbeat_s=_DAY),
    _number("signal_strength", "Signal", "dBm", -150, 30, 3),
    _number("signal_quality", "Signal quality", "%", 0, 100, 5),
    _text("manufacturer", "Maker"),
    _number("warning_count", "Warnings present", "", 0, 10_000, 0),
    _state("hardware_alarm", "Hardware alarm", "clear", "alarm"),
    # Batteries
    _number("battery_charge", "Battery", "%", 0, 100, 1),
    _number("tag_battery", "Tag battery", "%", 0, 100, 1, heartbeat_s=_HOUR),
    _state("battery_state", "Battery state", "unknown", "normal", "low", "depleted", "fault", "absent"),
    _number("battery_voltage", "Battery voltage", "V", 0, 2000, 0.5, 1),
    _number("battery_temperature", "Battery temperature", "°C", -40, 120, 1, 1),
    _number("runtime_remaining", "Runtime left", "s", 0, 30 * _DAY, _MINUTE),
    _number("time_on_battery", "Time on battery", "s", 0, 30 * _DAY, 30),
    _number("battery_current", "Battery current", "A", -10_000, 10_000, 0.5, 1),
    _state("battery_test", "Battery test", "unknown", "passed", "warning", "failed", "running"),
    _state("battery_replacement", "Battery replacement", "not_needed", "needed"),
    _state("battery_alarm", "Battery alarm", "clear", "alarm"),
    # Work
    _number("infusion_rate", "Infusion rate", "ml/h", 0, 2000, 0.05, 1),
    _number("exams_today", "Examinations today", "", 0, 10_000, 0),
    _state("motion", "Motion", "still", "moving"),
    # Infusion, as pumps and their gateways report it
    _number("infusion_rate_set", "Programmed rate", "ml/h", 0, 2000, 0.05, 1),
    _number("volume_to_be_infused", "Volume to be infused", "ml", 0, 100_000, 1, 1),
    _number("volume_remaining", "Volume left", "ml", 0, 100_000, 1, 1),
    _number("volume_infused", "Volume infused", "ml", 0, 1_000_000, 1, 1),
    _number("infusion_time_remaining", "Infusion time left", "s", 0, 30 * _DAY, _MINUTE),
    _text("drug_library", "Drug library"),
    _text("drug_library_version", "Drug library version"),
    _text("care_area", "Care area chosen on it"),
    _number("signal_quality", "Signal quality", "%", 0, 100, 5),
    # Climate, cold and imaging
    _number("temperature", "Temperature", "°C", -273.15, 400, 0.2, 1, heartbeat_s=5 * _MINUTE),
    _number("temperature_set_point", "Set point", "°C", -273.15, 400, 0.1, 1, heartbeat_s=_HOUR),
    _number("air_temperature", "Air temperature", "°C", -273.15, 400, 0.2, 1, heartbeat_s=5 * _MINUTE),
    _number("supply_air_temperature", "Supply air temperature", "°C", -50, 100, 0.5, 1),
    _number("return_air_temperature", "Return air temperature", "°C", -50, 100, 0.5, 1),
    _number("room_temperature", "Room temperature", "°C", -50, 100, 0.2, 1),
    _number("component_temperature", "Tube or cold head temperature", "°C", -273.15, 400, 0.5, 1),
    _number("dew_point", "Dew point", "°C", -100, 100, 0.5, 1),
    _number("humidity", "Relative humidity", "%", 0, 100, 1),
    _number("humidity_set_point", "Humidity set point", "%", 0, 100, 1, heartbeat_s=_HOUR),
    _number("helium_level", "Helium level", "%", 0, 100, 0.2, 1, heartbeat_s=_HOUR),
    _number("compressor_duty", "Compressor duty", "%", 0, 100, 5),
    _number("fan_speed", "Fan speed", "%", 0, 100, 5),
    _state("door", "Door", "closed", "open"),
    _number("door_openings", "Door openings", "", 0, 4_294_967_295, 0, heartbeat_s=_HOUR),
    _state("high_temperature_alarm", "High temperature alarm", "clear", "alarm"),
    _state("low_temperature_alarm", "Low temperature alarm", "clear", "alarm"),
    _state("door_alarm", "Door alarm", "clear", "alarm"),
    _state("power_failure_alarm", "Power failure alarm", "clear", "alarm"),
    _state("sensor_alarm", "Sensor alarm", "clear", "alarm"),
    _state("alarm_sound", "Alarm sound", "on", "muted"),
    _state("temperature_alarm", "Temperature alarm", "clear", "warning", "alarm"),
    _state("humidity_alarm", "Humidity alarm", "clear", "warning", "alarm"),
    _number("ambient_temperature", "Ambient temperature", "°C", -60, 150, 0.5, 1),
    _number("ambient_humidity", "Ambient humidity", "%", 0, 100, 1),
    _number("carbon_dioxide", "Carbon dioxide", "ppm", 0, 100_000, 20),
    _number("oxygen", "Oxygen", "% vol", 0, 100, 0.2, 1),
    _number("gas_concentration", "Gas", "ppm", 0, 1_000_000, 5, 1),
    _state("leak_alarm", "Leak alarm", "clear", "alarm"),
    _state("smoke_alarm", "Smoke alarm", "clear", "alarm"),
    _number("contacts_in_alarm", "Contacts in alarm", "", 0, 10_000, 0),
    _number("high_temperature_limit", "Alarm above", "°C", -273.15, 400, 0.1, 1, heartbeat_s=_HOUR),
    _number("low_temperature_limit", "Alarm below", "°C", -273.15, 400, 0.1, 1, heartbeat_s=_HOUR),
    *_thermocouples(2, 3, 4, 5),
    _number("inputs_on", "Inputs on", "", 0, 10_000, 0),
    _number("outputs_on", "Outputs on", "", 0, 10_000, 0),
    _state("input_state", "Input", "off", "on"),
    _number("switchings", "Switchings", "", 0, 4_294_967_295, 0, heartbeat_s=_HOUR),
    # Rooms under pressure
    _number("room_pressure", "Room pressure", "Pa", -1000, 1000, 0.5, 1),
    _number("room_pressure_set_point", "Pressure set point", "Pa", -1000, 1000, 0.1, 1, heartbeat_s=_HOUR),
    _number("air_changes", "Air changes", "1/h", 0, 1000, 0.5, 1),
    _state("pressure_alarm", "Pressure alarm", "clear", "warning", "alarm"),
    _number("steam_output", "Steam output", "kg/h", 0, 10_000, 0.5, 1),
    _number("demand", "Demand", "%", 0, 100, 2),
    _state("safety_loop", "Safety loop", "closed", "open"),
    _number("supply_air_flow", "Supply air", "m³/h", 0, 1_000_000, 10),
    _number("exhaust_air_flow", "Exhaust air", "m³/h", 0, 1_000_000, 10),
    # Compressors, chillers and engines
    _state("compressor", "Compressor", "off", "on"),
    _state("pump", "Pump", "off", "on"),
    _state("fan", "Fan", "off", "on"),
    _state("flow_alarm", "Flow alarm", "clear", "alarm"),
    _number("flow", "Flow", "l/min", 0, 100_000, 0.2, 1),
    _number("pressure", "Pressure", "kPa", -101.4, 100_000, 2, 1),
    _number("high_side_pressure", "High side pressure", "kPa", -101.4, 100_000, 5, 1),
    _number("low_side_pressure", "Low side pressure", "kPa", -101.4, 100_000, 5, 1),
    _number("pressure_difference", "Pressure difference", "kPa", -10_000, 10_000, 5, 1),
    _number("oil_pressure", "Oil pressure", "kPa", -101.4, 10_000, 5),
    _number("oil_temperature", "Oil temperature", "°C", -60, 300, 1, 1),
    _number("helium_temperature", "Helium temperature", "°C", -273.15, 300, 1, 1),
    _number("coolant_in_temperature", "Coolant in", "°C", -60, 200, 0.5, 1),
    _number("coolant_out_temperature", "Coolant out", "°C", -60, 200, 0.5, 1),
    _number("liquid_level", "Liquid level", "%", 0, 100, 0.5, 1, heartbeat_s=_HOUR),
    _number("cooling_capacity", "Cooling capacity", "W", 0, 10_000_000, 100),
    _number("motor_current", "Motor current", "A", 0, 10_000, 0.5, 1),
    _number("engine_speed", "Engine speed", "1/min", 0, 100_000, 20),
    _number("fuel_level", "Fuel", "%", 0, 130, 1),
    _number("coolant_temperature", "Coolant temperature", "°C", -60, 200, 0.5, 1),
    _state("emergency_stop", "Emergency stop", "clear", "alarm"),
    _state("start_alarm", "Failure to start", "clear", "warning", "alarm"),
    _state("speed_alarm", "Overspeed alarm", "clear", "warning", "alarm"),
    _state("oil_pressure_alarm", "Oil pressure alarm", "clear", "warning", "alarm"),
    _state("fuel_alarm", "Low fuel alarm", "clear", "warning", "alarm"),
    _state("motor_alarm", "Motor alarm", "clear", "alarm"),
    _state("pump_alarm", "Pump alarm", "clear", "alarm"),
    _state("fan_alarm", "Fan alarm", "clear", "alarm"),
    _state("freeze_alarm", "Freezing alarm", "clear", "alarm"),
    _state("level_alarm", "Level alarm", "clear", "alarm"),
    _state("maintenance", "Maintenance", "not_due", "due"),
    # Power
    _state("mains", "Mains", "absent", "present"),
    _state(
        "power_source",
        "Power source",
        "other",
        "none",
        "mains",
        "bypass",
        "battery",
        "boost",
        "reduce",
        "generator",
    ),
    _number("input_voltage", "Input voltage", "V", 0, 1000, 3),
    _number("input_frequency", "Input frequency", "Hz", 0, 100, 0.2, 1),
    _number("output_voltage", "Output voltage", "V", 0, 1000, 3),
    _number("output_current", "Output current", "A", 0, 10_000, 0.5, 1),
    _number("output_power", "Output power", "W", 0, 10_000_000, 50),
    _number("output_load", "Load", "%", 0, 300, 2),
    _number("mains_disturbances", "Mains disturbances", "", 0, 4_294_967_295, 0, heartbeat_s=_HOUR),
    *_phases("voltage", "Voltage", "V", 0, 1000, 2),
    *_phases("current", "Current", "A", 0, 10_000, 0.5),
    *_phases("power", "Power", "W", -10_000_000, 10_000_000, 50),
    _number("current", "Current", "A", 0, 10_000, 0.2, 1),
    _number("power", "Power", "W", -10_000_000, 10_000_000, 50),
    _number("frequency", "Frequency", "Hz", 0, 100, 0.1, 2),
    _number("energy", "Energy", "kWh", 0, 1e12, 0.5, 1, heartbeat_s=_HOUR),
    _state("load_state", "Load state", "low", "normal", "near_overload", "overload"),
    _number("outlets_on", "Outlets on", "", 0, 1000, 0),
    _number("outlet_current", "Highest outlet current", "A", 0, 1000, 0.1, 2),
    _number("input_current", "Input current", "A", 0, 10_000, 0.5, 1),
    _number("input_power", "Input power", "W", -10_000_000, 10_000_000, 50),
    _number("output_frequency", "Output frequency", "Hz", 0, 100, 0.2, 1),
    _number("apparent_power", "Apparent power", "VA", -10_000_000, 10_000_000, 50),
    _number("reactive_power", "Reactive power", "var", -10_000_000, 10_000_000, 50),
    _number("power_factor", "Power factor", "", -1, 1, 0.02, 2),
    _number("efficiency", "Efficiency", "%", 0, 100, 1),
    _number("voltage", "Voltage", "V", 0, 100_000, 2, 1),
    _number("mains_voltage", "Mains voltage", "V", 0, 1000, 3),
    _number("current_neutral", "Current N", "A", 0, 10_000, 0.5, 1),
    _number("energy_exported", "Energy exported", "kWh", 0, 1e12, 0.5, 1, heartbeat_s=_HOUR),
    _number("insulation_resistance", "Insulation resistance", "kΩ", 0, 1_000_000, 5, 1),
    _state("insulation_alarm", "Insulation alarm", "clear", "warning", "alarm"),
    _state("supply_in_use", "Supply in use", "a", "b"),
    _state("supply_redundancy", "Redundancy", "lost", "present"),
    _state("output_state", "Output", "off", "on"),
    _number("leakage_capacitance", "Leakage capacitance", "µF", 0, 100_000, 0.5, 1),
    _number("voltage_distortion", "Voltage distortion", "%", 0, 1000, 0.5, 1),
    _state("supply_a", "Supply A", "present", "failed"),
    _state("supply_b", "Supply B", "present", "failed"),
    # Printers
    _state("printer_state", "Printer", "other", "idle", "printing", "warming_up", "stopped"),
    _number("supply_level", "Lowest supply", "%", 0, 100, 1, heartbeat_s=_HOUR),
    _number("pages_printed", "Pages printed", "", 0, 1e12, 0, heartbeat_s=_DAY),
    _number("length_printed", "Length printed", "m", 0, 1e9, 1, heartbeat_s=_DAY),
    _state("media", "Media", "present", "low", "out"),
    _state("cover", "Cover", "closed", "open"),
    _number("covers_open", "Covers open", "", 0, 1000, 0),
    _number("trays_empty", "Trays empty", "", 0, 1000, 0),
    # Computers and network
    _number("cpu_load", "Processor load", "%", 0, 100, 10),
    _number("memory_used", "Memory used", "%", 0, 100, 5),
    _number("disk_used", "Fullest disk", "%", 0, 100, 1),
    _number("processes", "Processes", "", 0, 1_000_000, 20),
    _number("users_signed_in", "Users signed in", "", 0, 100_000, 0),
    _number("interfaces_up", "Network interfaces up", "", 0, 100_000, 0),
    _number("link_speed", "Fastest link", "Mbit/s", 0, 10_000_000, 0),
    _number("network_errors", "Network errors", "", 0, 1e15, 0, heartbeat_s=_HOUR),
)

VOCABULARY: dict[str, Term] = {term.name: term for term in _TERMS}


def term(name: str) -> Term:
    """The term of that name; ``KeyError`` for a word that the vocabulary does not have."""
    return VOCABULARY[name]
