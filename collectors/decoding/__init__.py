"""From raw answers to canonical readings. Pure: the same answer always decodes to the same observation."""
