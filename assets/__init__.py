"""What the hospital has: the catalogue, the assets, their activity, readings and live state."""
