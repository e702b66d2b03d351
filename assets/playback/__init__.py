"""Past days: who was where at an instant, how a day went on a floor, and who was in a room."""
