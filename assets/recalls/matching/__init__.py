"""From the text of a notice to the pieces that it is about: pure, but for what reads and keeps rows."""
