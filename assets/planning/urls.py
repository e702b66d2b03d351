"""Addresses of planned maintenance."""

from django.urls import path

from assets.planning.views.calendar import calendar, occurrence_move
from assets.planning.views.plans import plan, plan_end, plan_new, plans, plans_of_asset
from assets.planning.views.walk import occurrence_attempt, walk

urlpatterns = [
    path("maintenance/plans/", plans, name="maintenance-plans"),
    path("maintenance/plans/new/", plan_new, name="maintenance-plan-new"),
    path("maintenance/plans/of/<slug:asset_tag>/", plans_of_asset, name="maintenance-plans-of-asset"),
    path("maintenance/plans/<int:pk>/", plan, name="maintenance-plan"),
    path("maintenance/plans/<int:pk>/end/", plan_end, name="maintenance-plan-end"),
    path("maintenance/calendar/", calendar, name="maintenance-calendar"),
    path("maintenance/occurrences/<int:pk>/move/", occurrence_move, name="maintenance-move"),
    path("maintenance/occurrences/<int:pk>/attempt/", occurrence_attempt, name="maintenance-attempt"),
    path("maintenance/walk/", walk, name="maintenance-walk"),
]
