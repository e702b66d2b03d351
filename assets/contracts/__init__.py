"""Service agreements: who keeps what going, in which hours, until when, and at what cost."""
