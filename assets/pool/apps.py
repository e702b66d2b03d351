from django.apps import AppConfig


class PoolConfig(AppConfig):
    name = "assets.pool"
    label = "pool"
    verbose_name = "Equipment pool"
    default_auto_field = "django.db.models.BigAutoField"
