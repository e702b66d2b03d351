from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "assets.measures"
    label = "measures"
    verbose_name = "Measures of maintenance"
    default_auto_field = "django.db.models.BigAutoField"
