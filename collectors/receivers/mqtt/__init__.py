"""MQTT: topics and payloads described as data, one YAML file for each kind of sender."""
