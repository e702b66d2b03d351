"""What must be right before the product starts: an error refuses the start, a warning is shown."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET_KEY, SHORTEST_CREDENTIAL_KEY, SHORTEST_METRICS_TOKEN = 50, 32, 32
FEWEST_CHARACTERS = 10
MADE_FOR_TESTS = ("django-insecure", "changeme", "change-me", "secret", "example", "default")


def register_checks() -> None:
    register(check_secrets, Tags.security)
    register(check_exposure, Tags.security)
    register(check_services, Tags.security, deploy=True)


def refuse_unsafe_start() -> None:
    """For servers that start without ``manage.py``, which runs all checks itself."""
    errors = [message for message in run_checks(tags=[Tags.security]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("; ".join(str(error.msg) for error in errors))


def is_weak(key: str, *, shortest: int) -> bool:
    """Too short, too uniform, or plainly a placeholder."""
    return len(key) < shortest or len(set(key)) < FEWEST_CHARACTERS or key.lower().startswith(MADE_FOR_TESTS)


def check_secrets(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if is_weak(settings.SECRET_KEY, shortest=SHORTEST_SECRET_KEY):
        found.append(
            Error(
                f"SECRET_KEY is too weak: at least {SHORTEST_SECRET_KEY} random characters.",
                hint="Leave it unset, and a strong one is made in WHEREABOUTS_STATE.",
                id="whereabouts.E001",
            )
        )
    if any(is_weak(key, shortest=SHORTEST_CREDENTIAL_KEY) for key in settings.CREDENTIAL_KEYS):
        found.append(
            Error(
                f"A key in CREDENTIAL_KEYS is too weak: at least {SHORTEST_CREDENTIAL_KEY} characters.",
                hint="Leave it unset, and a strong one is made in WHEREABOUTS_STATE.",
                id="whereabouts.E002",
            )
        )
    if settings.METRICS_TOKEN and is_weak(settings.METRICS_TOKEN, shortest=SHORTEST_METRICS_TOKEN):
        found.append(
            Error(
                f"METRICS_TOKEN is too weak: at least {SHORTEST_METRICS_TOKEN} random characters.",
                hint="Leave it unset, and only staff may read /metrics.",
                id="whereabouts.E007",
            )
        )
    if settings.SECRET_KEY in settings.CREDENTIAL_KEYS:
        found.append(Error("SECRET_KEY must not seal device credentials as well.", id="whereabouts.E003"))
    return found


def check_exposure(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_URL)
    if settings.DEBUG and (settings.IS_HTTPS or not _is_this_machine(public.hostname)):
        found.append(
            Error(
                f"DEBUG shows the inside of the product; it must be off at {settings.PUBLIC_URL}.",
                id="whereabouts.E004",
            )
        )
    if public.scheme not in {"http", "https"} or not public.hostname:
        found.append(
            Error(
                f"PUBLIC_URL must be an http or https address, not “{settings.PUBLIC_URL}”.",
                id="whereabouts.E005",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name the hosts, not “*”.", id="whereabouts.E006"))
    if not settings.IS_HTTPS and public.hostname and not _is_this_machine(public.hostname):
        found.append(
            Caution(
                f"{settings.PUBLIC_URL} sends passwords and positions in the clear.",
                hint="Give PUBLIC_URL with https, and a certificate to the proxy in front.",
                id="whereabouts.W001",
            )
        )
    return found


def check_services(**_kwargs: Any) -> list[CheckMessage]:
    """Links to the database and the broker leave the machine only under verified TLS."""
    found: list[CheckMessage] = []
    database = settings.DATABASES["default"]
    if (
        not _is_this_machine(database.get("HOST"))
        and database.get("OPTIONS", {}).get("sslmode") != "verify-full"
    ):
        found.append(
            Caution(
                "The link to the database is not verified TLS.",
                hint="Add ?sslmode=verify-full to DATABASE_URL.",
                id="whereabouts.W002",
            )
        )
    for name in ("REDIS_URL", "CELERY_BROKER_URL"):
        address = urlsplit(getattr(settings, name))
        if address.scheme in {"redis", "amqp"} and not _is_this_machine(address.hostname):
            found.append(
                Caution(
                    f"{name} leads to another machine without TLS.",
                    hint=f"Use {address.scheme}s:// instead of {address.scheme}://.",
                    id="whereabouts.W003",
                )
            )
    return found


def _is_this_machine(host: str | None) -> bool:
    """No host is a file or a local socket; so is a host that is a path."""
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
