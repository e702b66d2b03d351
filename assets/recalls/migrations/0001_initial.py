import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0012_statement_withdrawal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("authority", models.CharField(max_length=40)),
                (
                    "number",
                    models.CharField(help_text="The authority's own, as in Z-0053-2020.", max_length=60),
                ),
                ("description", models.TextField(help_text="The product, in the authority's words.")),
                ("firm", models.CharField(blank=True, help_text="Who recalls.", max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("action", models.TextField(blank=True, help_text="What is to be done.")),
                (
                    "codes",
                    models.TextField(
                        blank=True, help_text="Lots, serial numbers and device identifiers, as told."
                    ),
                ),
                ("product_codes", models.JSONField(blank=True, default=list)),
                (
                    "classification",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "Class I"), (2, "Class II"), (3, "Class III")], null=True
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("ended", "Ended")], default="open", max_length=8
                    ),
                ),
                (
                    "event",
                    models.CharField(blank=True, help_text="What several notices belong to.", max_length=60),
                ),
                ("address", models.URLField(blank=True, max_length=500)),
                ("initiated_on", models.DateField(blank=True, null=True)),
                ("posted_on", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "told",
                    models.JSONField(
                        default=dict, help_text="What each kind of file says of it; together, the above."
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("brought_at", models.DateTimeField(help_text="When it came here first.")),
                ("changed_at", models.DateTimeField(help_text="When a file said something new of it last.")),
                (
                    "matched_at",
                    models.DateTimeField(help_text="When all equipment was compared with it.", null=True),
                ),
            ],
            options={
                "ordering": ["-brought_at", "-pk"],
                "permissions": [("import_notice", "Can bring in recalls and advisories")],
            },
        ),
        migrations.CreateModel(
            name="DeviceRecord",
            fields=[
                (
                    "device",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="UDI-DI"),
                ),
                ("company", models.CharField(blank=True, max_length=200)),
                ("brand", models.CharField(blank=True, max_length=200)),
                ("model", models.CharField(blank=True, max_length=200)),
                ("catalogue", models.CharField(blank=True, max_length=200)),
                ("product_codes", models.JSONField(blank=True, default=list)),
            ],
            options={
                "ordering": ["device"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("content", models.BinaryField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("file_name", models.CharField(max_length=200)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("enforcement", "openFDA enforcement reports"),
                            ("recall", "openFDA device recalls"),
                            ("table", "Table (CSV)"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "mapping",
                    models.JSONField(blank=True, default=dict, help_text="Field → column of a table."),
                ),
                (
                    "authority",
                    models.CharField(
                        blank=True, help_text="For rows that do not name theirs.", max_length=40
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "Columns to be chosen"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Not possible"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("beat_at", models.DateTimeField(help_text="When it got on last.", null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("made", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("matches", models.PositiveIntegerField(default=0)),
                (
                    "problems",
                    models.JSONField(
                        default=list, help_text="Row, field and words of each that was left out."
                    ),
                ),
                ("problem_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("todo", "To do"),
                            ("located", "Located"),
                            ("quarantined", "In quarantine"),
                            ("corrected", "Corrected"),
                            ("returned", "Returned"),
                            ("exempt", "Exempt"),
                        ],
                        default="todo",
                        max_length=12,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "is_held",
                    models.BooleanField(
                        default=False,
                        help_text="Out of service by this recall until it is corrected or exempt.",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="What was said of its state.", max_length=500),
                ),
            ],
            options={
                "ordering": ["asset__asset_tag"],
            },
        ),
        migrations.CreateModel(
            name="ItemEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("todo", "To do"),
                            ("located", "Located"),
                            ("quarantined", "In quarantine"),
                            ("corrected", "Corrected"),
                            ("returned", "Returned"),
                            ("exempt", "Exempt"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("todo", "To do"),
                            ("located", "Located"),
                            ("quarantined", "In quarantine"),
                            ("corrected", "Corrected"),
                            ("returned", "Returned"),
                            ("exempt", "Exempt"),
                        ],
                        help_text="Empty: a note.",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Looked",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="looked",
                        serialize=False,
                        to="assets.asset",
                    ),
                ),
                (
                    "identity",
                    models.TextField(help_text="Model, UDI-DI, serial number and lot, as they were."),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "certainty",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Affected"),
                            (2, "Probably affected"),
                            (3, "Needs review"),
                            (4, "Not in its lists"),
                        ]
                    ),
                ),
                (
                    "rung",
                    models.CharField(
                        choices=[
                            ("device", "Device identifier"),
                            ("code", "Product code and firm"),
                            ("model", "Model and firm"),
                            ("name", "Model alone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not decided"),
                            ("confirmed", "Confirmed"),
                            ("rejected", "Not affected"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, help_text="Why it was decided so.", max_length=500)),
                (
                    "is_outdated",
                    models.BooleanField(
                        default=False,
                        help_text="The notice, or the equipment, says something else since it was decided.",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "matches",
                "ordering": ["certainty", "asset__asset_tag"],
                "permissions": [("decide_match", "Can say whether a recall is about a piece of equipment")],
            },
        ),
        migrations.CreateModel(
            name="NoticeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("content", models.JSONField()),
            ],
            options={
                "ordering": ["notice", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Production",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="production",
                        serialize=False,
                        to="assets.asset",
                    ),
                ),
                ("lot", models.CharField(max_length=80, verbose_name="lot")),
            ],
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="campaign",
                        serialize=False,
                        to="recalls.notice",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, help_text="What was said at its end.", max_length=500)),
            ],
            options={
                "ordering": ["-opened_at"],
                "permissions": [
                    ("work_campaign", "Can work on recalls: locate, quarantine, correct, return, exempt"),
                    ("close_campaign", "Can close the campaign of a recall"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["status", "classification"], name="notice_status"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("authority", "number"),
                name="notice_once_per_authority",
                violation_error_message="This authority has a notice of that number already.",
            ),
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="recalls.importrun",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="importrun",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="asset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="recall_items", to="assets.asset"
            ),
        ),
        migrations.AddField(
            model_name="itemevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="itemevent",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="recalls.item"
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="recalls.itemevent"
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="asset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="recall_matches", to="assets.asset"
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="recalls.notice"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="match",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="item", to="recalls.match"
            ),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="recalls.notice"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="recalls.campaign"
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(fields=["notice", "decision", "certainty"], name="match_decision"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(
                fields=("notice", "asset"), name="match_once_per_notice_and_asset"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeversion",
            constraint=models.UniqueConstraint(fields=("notice", "version"), name="notice_version_once"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["asset", "is_held"], name="item_held"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                fields=("campaign", "asset"), name="item_once_per_campaign_and_asset"
            ),
        ),
    ]
