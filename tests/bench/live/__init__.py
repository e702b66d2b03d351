"""The live channel and the map under load: the real product on loopback, fed with made-up movements."""
