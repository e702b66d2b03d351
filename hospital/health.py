"""Whether the product works: a word for everybody, the reasons for those who keep it running."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.models import AssetNow
from collectors.models import Endpoint
from collectors.situation import situation_at


class _Migrations:
    """Looked at until they are complete; applied ones stay applied."""

    complete = False


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 ``{"status": "ok"}`` or 503 ``{"status": "unavailable"}``; signed-in staff see details besides."""
    try:
        missing = unapplied_migrations()
    except DatabaseError:
        return JsonResponse({"status": "unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    body: dict[str, Any] = {"status": "unavailable" if missing else "ok"}
    if not missing and request.user.is_authenticated and request.user.is_staff:
        body |= details()
    return JsonResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK)


def unapplied_migrations() -> list[str]:
    """Names of migrations that the database lacks; asks the database at least once in any case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if _Migrations.complete:
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _Migrations.complete = not plan
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def details() -> dict[str, Any]:
    polled, causes = Endpoint.objects.polled(), list(situation_at(timezone.now()).causes)
    heard = (
        AssetNow.objects.filter(heard_at__isnull=False)
        .order_by("-heard_at")
        .values_list("heard_at", flat=True)
    )
    return {
        "database": connection.vendor,
        "endpoints": {"polled": polled.count(), "failing": polled.failing().exclude(pk__in=causes).count()},
        "last_heard_at": heard.first(),
    }
