"""Searching networks for devices: bounded, gentle, and nothing is taken on without a person's yes."""
