"""Addresses of the measures."""

from django.urls import path

from assets.measures.views.pages import measured_occurrences, measured_orders, measures

urlpatterns = [
    path("maintenance/measures/", measures, name="measures"),
    path("maintenance/measures/orders/", measured_orders, name="measured-orders"),
    path("maintenance/measures/occurrences/", measured_occurrences, name="measured-occurrences"),
]
