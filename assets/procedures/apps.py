from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "assets.procedures"
    label = "procedures"
    verbose_name = "Procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from assets.maintenance.checks import register_check
        from assets.procedures.running import unanswered_words

        register_check(unanswered_words)
