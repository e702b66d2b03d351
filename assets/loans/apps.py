from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "assets.loans"
    label = "loans"
    verbose_name = "Loans and bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Imports of models wait until the registry is full.
        from assets.loans.queries import absences_of_kind
        from assets.pool.absences import register_absences

        register_absences(absences_of_kind)
