from django.urls import path

from assets.utilisation import views

urlpatterns = [
    path("utilisation/", views.overview, name="utilisation"),
    path("utilisation/chart.json", views.overview_chart, name="utilisation-chart"),
    path("utilisation/fleets.csv", views.overview_file, name="utilisation-file"),
    path("utilisation/<slug:category>/", views.fleet, name="utilisation-fleet"),
    path("utilisation/<slug:category>/days.json", views.fleet_days, name="utilisation-days"),
    path("utilisation/<slug:category>/assets.csv", views.fleet_file, name="utilisation-fleet-file"),
]
