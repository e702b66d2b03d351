from django.urls import path

from assets.fleet import views

urlpatterns = [
    path("utilisation/<slug:category>/fleet-size/", views.fleet_size, name="fleet-size"),
    path("utilisation/<slug:category>/fleet-size/curve.json", views.size_curve, name="fleet-size-curve"),
    path(
        "utilisation/<slug:category>/fleet-size/sensitivity-<slug:how>.json",
        views.size_sensitivity,
        name="fleet-size-sensitive",
    ),
    path("utilisation/<slug:category>/fleet-size/<slug:what>.csv", views.size_file, name="fleet-size-file"),
    path("utilisation/<slug:category>/fleet-size/report.pdf", views.size_print, name="fleet-size-print"),
    path("utilisation/<slug:category>/fleet-size/then/", views.in_use_then, name="fleet-size-then"),
    path("utilisation/<slug:category>/fleet-size/prices/", views.prices, name="fleet-prices"),
    path("utilisation/<slug:category>/forecast/", views.forecast, name="fleet-forecast"),
    path("utilisation/<slug:category>/forecast/days.json", views.forecast_days, name="fleet-forecast-days"),
    path("utilisation/<slug:category>/forecast/days.csv", views.forecast_file, name="fleet-forecast-file"),
]
