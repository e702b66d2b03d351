"""Recalls and advisories: notices, what of ours they are about, and what is done with each piece."""
