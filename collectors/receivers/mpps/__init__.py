"""DICOM Modality Performed Procedure Step as a way in: when a machine works, and never on whom."""
