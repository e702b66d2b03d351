"""On PostgreSQL, room in the pages of the tables whose rows change with every poll, so that updates stay there."""

from typing import Any

from django.db import migrations

_TABLES = ("assets_assetnow", "assets_readingnow", "assets_timelinehead")


def leave_room(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 Django passes both
    if schema_editor.connection.vendor == "postgresql":
        for table in _TABLES:
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]

    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]
