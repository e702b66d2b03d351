from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "assets.contracts"
    label = "contracts"
    verbose_name = "Service contracts"
    default_auto_field = "django.db.models.BigAutoField"
