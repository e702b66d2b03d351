"""The trail is only ever added to: model, query set and database refuse anything else."""

import pytest
from django.db import DatabaseError, connection, transaction

from hospital.audit.models import Action, AppendOnlyError, AuditRecord
from hospital.audit.record import record_event
from hospital.audit.triggers import execute, reinstall, removal_statements

pytestmark = pytest.mark.databases


@pytest.fixture
def record(db) -> AuditRecord:
    return record_event(action=Action.SIGN_IN, detail="as it was")


def test_a_record_cannot_be_saved_again(record):
    record.detail = "as it never was"
    with pytest.raises(AppendOnlyError):
        record.save()
    assert AuditRecord.objects.get().detail == "as it was"


def test_a_record_cannot_be_deleted(record):
    with pytest.raises(AppendOnlyError):
        record.delete()
    assert AuditRecord.objects.count() == 1


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: AuditRecord.objects.update(detail=""),
        lambda: AuditRecord.objects.all().delete(),
        lambda: AuditRecord.objects.bulk_update(list(AuditRecord.objects.all()), ["detail"]),
    ],
    ids=["update", "delete", "bulk update"],
)
def test_records_cannot_be_changed_in_bulk(record, attempt):
    with pytest.raises(AppendOnlyError):
        attempt()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hospital_auditrecord SET detail = 'as it never was'",
        "DELETE FROM hospital_auditrecord",
        "DELETE FROM hospital_auditrecord WHERE id > 0",
    ],
)
def test_the_database_refuses_sql(record, statement):
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        execute(connection, [statement])
    assert AuditRecord.objects.get().detail == "as it was"


def test_neither_do_the_shortcuts_of_each_database_pass(record):
    shortcut = {
        "sqlite": "INSERT OR REPLACE INTO hospital_auditrecord SELECT * FROM hospital_auditrecord",
        "postgresql": "TRUNCATE hospital_auditrecord",
    }[connection.vendor]
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        execute(connection, [shortcut])


def test_a_migration_that_rebuilds_the_table_does_not_lose_the_refusal(record):
    execute(connection, removal_statements(connection.vendor))
    reinstall(using="default")
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        execute(connection, ["DELETE FROM hospital_auditrecord"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_a_test_that_commits_leaves_no_record_behind(run):
    record_event(action=Action.SIGN_IN)
    assert AuditRecord.objects.count() == 1
