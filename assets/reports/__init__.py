"""Reports beside those of fleets: units compared, flow, searches, par levels, modalities, shrinkage, "
"rentals."""
