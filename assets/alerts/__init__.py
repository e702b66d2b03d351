"""Rules over what was recorded, the alerts that they raise, and who is told of them, how."""
