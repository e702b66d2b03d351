"""Loans, what happened to them, and programmes; on PostgreSQL no two of one asset overlap, by the database's word."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ADD = (
    "ALTER TABLE loans_loan ADD CONSTRAINT loan_no_overlap EXCLUDE USING gist "
    # An interval of one number stands for equality: that needs no extension.
    "(int8range(asset_id, asset_id, '[]') WITH &&, int4range(is_inbound::int, is_inbound::int, '[]') WITH &&, "
    "tstzrange(\"begin\", coalesce(ended_at, 'infinity')) WITH &&) WHERE (state <> 'struck')"
)
DROP = "ALTER TABLE loans_loan DROP CONSTRAINT loan_no_overlap"


def on_postgresql(statement: str) -> Callable[[Any, Any], None]:
    def run(_apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0014_use_by_the_week"),
        ("locations", "0004_survey"),
        ("maintenance", "0004_device_orders"),
        ("pool", "0002_why_cancelled_and_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        help_text="Names the check-out: sent again, once.",
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("department", "To a department"),
                            ("site", "To another site"),
                            ("home", "To a patient at home"),
                            ("loaner", "Loaner of a vendor, to us"),
                            ("rental", "Rental, to us"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_inbound", models.BooleanField()),
                ("partner", models.CharField(blank=True, help_text="The vendor or lender.", max_length=80)),
                ("reference", models.CharField(blank=True, max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("out", "On loan"),
                            ("lost", "Not to be found"),
                            ("returned", "Returned"),
                            ("struck", "Entered by mistake"),
                        ],
                        default="out",
                        max_length=8,
                    ),
                ),
                ("begin", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "daily_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                    ),
                ),
                ("note", models.CharField(blank=True, help_text="No patient names.", max_length=200)),
                (
                    "condition",
                    models.CharField(
                        blank=True,
                        choices=[("clean", "Clean"), ("dirty", "Needs cleaning"), ("damaged", "Damaged")],
                        max_length=8,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="loans", to="assets.asset"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="locations.department",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        help_text="What its return asked for.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="maintenance.workorder",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="pool.reservation",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="locations.site"
                    ),
                ),
                (
                    "to_site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="locations.site",
                    ),
                ),
            ],
            options={
                "ordering": ["-begin", "-pk"],
                "permissions": [
                    ("lend_equipment", "Can lend equipment out, prolong loans and take equipment back"),
                    ("manage_loans", "Can write off or strike out loans, and change programmes"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoanEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("transition", models.CharField(max_length=12)),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("out", "On loan"),
                            ("lost", "Not to be found"),
                            ("returned", "Returned"),
                            ("struck", "Entered by mistake"),
                        ],
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="loans.loan"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LoanPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("content", models.BinaryField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="loans.loan"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "code",
                    models.CharField(
                        help_text="Two to four capital letters. References of its loans begin with it, as in HM-00421.",
                        max_length=4,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                (
                    "default_days",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="usual length in days",
                    ),
                ),
                ("is_current", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("default_days__gte", 1), ("default_days__lte", 3650)),
                        name="programme_has_length",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="loan",
            name="programme",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="loans",
                to="loans.programme",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["asset", "begin"], name="loan_asset"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["due_at"], name="loan_due"
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["programme", "begin"], name="loan_programme"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["ended_at"], name="loan_ended"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("begin"))), name="loan_is_due_after_begin"
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("begin")), _connector="OR"
                ),
                name="loan_ends_after_begin",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["out", "lost"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["returned", "struck"])),
                    _connector="OR",
                ),
                name="loan_open_until_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department__isnull", False), ("kind", "department")),
                    models.Q(("kind", "site"), ("to_site__isnull", False)),
                    models.Q(
                        ("kind", "home"),
                        ("note", ""),
                        ("programme__isnull", False),
                        models.Q(("reference", ""), _negated=True),
                    ),
                    models.Q(
                        ("is_inbound", True),
                        ("kind__in", ["loaner", "rental"]),
                        models.Q(("partner", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loan_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("asset", "is_inbound"),
                name="loan_open_once",
            ),
        ),
        migrations.RunPython(on_postgresql(ADD), on_postgresql(DROP)),
    ]
