from django.apps import AppConfig
from django.db.models.signals import post_migrate

from hospital.memory import keep_memory_together


class HospitalConfig(AppConfig):
    name = "hospital"
    verbose_name = "Hospital"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from hospital import checks
        from hospital.audit.events import watch_sign_ins
        from hospital.audit.triggers import reinstall
        from hospital.audit.watch import watch_models

        keep_memory_together()  # before there are threads
        checks.register_checks()
        watch_models()
        watch_sign_ins()
        post_migrate.connect(reinstall, sender=self)
