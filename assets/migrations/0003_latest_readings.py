"""The latest readings of an asset in one row, which a view spells out; no index on what changes with every poll."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_SQLITE_MOMENT = (
    "strftime('%Y-%m-%d %H:%M:%S', {us} / 1000000, 'unixepoch') "
    "|| CASE WHEN {us} % 1000000 THEN printf('.%06d', {us} % 1000000) ELSE '' END"
)
_SQLITE_AT = _SQLITE_MOMENT.format(us="json_extract(g.value, '$[1]')")
_SQLITE_GOOD_AT = _SQLITE_MOMENT.format(us="json_extract(r.value, '$[1]')")
_SQLITE = f"""
CREATE VIEW assets_readingnow AS
SELECT h.asset_id || ':' || r.key AS id, h.asset_id AS asset_id, r.key AS name,
       CASE WHEN r.type IN ('integer', 'real') THEN CAST(r.value AS REAL) END AS number,
       CASE WHEN r.type = 'text' THEN r.value END AS text,
       'good' AS quality, {_SQLITE_AT} AS at, {_SQLITE_AT} AS good_at,
       json_extract(g.value, '$[0]') AS source
  FROM assets_timelinehead h, json_each(h.latest) g, json_each(g.value, '$[2]') r
UNION ALL
SELECT h.asset_id || ':' || r.key, h.asset_id, r.key, NULL, NULL,
       json_extract(r.value, '$[0]'), {_SQLITE_AT}, {_SQLITE_GOOD_AT}, json_extract(g.value, '$[0]')
  FROM assets_timelinehead h, json_each(h.latest) g, json_each(g.value, '$[3]') r
"""  # noqa: S608 words of our own

_POSTGRESQL_AT = "timestamptz 'epoch' + (g.value ->> 1)::bigint * interval '1 microsecond'"
_POSTGRESQL_GOOD_AT = "timestamptz 'epoch' + (r.value ->> 1)::bigint * interval '1 microsecond'"
_POSTGRESQL = f"""
CREATE VIEW assets_readingnow AS
SELECT h.asset_id || ':' || r.key AS id, h.asset_id AS asset_id, r.key AS name,
       CASE WHEN jsonb_typeof(r.value) = 'number' THEN r.value::float8 END AS number,
       CASE WHEN jsonb_typeof(r.value) = 'string' THEN r.value #>> '{{}}' END AS text,
       'good' AS quality, {_POSTGRESQL_AT} AS at, {_POSTGRESQL_AT} AS good_at, g.value ->> 0 AS source
  FROM assets_timelinehead h, jsonb_array_elements(h.latest::jsonb) g, jsonb_each(g.value -> 2) r
UNION ALL
SELECT h.asset_id || ':' || r.key, h.asset_id, r.key, NULL, NULL,
       r.value ->> 0, {_POSTGRESQL_AT}, {_POSTGRESQL_GOOD_AT}, g.value ->> 0
  FROM assets_timelinehead h, jsonb_array_elements(h.latest::jsonb) g, jsonb_each(g.value -> 3) r
"""  # noqa: S608 words of our own


def make_view(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 Django passes both
    schema_editor.execute(_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE)


def drop_view(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 Django passes both
    schema_editor.execute("DROP VIEW assets_readingnow")


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_room_to_update")]

    operations = [
        migrations.RemoveIndex(model_name="assetnow", name="now_stale_at"),
        migrations.RemoveIndex(model_name="assetnow", name="now_decide_at"),
        migrations.DeleteModel(name="ReadingNow"),
        migrations.AddField(
            model_name="timelinehead",
            name="latest",
            field=models.TextField(
                default="[]",
                help_text="The latest of each reading, by source and time: see assets/recording/latest.py.",
            ),
        ),
        migrations.RunPython(make_view, drop_view),
        migrations.CreateModel(
            name="ReadingNow",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("name", models.CharField(help_text="A name of the vocabulary.", max_length=40)),
                ("number", models.FloatField(null=True)),
                ("text", models.CharField(max_length=200, null=True)),
                ("quality", models.CharField(default="good", max_length=16)),
                ("at", models.DateTimeField()),
                (
                    "good_at",
                    models.DateTimeField(
                        null=True, help_text="When it last had a value; that value is in the history."
                    ),
                ),
                ("source", models.CharField(max_length=64)),
                (
                    "asset",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="readings_now",
                        to="assets.asset",
                    ),
                ),
            ],
            options={"db_table": "assets_readingnow", "managed": False},
        ),
    ]
