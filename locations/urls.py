"""Addresses of places."""

from django.urls import path

from locations import views

urlpatterns = [
    path("floors/<slug:slug>/plan.geojson", views.plan_geojson, name="floor-plan"),
    path("floors/<slug:slug>/picture", views.floor_picture, name="floor-picture"),
]
