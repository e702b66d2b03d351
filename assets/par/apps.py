from django.apps import AppConfig


class ParConfig(AppConfig):
    name = "assets.par"
    label = "par"
    verbose_name = "Par levels"
    default_auto_field = "django.db.models.BigAutoField"
