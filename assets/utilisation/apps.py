from django.apps import AppConfig


class UtilisationConfig(AppConfig):
    name = "assets.utilisation"
    label = "utilisation"
    verbose_name = "Utilisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.recording.ledger import WITNESSES
        from assets.utilisation.touching import note_touched

        if note_touched not in WITNESSES:
            WITNESSES.append(note_touched)
