from django.apps import AppConfig


class ReplacementConfig(AppConfig):
    name = "assets.replacement"
    label = "replacement"
    verbose_name = "Replacement"
    default_auto_field = "django.db.models.BigAutoField"
