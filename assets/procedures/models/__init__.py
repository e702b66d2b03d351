"""Procedures, safety tests and calibrations as data."""

from assets.procedures.models.procedures import Procedure, ProcedureVersion, Step
from assets.procedures.models.records import Instrument, Measurement, Requirement, TestRecord
from assets.procedures.models.runs import Answer, Finding, Run

__all__ = [
    "Answer", "Finding", "Instrument", "Measurement", "Procedure", "ProcedureVersion", "Requirement", "Run", "Step",
    "TestRecord",
]  # fmt: skip
