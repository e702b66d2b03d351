"""How good positions are, measured on recordings that say where the tag really was."""
