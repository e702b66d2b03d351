"""Measures of maintenance: each figure with what it was made of, or why there is none."""
