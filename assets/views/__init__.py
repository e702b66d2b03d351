"""Pages about equipment."""
