"""Addresses of the API, version 1, and of its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assets.api import (
    AssetViewSet,
    CategoryViewSet,
    IntervalViewSet,
    ReadingViewSet,
    StayViewSet,
    TagViewSet,
)
from assets.playback.api import AssetTrailView, FloorAsOfView, FloorHistoryView, ZoneHistoryView
from collectors.api import DisturbanceViewSet, EndpointViewSet
from collectors.receivers.http.api import ObservationsView
from collectors.sources_api import SourceViewSet
from hospital.address import client_address
from hospital.api_docs import docs
from locations.api import FloorViewSet, SiteViewSet, ZoneViewSet

router = SimpleRouter()
router.register("sites", SiteViewSet)
router.register("floors", FloorViewSet)
router.register("zones", ZoneViewSet)
router.register("tags", TagViewSet)
router.register("categories", CategoryViewSet)
router.register("assets", AssetViewSet)
router.register("readings", ReadingViewSet)
router.register("intervals", IntervalViewSet)
router.register("stays", StayViewSet)
router.register("endpoints", EndpointViewSet)
router.register("disturbances", DisturbanceViewSet)
router.register("sources", SourceViewSet)

past = [
    path("floors/<slug:slug>/history/", FloorHistoryView.as_view(), name="floor-history"),
    path("floors/<slug:slug>/as-of/", FloorAsOfView.as_view(), name="floor-as-of"),
    path("zones/<int:pk>/history/", ZoneHistoryView.as_view(), name="zone-history"),
    path("assets/<slug:asset_tag>/trail/", AssetTrailView.as_view(), name="asset-trail"),
]
observations = ObservationsView.as_view(address_of=client_address)

urlpatterns = [
    path("v1/", include([path("observations/", observations, name="observations"), *past, *router.urls])),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
