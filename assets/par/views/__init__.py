"""Pages of par levels and rounds."""
