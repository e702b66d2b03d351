from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    name = "assets.maintenance"
    label = "maintenance"
    verbose_name = "Maintenance"
    default_auto_field = "django.db.models.BigAutoField"
