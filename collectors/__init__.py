"""How we know: device profiles, drivers, decoding, scheduling."""
