"""Addresses of the pages of alerts."""

from __future__ import annotations

from django.urls import path

from assets.alerts.views import alerts, duties, fatigue, rules, telling

urlpatterns = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/act/", alerts.act, name="alerts-act"),
    path("alerts/bell.json", alerts.bell, name="alerts-bell"),
    path("alerts/tags.json", alerts.tags, name="alerts-tags"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/rules/", rules.rules, name="alert-rules"),
    path("alerts/rules/new/", rules.new_rule, name="alert-rule-new"),
    path("alerts/rules/try/", rules.try_rule, name="alert-rule-try"),
    path("alerts/rules/<int:pk>/", rules.rule, name="alert-rule"),
    path("alerts/subscriptions/", telling.subscriptions, name="alert-subscriptions"),
    path("alerts/subscriptions/push/", telling.add_push, name="alert-push"),
    path("alerts/channels/<int:pk>/test/", telling.test, name="alert-channel-test"),
    path("alerts/channels/<int:pk>/remove/", telling.remove, name="alert-channel-remove"),
    path("alerts/deliveries/", telling.deliveries, name="alert-deliveries"),
    path("alerts/on-call/", duties.on_call, name="alert-on-call"),
    path("alerts/on-call/<int:pk>/", duties.on_call_one, name="alert-on-call-one"),
    path("alerts/on-call/<int:pk>/end/", duties.end_on_call, name="alert-on-call-end"),
    path("alerts/windows/", duties.windows, name="alert-windows"),
    path("alerts/windows/<int:pk>/", duties.window, name="alert-window"),
    path("alerts/windows/<int:pk>/end/", duties.end_window, name="alert-window-end"),
    path("alerts/fatigue/", fatigue.fatigue, name="alert-fatigue"),
]
