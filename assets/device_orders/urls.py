"""Addresses of orders from what equipment reports."""

from django.urls import path

from assets.device_orders.views import rule_opens, told_of_asset, told_of_order

urlpatterns = [
    path("alerts/rules/<int:pk>/opens/", rule_opens, name="alert-rule-opens"),
    path("work/<int:number>/told/", told_of_order, name="work-told"),
    path("work/told/<slug:asset_tag>/", told_of_asset, name="work-told-of-asset"),
]
