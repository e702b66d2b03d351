from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "assets.measures"
    label = "measures"
    verbose_name = "Measures of maintenance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.measures.winding import note_touched
        from assets.recording.ledger import WITNESSES

        if note_touched not in WITNESSES:
            WITNESSES.append(note_touched)
