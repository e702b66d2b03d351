from django.apps import AppConfig


class DeviceOrdersConfig(AppConfig):
    name = "assets.device_orders"
    label = "device_orders"
    verbose_name = "Orders from what equipment reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.alerts.lifecycle import WITNESSES
        from assets.device_orders.outbox import note_step

        if note_step not in WITNESSES:
            WITNESSES.append(note_step)
