"""What a syringe pump says of itself in HL7: IHE's transaction PCD-01, of a pump that is assigned to nobody."""

from __future__ import annotations

from datetime import datetime

from hospital.demo.names import eui64
from hospital.demo.units import Pump, PumpState

_SENDER = "PUMPSERVER^02A1E0FFFEFFFFFF^EUI-64"
_PUMP = "69985^MDC_DEV_PUMP_INFUS_MDS^MDC"
_ML_PER_H, _PERCENT = "265266^MDC_DIM_MILLI_L_PER_HR^MDC", "262688^MDC_DIM_PERCENT^MDC"
_PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
_WORDS = {
    PumpState.CHARGING: "pump-status-not-infusing",
    PumpState.STANDBY: "pump-status-standby",
    PumpState.INFUSING: "pump-status-infusing",
    PumpState.ALARM: "pump-status-alarm",
}
"""A pump that is off or broken has no word: nothing is sent of it."""


def pump_message(pump: Pump, *, number: str, at: datetime, moment: float) -> bytes | None:
    """The pump at ``moment`` of the day, told at ``at``; ``None`` while it tells nothing.

    ``number`` is the message's control id. There is no patient: PID says only that nobody is known.
    """
    word = _WORDS.get(pump.state)
    if word is None:
        return None
    time = at.strftime("%Y%m%d%H%M%S.%f")[:-3] + at.strftime("%z")
    observations = (
        f"ST|{_PUMP}|1.0.0.0|||||||X|||||||^^{eui64(pump.item)}^EUI-64",
        f"CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^{word}||||||R",
        f"NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.2|{pump.rate_ml_h}|{_ML_PER_H}|||||R",
        f"CWE|67925^MDC_ATTR_POWER_STAT^MDC|1.0.0.1|^{_power(pump)}||||||R",
        f"NM|67996^MDC_ATTR_VAL_BATT_CHARGE^MDC|1.0.0.2|{pump.battery.at(moment):.0f}|{_PERCENT}|||||R",
    )
    segments = (
        rf"MSH|^~\&|{_SENDER}|ST ELMO|||{time}||ORU^R01^ORU_R01|{number}|P|2.6|||AL|NE||UNICODE UTF-8|||{_PROFILE}",
        f"PID|1{'|' * 30}Y",
        "PV1|1|N",
        f"OBR|1|{number}^{_SENDER}|{number}^{_SENDER}|{_PUMP}|||{time}",
        *(f"OBX|{row}|{observation}" for row, observation in enumerate(observations, start=1)),
    )
    return "".join(f"{segment}\r" for segment in segments).encode()


def _power(pump: Pump) -> str:
    return "onBattery" if pump.battery.rate < 0 else "onMains"
