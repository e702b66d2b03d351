"""Addresses of stocktakes."""

from django.urls import path

from assets.stocktake.views import (
    stocktake,
    stocktake_close,
    stocktake_file,
    stocktake_missing,
    stocktake_new,
    stocktake_report,
    stocktake_report_file,
    stocktake_room,
    stocktake_room_close,
    stocktake_tag,
    stocktakes,
)

urlpatterns = [
    path("stocktakes/", stocktakes, name="stocktakes"),
    path("stocktakes/new/", stocktake_new, name="stocktake-new"),
    path("stocktakes/<int:pk>/", stocktake, name="stocktake"),
    path("stocktakes/<int:pk>/close/", stocktake_close, name="stocktake-close"),
    path("stocktakes/<int:pk>/report/", stocktake_report, name="stocktake-report"),
    path("stocktakes/<int:pk>/report.csv", stocktake_file, name="stocktake-file"),
    path("stocktakes/<int:pk>/report.pdf", stocktake_report_file, name="stocktake-report-file"),
    path("stocktakes/<int:pk>/missing/", stocktake_missing, name="stocktake-missing"),
    path("stocktakes/<int:pk>/tags/<int:line>/", stocktake_tag, name="stocktake-tag"),
    path("stocktakes/<int:pk>/rooms/<int:room>/", stocktake_room, name="stocktake-room"),
    path("stocktakes/<int:pk>/rooms/<int:room>/close/", stocktake_room_close, name="stocktake-room-close"),
]
