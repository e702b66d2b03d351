"""What is checked before the product starts, and that the production settings pass Django's own list."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands

from hospital.checks import check_exposure, check_secrets, check_services, is_weak, refuse_unsafe_start

STRONG = "kJ8-vTq2_Wm5xZr9LpY3nB7cD1fG6hS4aQ0eU-iOtRwEy4bVx7"
ANOTHER = "Zx7_pQm3-Vn8bC2kL5jH9gF4dS1aW6eR0tY-uIoPlKjHg"


def manage(*words, **environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=product.BASE_DIR,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def production(tmp_path):
    return {
        "PUBLIC_URL": "https://whereabouts.example.org",
        "SECRET_KEY": STRONG,
        "CREDENTIAL_KEYS": ANOTHER,
        "BEHIND_TLS_PROXY": "true",
        "WHEREABOUTS_STATE": str(tmp_path),
    }


def ids(messages) -> list[str]:
    return [message.id.removeprefix("whereabouts.") for message in messages]


def test_the_production_settings_pass_every_check(production):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **production)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), (
        done.stderr
    )


def test_the_product_refuses_to_start_unsafely(production):
    unsafe = {
        "DEBUG": "true", "SECRET_KEY": "changeme", "CREDENTIAL_KEYS": "changeme", "ALLOWED_HOSTS": "*",
        "METRICS_TOKEN": "changeme",
    }  # fmt: skip
    done = manage("migrate", "--check", **(production | unsafe))
    assert done.returncode == 1
    for error in ("E001", "E002", "E003", "E004", "E006", "E007"):
        assert f"whereabouts.{error}" in done.stderr
    assert "changeme" not in done.stderr


@pytest.mark.parametrize(
    ("key", "weak"),
    [
        (STRONG, False),
        ("", True),
        ("short", True),
        ("a" * 60, True),
        ("django-insecure-" + STRONG, True),
        ("changeme-" + STRONG, True),
    ],
)
def test_which_keys_are_weak(key, weak):
    assert is_weak(key, shortest=50) is weak


def test_this_installation_s_own_secrets_are_strong():
    assert check_secrets() == []


@pytest.mark.parametrize(
    ("public_url", "debug", "expected"),
    [
        ("https://whereabouts.example.org", False, []),
        ("http://localhost:8000", False, []),
        ("http://127.0.0.1:8000", True, []),
        ("http://[::1]:8000", True, []),
        ("https://localhost", True, ["E004"]),
        ("http://whereabouts.example.org", True, ["E004", "W001"]),
        ("http://whereabouts.example.org", False, ["W001"]),
        ("whereabouts.example.org", False, ["E005"]),
        ("ftp://localhost", False, ["E005"]),
    ],
)
def test_what_the_public_address_asks_for(settings, public_url, debug, expected):
    settings.PUBLIC_URL, settings.DEBUG = public_url, debug
    settings.IS_HTTPS = public_url.startswith("https:")
    settings.ALLOWED_HOSTS = ["localhost"]
    assert ids(check_exposure()) == expected


@pytest.mark.parametrize(
    ("host", "sslmode", "redis", "broker", "expected"),
    [
        ("", None, "", "memory://", []),
        ("localhost", None, "redis://localhost", "redis://127.0.0.1", []),
        ("/run/postgresql", None, "unix:///run/redis", "memory://", []),
        ("db.example", None, "", "memory://", ["W002"]),
        ("db.example", "require", "", "memory://", ["W002"]),
        ("db.example", "verify-full", "", "memory://", []),
        ("", None, "redis://redis.example", "amqp://mq.example", ["W003", "W003"]),
        ("", None, "rediss://redis.example", "amqps://mq.example", []),
    ],
)
def test_links_to_other_machines_are_to_be_verified_tls(monkeypatch, host, sslmode, redis, broker, expected):
    database = {"HOST": host, "OPTIONS": {"sslmode": sslmode} if sslmode else {}}
    chosen = SimpleNamespace(DATABASES={"default": database}, REDIS_URL=redis, CELERY_BROKER_URL=broker)
    monkeypatch.setattr("hospital.checks.settings", chosen)
    assert ids(check_services()) == expected


def test_a_server_that_starts_without_manage_py_refuses_the_same(settings):
    settings.DEBUG, settings.PUBLIC_URL, settings.IS_HTTPS = True, "https://whereabouts.example.org", True
    with pytest.raises(ImproperlyConfigured, match="DEBUG shows the inside"):
        refuse_unsafe_start()


def test_a_safe_server_starts(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    refuse_unsafe_start()


UNITS = sorted(Path(product.BASE_DIR, "deploy").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_that_there_is_with_as_few_rights_as_the_others(unit):
    lines = unit.read_text().splitlines()
    for command in re.findall(r"manage\.py (\w+)", unit.read_text()):
        assert command in get_commands()
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "User=whereabouts"} <= set(lines)


def test_every_way_in_of_its_own_has_a_unit_that_the_page_names():
    page = Path(product.BASE_DIR, "docs", "deployment.md").read_text()
    receiving = {command for command in get_commands() if command.startswith("receive_")}

    assert receiving == {"receive_traps", "receive_hl7", "receive_mqtt", "receive_mpps"}
    for command in receiving:
        unit = Path(product.BASE_DIR, "deploy", f"whereabouts-{command.removeprefix('receive_')}.service")
        assert f"manage.py {command}\n" in unit.read_text()
        assert f"`{command}`" in page or f"manage.py {command}`" in page
        assert f"`{unit.stem}`" in page
