"""A process of its own that works on alerts until it is killed: ``python -m tests.alerts.killed STAGE``.

``raise``: writes an alert with its deliveries, says so, and waits. ``deliver``: delivers whatever is due, as of a
moment that is told in seconds from now.
"""

from __future__ import annotations

import signal
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from assets.alerts.lifecycle import raise_alert  # noqa: E402
from assets.alerts.models import Rule  # noqa: E402
from assets.alerts.postman import deliver_due  # noqa: E402
from assets.models import Asset  # noqa: E402


def main(stage: str, seconds: str = "0") -> None:
    now = timezone.now() + timedelta(seconds=float(seconds))
    if stage == "raise":
        raise_alert(rule=Rule.objects.get(), asset=Asset.objects.get(), key="k", at=now, now=now)
        print("committed", flush=True)  # noqa: T201  who waits for it reads this
        signal.pause()  # until it is killed
    print("delivered", deliver_due(now=now), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
