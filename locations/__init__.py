"""Where equipment can be: sites, buildings, floors, zones, receivers and tags."""
