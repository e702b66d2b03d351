"""Walking distances, counted beforehand."""


def renew_walks(site_id: int) -> None:
    """Placeholder until the tables are there."""
