"""DICOM, as far as it is needed to know that a modality is there."""
