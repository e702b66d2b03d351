"""Where a tag is, from how strongly receivers hear it: pure arithmetic in metres, seconds and dBm, no database.

A :class:`~locations.estimation.radio_map.RadioMap` holds what is known of one floor and never changes; a
:class:`~locations.estimation.belief.Belief` is all that is kept of one tag. docs/positioning.md explains the method.
"""
