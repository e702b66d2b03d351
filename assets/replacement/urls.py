"""Addresses of replacement."""

from django.urls import path

from assets.replacement.views import plan, plan_drawn, plan_file, score_of_asset, scores, weights

urlpatterns = [
    path("maintenance/replacement/", scores, name="replacement"),
    path("maintenance/replacement/of/<slug:asset_tag>/", score_of_asset, name="replacement-of-asset"),
    path("maintenance/replacement/plan/", plan, name="replacement-plan"),
    path("maintenance/replacement/plan/chart.json", plan_drawn, name="replacement-chart"),
    path("maintenance/replacement/plan/file/", plan_file, name="replacement-file"),
    path("maintenance/replacement/weights/", weights, name="replacement-weights"),
]
