"""How well equipment is used: roll-ups of its history, and the figures that are computed from them."""
