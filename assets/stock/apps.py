from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "assets.stock"
    label = "stock"
    verbose_name = "Parts and stock"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.maintenance.entries import WITNESSES
        from assets.stock.moving import note_struck

        if note_struck not in WITNESSES:
            WITNESSES.append(note_struck)
