"""Files that hold floor plans, one module for each format."""
