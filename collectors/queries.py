"""Words that chain, for endpoints."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from locations.queries import in_sites_of


class EndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "segment__site"))

    def polled(self) -> Self:
        """Endpoints that are to be polled: enabled, in a segment that is not paused."""
        return self.filter(is_enabled=True, segment__is_paused=False)

    def failing(self) -> Self:
        return self.filter(health__failing_since__isnull=False)
