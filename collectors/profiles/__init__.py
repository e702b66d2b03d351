"""Device types as data: one YAML file each, read strictly."""
