"""Addresses of the pages about endpoints."""

from __future__ import annotations

from django.urls import path

from collectors import views

urlpatterns = [
    path("collectors/", views.endpoints, name="endpoints"),
    path("collectors/<int:pk>/", views.endpoint, name="endpoint"),
    path("collectors/<int:pk>/poll/", views.poll_now, name="poll-now"),
    path("collectors/polls/<uuid:pk>/", views.manual_poll, name="manual-poll"),
    path("collectors/of/<slug:asset_tag>/", views.endpoints_of_asset, name="endpoints-of-asset"),
]
