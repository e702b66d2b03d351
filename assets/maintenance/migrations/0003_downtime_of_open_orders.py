"""Open repairs hold their equipment out of service by a row of their own from now on, and open orders have clocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import migrations

ADD = (
    "ALTER TABLE maintenance_downtime ADD CONSTRAINT downtime_no_overlap EXCLUDE USING gist "
    # An interval of one number stands for equality: that needs no extension.
    '(int8range(order_id, order_id, \'[]\') WITH &&, tstzrange("begin", "end") WITH &&) '
    "WHERE (struck_at IS NULL)"
)
DROP = "ALTER TABLE maintenance_downtime DROP CONSTRAINT downtime_no_overlap"
HOURS = {1: (0.5, 4), 2: (2, 24), 3: (8, 72), 4: (24, 240)}


def on_postgresql(statement: str) -> Callable[[Any, Any], None]:
    def run(_apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


def bring_in(apps: Any, _schema_editor: Any) -> None:
    orders = apps.get_model("maintenance", "WorkOrder").objects
    downtimes = apps.get_model("maintenance", "Downtime").objects
    for order in orders.filter(closed_at=None).iterator():
        response_h, resolution_h = HOURS[order.priority]
        order.respond_by = order.opened_at + timedelta(hours=response_h)
        order.due_at = order.opened_at + timedelta(hours=resolution_h)
        moved = order.events.filter(what="moved")
        taken_on = moved.exclude(target__in=["request", "triage"]).order_by("at").first()
        order.responded_at = taken_on and taken_on.at
        if order.state == "waiting" and (waits := moved.filter(target="waiting").order_by("-at").first()):
            order.left, order.due_at = order.due_at - waits.at, None
        if order.state == "done" and (done := moved.filter(target="done").order_by("-at").first()):
            order.done_at = done.at
        if order.kind == "corrective" and not order.is_unverified:
            downtimes.create(
                order=order, asset_id=order.asset_id, at=order.opened_at, by_id=order.asked_by_id,
                begin=order.opened_at, percent=100, reason="fault",
            )  # fmt: skip
            order.down_percent = 100
        order.save()


class Migration(migrations.Migration):
    dependencies = [("maintenance", "0002_work_orders")]

    operations = [
        migrations.RunPython(bring_in, migrations.RunPython.noop),
        # What was written above is checked at once: a table with checks pending cannot be altered.
        migrations.RunPython(on_postgresql("SET CONSTRAINTS ALL IMMEDIATE"), migrations.RunPython.noop),
        migrations.RunPython(on_postgresql(ADD), on_postgresql(DROP)),
    ]
