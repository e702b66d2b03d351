from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "assets.fleet"
    label = "fleet"
    verbose_name = "Fleet size"
    default_auto_field = "django.db.models.BigAutoField"
