"""Who did what, when, from where: an append-only trail of events and changes."""
