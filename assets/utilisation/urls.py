from django.urls import path

from assets.utilisation import schedule_views, views

urlpatterns = [
    path("utilisation/", views.overview, name="utilisation"),
    path("utilisation/chart.json", views.overview_chart, name="utilisation-chart"),
    path("utilisation/fleets.csv", views.overview_file, name="utilisation-file"),
    path("utilisation/fleets.pdf", views.overview_print, name="utilisation-print"),
    path("utilisation/by-mail/", schedule_views.schedules, name="utilisation-by-mail"),
    path("utilisation/by-mail/add/", schedule_views.add, name="utilisation-mail-add"),
    path("utilisation/by-mail/<int:pk>/remove/", schedule_views.remove, name="utilisation-mail-remove"),
    path("utilisation/by-mail/<int:pk>/send/", schedule_views.send, name="utilisation-mail-send"),
    path("utilisation/assets/<slug:asset_tag>/", views.asset, name="utilisation-asset"),
    path("utilisation/assets/<slug:asset_tag>/strip.json", views.asset_strip, name="utilisation-strip"),
    path(
        "utilisation/assets/<slug:asset_tag>/intervals.csv", views.asset_file, name="utilisation-asset-file"
    ),
    path("utilisation/<slug:category>/", views.fleet, name="utilisation-fleet"),
    path("utilisation/<slug:category>/days.json", views.fleet_days, name="utilisation-days"),
    path("utilisation/<slug:category>/assets.csv", views.fleet_file, name="utilisation-fleet-file"),
    path("utilisation/<slug:category>/report.pdf", views.fleet_print, name="utilisation-fleet-print"),
    path("utilisation/<slug:category>/times/", views.times, name="utilisation-times"),
    path("utilisation/<slug:category>/times/week.json", views.times_week, name="utilisation-week"),
    path("utilisation/<slug:category>/times/week.csv", views.times_week_file, name="utilisation-week-file"),
    path("utilisation/<slug:category>/times/at-once.json", views.times_at_once, name="utilisation-at-once"),
    path(
        "utilisation/<slug:category>/times/at-once.csv",
        views.times_at_once_file,
        name="utilisation-at-once-file",
    ),
    path("utilisation/<slug:category>/idle/", views.idle, name="utilisation-idle"),
    path("utilisation/<slug:category>/idle/idle.csv", views.idle_file, name="utilisation-idle-file"),
]
