"""Addresses of the pages of the equipment pool."""

from __future__ import annotations

from django.urls import path

from assets.pool import delivery_views, reservation_views
from assets.pool.hand_over_views import hand_over_page

reservation_pages = [
    path(
        "assets/<slug:asset_tag>/reservations/",
        reservation_views.asset_reservations,
        name="asset-reservations",
    ),
    path("reservations/<slug:category>/", reservation_views.reservations, name="reservations"),
    path("reservations/<int:pk>/cancel/", reservation_views.reservation_cancel, name="reservation-cancel"),
    path("reservations/<int:pk>/restore/", reservation_views.reservation_restore, name="reservation-restore"),
]
delivery_pages = [
    path("requests/", delivery_views.requests, name="requests"),
    path("requests/ask/", delivery_views.ask, name="ask-delivery"),
    path("requests/<int:pk>/", delivery_views.delivery, name="request"),
    path("requests/<int:pk>/move/", delivery_views.delivery_move, name="request-move"),
]

urlpatterns = [
    *reservation_pages,
    *delivery_pages,
    path("assets/<slug:asset_tag>/hand-over/", hand_over_page, name="hand-over"),
]
