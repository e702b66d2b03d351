"""Addresses of the pages about endpoints."""

from __future__ import annotations

from django.urls import path

from collectors import pause_views, profile_views, segment_views, source_views, views
from collectors.discovery import views as discovery_views

urlpatterns = [
    path("collectors/", views.endpoints, name="endpoints"),
    path("collectors/<int:pk>/", views.endpoint, name="endpoint"),
    path("collectors/<int:pk>/poll/", views.poll_now, name="poll-now"),
    path("collectors/polls/<uuid:pk>/", views.manual_poll, name="manual-poll"),
    path("collectors/pause/", pause_views.pause_everything, name="pause-everything"),
    path("collectors/<int:pk>/pause/", pause_views.pause_endpoint, name="pause-endpoint"),
    path("collectors/segments/<int:pk>/pause/", pause_views.pause_segment, name="pause-segment"),
    path("collectors/pauses/<int:pk>/resume/", pause_views.resume, name="resume"),
    path("collectors/segments/<int:pk>/", segment_views.segment, name="segment"),
    path("collectors/ways-in/", source_views.sources, name="sources"),
    path("collectors/ways-in/<int:pk>/", source_views.source, name="source"),
    path("collectors/tokens/<int:pk>/revoke/", source_views.revoke, name="revoke-token"),
    path("collectors/profiles/", profile_views.profiles, name="profiles"),
    path("collectors/profiles/<slug:profile>/", profile_views.profile, name="profile"),
    path("collectors/discovery/", discovery_views.discovery, name="discovery"),
    path("collectors/discovery/<uuid:pk>/stop/", discovery_views.stop, name="stop-discovery"),
    path("collectors/finds/<int:pk>/", discovery_views.find, name="find-device"),
    path("collectors/finds/<int:pk>/leave/", discovery_views.leave, name="leave-find"),
    path("collectors/of/<slug:asset_tag>/", views.endpoints_of_asset, name="endpoints-of-asset"),
]
