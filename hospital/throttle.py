"""Slows guessing and flooding down without locking anybody out.

Wrong attempts make the next one wait: a minute at most where the account has signed in from before. So do many reports
without an account, from one address or on one device.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from hospital.audit.models import Action, AuditRecord
from hospital.models import SignInAttempts

FORGET_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Rule:
    """After ``free`` attempts each further one waits twice as long, from one second to ``longest``."""

    free: int
    longest: timedelta

    def wait_after(self, attempts: int) -> timedelta:
        if attempts < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(attempts - self.free, 20)), self.longest)


HERE = Rule(free=5, longest=timedelta(minutes=1))
"""One account from one address."""
ANYWHERE = Rule(free=20, longest=timedelta(minutes=15))
"""One account, wherever from; does not bind addresses from which the account has signed in before."""
ADDRESS = Rule(free=50, longest=timedelta(seconds=30))
"""One address, whichever account; mild, for a whole ward may share one."""

REPORTS_FROM = Rule(free=10, longest=timedelta(minutes=10))
"""Reports without an account from one address; a ward may share one."""
REPORTS_ON = Rule(free=4, longest=timedelta(minutes=10))
"""Reports without an account on one device, wherever from."""


def claim_attempt(*, username: str, address: str | None, now: datetime) -> timedelta:
    """How long this attempt has to wait. Zero: it may be tried, and counts as wrong until forgiven."""
    return _claim(_rules(username, address), now)


def claim_report(*, token: str, address: str | None, now: datetime) -> timedelta:
    """How long a report without an account has to wait. Zero: it may be made, and counts."""
    return _claim(
        {_key("report-from", address): REPORTS_FROM, _key("report-on", token): REPORTS_ON},
        now,
    )


def _claim(rules: dict[str, Rule], now: datetime) -> timedelta:
    """How long the next of what these rules count has to wait; where it need not, it is counted by each."""
    with transaction.atomic():
        SignInAttempts.objects.filter(last_at__lt=now - FORGET_AFTER).delete()
        rows = {row.key: row for row in SignInAttempts.objects.select_for_update().filter(key__in=rules)}
        wait = max((_left(row, rules[key], now) for key, row in rows.items()), default=timedelta(0))
        if not wait:
            for key in rules:
                SignInAttempts.objects.update_or_create(
                    key=key,
                    defaults={"attempts": F("attempts") + 1, "last_at": now},
                    create_defaults={"attempts": 1, "last_at": now},
                )
    return wait


def forgive(*, username: str, address: str | None) -> None:
    """The attempt was right: forgets the wrong ones here, and does not hold it against the address."""
    with transaction.atomic():
        SignInAttempts.objects.filter(key=_key("here", username, address)).delete()
        others = [_key("anywhere", username), _key("address", address)]
        SignInAttempts.objects.filter(key__in=others, attempts__gt=0).update(attempts=F("attempts") - 1)


def _rules(username: str, address: str | None) -> dict[str, Rule]:
    rules = {_key("here", username, address): HERE, _key("address", address): ADDRESS}
    if not _is_known(username, address):
        rules[_key("anywhere", username)] = ANYWHERE
    return rules


def _is_known(username: str, address: str | None) -> bool:
    came_in = AuditRecord.objects.filter(action=Action.SIGN_IN, address=address)
    return address is not None and "\0" not in username and came_in.filter(actor_name=username).exists()


def _left(row: SignInAttempts, rule: Rule, now: datetime) -> timedelta:
    return max(row.last_at + rule.wait_after(row.attempts) - now, timedelta(0))


def _key(*parts: str | None) -> str:
    """Names are kept as a keyed hash: what people type there may be a password."""
    return salted_hmac("whereabouts.throttle", "\n".join(part or "" for part in parts)).hexdigest()
