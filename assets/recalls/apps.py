from django.apps import AppConfig


class RecallsConfig(AppConfig):
    name = "assets.recalls"
    label = "recalls"
    verbose_name = "Recalls"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from assets.holds import register_hold
        from assets.recalls.quarantine import quarantine_words

        register_hold(quarantine_words)
