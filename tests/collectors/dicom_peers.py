"""pynetdicom as the other side: a modality that answers C-ECHO, and one that reports its procedures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

CT = "CT_ROOM_2"


@contextlib.contextmanager
def modality(
    *,
    title: str = CT,
    knows: tuple[str, ...] = (),
    contexts=(Verification,),
    status: int = 0,
    version="SCANNER_71",
) -> Iterator[tuple[int, list]]:
    """A modality on a free port of loopback; yields the port, and what it is asked: proposals and messages."""
    asked: list = []
    entity = AE(title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(knows)
    entity.implementation_version_name = version
    for context in contexts:
        entity.add_supported_context(context)
    entity.network_timeout = 5

    def note_proposal(event):
        asked.extend(str(each.abstract_syntax) for each in event.assoc.requestor.requested_contexts)

    def note_message(event):
        asked.append(type(event.message).__name__)

    def answer(_event):
        return status

    handlers = [
        (evt.EVT_REQUESTED, note_proposal),
        (evt.EVT_DIMSE_RECV, note_message),
        (evt.EVT_C_ECHO, answer),
    ]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        for thread in server.active_associations:
            thread.join()


CANARY = "Canary^Patricia"
"""A person who must never be found anywhere."""
CANARY_NUMBER = "MRN-4711-CANARY"


def begun(station: str = CT, at: str = "110000", **fields) -> Dataset:
    """What a modality tells as it begins, with all about a person that such a message has."""
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 100"
    data.Modality = "CT"
    data.PatientName, data.PatientID, data.PatientBirthDate = CANARY, CANARY_NUMBER, "19620714"
    data.PatientSex = ""
    data.StudyID = CANARY_NUMBER
    data.PerformedStationAETitle = station
    data.PerformedProcedureStepStartDate, data.PerformedProcedureStepStartTime = "20260302", at
    data.PerformedProcedureStepStatus = "IN PROGRESS"
    data.PerformedProcedureStepDescription = f"Head of {CANARY}"
    scheduled, study = Dataset(), Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", "1.2.3.4"
    scheduled.AccessionNumber = CANARY_NUMBER
    scheduled.ReferencedStudySequence = [study]
    scheduled.RequestedProcedureDescription = CANARY
    data.ScheduledStepAttributesSequence = [scheduled]
    for name, value in fields.items():
        setattr(data, name, value)
    return data


def ended(at: str = "112000", status: str = "COMPLETED", **fields) -> Dataset:
    """What it tells as it ends."""
    data = Dataset()
    data.PerformedProcedureStepEndDate, data.PerformedProcedureStepEndTime = "20260302", at
    data.PerformedProcedureStepStatus = status
    series = Dataset()
    series.PerformingPhysicianName, series.SeriesDescription = CANARY, CANARY
    data.PerformedSeriesSequence = [series]
    data.CommentsOnThePerformedProcedureStep = CANARY
    for name, value in fields.items():
        setattr(data, name, value)
    return data
