from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "assets.planning"
    label = "planning"
    verbose_name = "Planned maintenance"
    default_auto_field = "django.db.models.BigAutoField"
