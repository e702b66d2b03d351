"""Planned maintenance: plans, when each piece is due by them, and the orders that are opened ahead."""
