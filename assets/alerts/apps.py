from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "assets.alerts"
    label = "alerts"
    verbose_name = "Alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.alerts.touching import note_touched
        from assets.recording.ledger import WITNESSES

        if note_touched not in WITNESSES:
            WITNESSES.append(note_touched)
