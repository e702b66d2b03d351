"""What every list of the API has in common: strict filters, bounded pages, and the sites that one may see."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination, LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
MAX_OFFSET = 1_000_000


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # django-filter has no types
    """A filter that is not there is the caller's mistake; to ignore it would answer another question."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        refuse_unknown(request, filterset.base_filters if filterset else (), view.pagination_class.parameters)
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found


def refuse_unknown(request: Request, filters: Iterable[str], paging: Iterable[str] = ()) -> None:
    """Raises a 400 that names each query parameter which is neither a filter nor one of paging."""
    names = sorted(filters)
    unknown = set(request.query_params) - set(names) - set(paging)
    if unknown:
        choice = f"Filters here: {', '.join(names)}." if names else "There are no filters here."
        raise ValidationError({name: [f"There is no such filter. {choice}"] for name in sorted(unknown)})


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A query parameter as a number from ``low`` to ``high``; raises a 400 that names it."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text[:10]) or len(text) > 9:
        raise ValidationError({name: [f"A whole number from {low} to {high} is needed."]})
    return min(int(text), high)


class PageOfList(LimitOffsetPagination):
    """``limit`` (at most 1000) and ``offset``, with the count of everything that one may see."""

    parameters = ("limit", "offset")
    default_limit = PAGE_SIZE
    max_limit = MAX_PAGE_SIZE

    def get_limit(self, request: Request) -> int:
        return whole_number(request, "limit", default=PAGE_SIZE, low=1, high=MAX_PAGE_SIZE)

    def get_offset(self, request: Request) -> int:
        return whole_number(request, "offset", default=0, low=0, high=MAX_OFFSET)


class PageOfHistory(CursorPagination):
    """``limit`` (at most 1000) and ``cursor``; newest first, without counting perhaps millions of rows."""

    parameters = ("limit", "cursor")
    page_size = PAGE_SIZE
    page_size_query_param = "limit"
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request: Request) -> int:
        return whole_number(request, "limit", default=PAGE_SIZE, low=1, high=MAX_PAGE_SIZE)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:  # noqa: ARG002
        return (f"-{view.moment_field}", "-pk")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the query; a 400 for one that this API did not make."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            told = parse_qs(base64.b64decode(text, validate=True).decode("ascii"), keep_blank_values=True)
            is_moment = all(is_aware_moment(position) for position in told.get("p", ()))
            cursor = super().decode_cursor(request) if is_moment else None
        except (ValueError, NotFound):
            cursor = None
        if cursor is None:
            raise ValidationError({"cursor": ["Take cursors from next and previous as they are."]})
        return cursor


def is_aware_moment(text: str) -> bool:
    """Whether the text is a date and time with a zone; ``ValueError`` for one that no calendar has."""
    moment = parse_datetime(text)
    return moment is not None and moment.tzinfo is not None


M = TypeVar("M", bound=Model)


class ReadOnlyViewSet(ReadOnlyModelViewSet[M]):
    """A list and its single entries, of what the person who asks may see; filters belong to the list alone.

    The permission asked for is ``view`` of the queryset's model. Lists are in the model's own order.
    """

    filter_backends = [StrictFilterBackend]
    pagination_class: type[PageOfList | PageOfHistory] = PageOfList

    def get_queryset(self) -> QuerySet[M]:
        return in_steady_order(self.visible(super().get_queryset(), user_of(self)))

    def visible(self, queryset: Any, user: Any) -> QuerySet[M]:
        """What ``user`` may see of it: by default what the model's own word says."""
        seen: QuerySet[M] = queryset.visible_to(user)
        return seen

    def filter_queryset(self, queryset: Any) -> Any:
        if self.detail:
            refuse_unknown(self.request, ())
            return queryset
        return super().filter_queryset(queryset)


class HistoryViewSet(ReadOnlyViewSet[M]):
    """Newest first by ``moment_field``, in pages that follow one another by cursor."""

    pagination_class = PageOfHistory
    moment_field = "begin"


def in_steady_order(queryset: QuerySet[M]) -> QuerySet[M]:
    """The model's order with the key last, so that no row is on two pages or on none."""
    return queryset.order_by(*(queryset.model._meta.ordering or ()), "pk")


def user_of(view: Any) -> Any:
    """Who asks; nobody while the schema is drawn."""
    return view.request.user if view.request else AnonymousUser()


class PeriodFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """``from`` and ``to``: a half-open span of time. How rows fall into it, ``in_period`` says."""

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        begin = django_filters.IsoDateTimeFilter(method="pass_on", label="From, as in 2026-03-02T12:00:00Z")
        end = django_filters.IsoDateTimeFilter(method="pass_on", label="To, not included")
        return {**super().get_filters(), "from": begin, "to": end}

    def pass_on(self, queryset: QuerySet[Any], _name: str, _value: datetime) -> QuerySet[Any]:
        """Both ends together are looked at below."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        told = self.form.cleaned_data
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return self.in_period(found, told.get("from"), told.get("to"))

    def in_period(self, queryset: Any, begin: datetime | None, end: datetime | None) -> QuerySet[Any]:
        """Rows with a begin and perhaps an end that share some time with the period."""
        if begin:
            queryset = queryset.filter(Q(end__isnull=True) | Q(end__gt=begin))
        if end:
            queryset = queryset.filter(begin__lt=end)
        period: QuerySet[Any] = queryset
        return period
