from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate

from collectors.checks import mappings_can_be_read, profiles_can_be_read
from collectors.notice_triggers import reinstall


class CollectorsConfig(AppConfig):
    name = "collectors"
    verbose_name = "Collectors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(profiles_can_be_read)
        register(mappings_can_be_read)
        post_migrate.connect(reinstall, sender=self)
