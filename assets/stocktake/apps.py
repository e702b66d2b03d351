from django.apps import AppConfig


class StocktakeConfig(AppConfig):
    name = "assets.stocktake"
    label = "stocktake"
    verbose_name = "Stocktakes"
    default_auto_field = "django.db.models.BigAutoField"
