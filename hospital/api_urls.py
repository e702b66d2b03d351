"""Addresses of the API, version 1, and of its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assets.alerts.api import AlertViewSet
from assets.api import (
    AssetViewSet,
    CategoryViewSet,
    IntervalViewSet,
    ReadingViewSet,
    StayViewSet,
    TagViewSet,
)
from assets.contracts.api import ContractViewSet
from assets.fleet.api import (
    DemandForecastView,
    FleetShortageView,
    FleetSizeView,
    PooledUnitView,
    SensitiveSizeView,
    TriedSizeView,
    UnitMoveView,
)
from assets.loans.api import BookingViewSet, LoanViewSet, ProgrammeViewSet
from assets.maintenance.api import ActView, WorkOrderViewSet
from assets.measures.api import MeasuresView
from assets.planning.api import OccurrenceViewSet, PlanViewSet
from assets.playback.api import AssetTrailView, FloorAsOfView, FloorHistoryView, ZoneHistoryView
from assets.pool.api import DeliveryViewSet, HandOverView, ReservationViewSet
from assets.procedures.api import ProcedureViewSet, RecordViewSet, RunViewSet
from assets.recalls.api import NoticeViewSet
from assets.replacement.api import ReplacementPlanView, ScoreViewSet
from assets.reports.api import VIEWS as REPORT_VIEWS
from assets.scanning.api import CleanedView, ScanView
from assets.stock.api import PartViewSet
from assets.stocktake.api import StocktakeViewSet
from assets.utilisation.api import (
    AssetReportView,
    FleetReportView,
    HourReportView,
    IdleReportView,
    StepReportView,
    UnitReportView,
)
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
router.register("work-orders", WorkOrderViewSet)
router.register("procedures", ProcedureViewSet)
router.register("procedure-runs", RunViewSet)
router.register("test-records", RecordViewSet)
router.register("plans", PlanViewSet)
router.register("occurrences", OccurrenceViewSet)
router.register("parts", PartViewSet)
router.register("contracts", ContractViewSet)
router.register("replacement-scores", ScoreViewSet)
router.register("stocktakes", StocktakeViewSet)
router.register("recalls", NoticeViewSet)
router.register("reservations", ReservationViewSet)
router.register("bookings", BookingViewSet, basename="booked")
router.register("loans", LoanViewSet, basename="lent")
router.register("loan-programmes", ProgrammeViewSet, basename="lent-programme")
router.register("delivery-requests", DeliveryViewSet)
router.register("alerts", AlertViewSet)
router.register("endpoints", EndpointViewSet)
router.register("disturbances", DisturbanceViewSet)
router.register("sources", SourceViewSet)

past = [
    path("floors/<slug:slug>/history/", FloorHistoryView.as_view(), name="floor-history"),
    path("floors/<slug:slug>/as-of/", FloorAsOfView.as_view(), name="floor-as-of"),
    path("zones/<int:pk>/history/", ZoneHistoryView.as_view(), name="zone-history"),
    path("assets/<slug:asset_tag>/trail/", AssetTrailView.as_view(), name="asset-trail"),
]
scanning = [
    path("scan/", ScanView.as_view(), name="scan-code"),
    path("scan/cleaned/", CleanedView.as_view(), name="scan-cleaned"),
]
acts = [
    path("assets/<slug:asset_tag>/act/", ActView.as_view(), name="asset-act"),
    path("assets/<slug:asset_tag>/hand-over/", HandOverView.as_view(), name="asset-hand-over"),
]
measures = [
    path("maintenance/measures/", MeasuresView.as_view(), name="measured"),
    path("maintenance/replacement-plan/", ReplacementPlanView.as_view(), name="planned-replacements"),
]
utilisation = [
    path("utilisation/fleets/", FleetReportView.as_view(), name="utilisation-fleets"),
    path("utilisation/fleets/<slug:category>/units/", UnitReportView.as_view(), name="utilisation-units"),
    path("utilisation/fleets/<slug:category>/assets/", AssetReportView.as_view(), name="utilisation-assets"),
    path("utilisation/fleets/<slug:category>/week/", HourReportView.as_view(), name="utilisation-by-hour"),
    path(
        "utilisation/fleets/<slug:category>/at-once/", StepReportView.as_view(), name="utilisation-in-steps"
    ),
    path(
        "utilisation/fleets/<slug:category>/idle/",
        IdleReportView.as_view(),
        name="utilisation-idle-equipment",
    ),
]
_OF_FLEET = {
    "size": FleetSizeView,
    "shortages": FleetShortageView,
    "sizes": TriedSizeView,
    "pools": PooledUnitView,
    "moves": UnitMoveView,
    "sensitivity": SensitiveSizeView,
    "forecast": DemandForecastView,
}
fleets = [
    path(f"utilisation/fleets/<slug:category>/{name}/", view.as_view(), name=f"utilisation-{name}")
    for name, view in _OF_FLEET.items()
]
utilisation += [
    path(f"utilisation/{slug}/", view.as_view(), name=f"utilisation-of-{slug}")
    for slug, view in REPORT_VIEWS.items()
]
observations = ObservationsView.as_view(address_of=client_address)

urlpatterns = [
    path(
        "v1/",
        include(
            [
                path("observations/", observations, name="observations"),
                *past,
                *scanning,
                *acts,
                *measures,
                *utilisation,
                *fleets,
                *router.urls,
            ]
        ),
    ),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
