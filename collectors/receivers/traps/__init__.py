"""SNMP traps and informs as a way in: what they say makes us look, and changes nothing by itself."""
