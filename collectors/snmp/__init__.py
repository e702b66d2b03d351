"""SNMP of our own: a strict codec, USM, and one large-buffer socket for all devices. It can only read."""
