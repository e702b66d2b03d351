"""Ways in besides polling: traps, HTTP, MQTT, HL7, DICOM. Each makes observations for the one recorder."""
