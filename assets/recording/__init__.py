"""How evidence becomes history: the parts behind :mod:`assets.record`."""
