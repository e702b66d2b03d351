"""Observations that others send over HTTP, each with a token of its own."""
