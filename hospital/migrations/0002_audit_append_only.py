"""The database itself refuses to change or delete the trail."""

from typing import Any

from django.db import migrations

from hospital.audit.triggers import execute, install_statements, removal_statements


def install(_apps: Any, schema_editor: Any) -> None:
    execute(schema_editor.connection, install_statements(schema_editor.connection.vendor))


def remove(_apps: Any, schema_editor: Any) -> None:
    execute(schema_editor.connection, removal_statements(schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("hospital", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
