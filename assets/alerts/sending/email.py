"""By e-mail, over the server that ``EMAIL_URL`` names."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage

from assets.alerts.messages import Message
from assets.alerts.sending.errors import SendingError

_NEVER = frozenset({550, 551, 553, 554})


def send(target: str, _secret: Mapping[str, str], message: Message) -> None:
    if not settings.EMAIL_HOST:
        raise SendingError("No mail server is set: EMAIL_URL names it.", is_permanent=True)
    mail = EmailMessage(
        subject=message.title.replace("\n", " "),
        body=f"{message.text}\n\n{message.address}\n",
        to=[target],
        headers={
            # The same on every attempt: a mailbox that gets it twice shows it once.
            "Message-ID": f"<{message.token}@whereabouts>",
            "Auto-Submitted": "auto-generated",
            "X-Priority": "1" if message.severity == "critical" else "3",
        },
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _ in error.recipients.values()), 0)
        raise SendingError(
            f"The mail server refuses {target} ({code}).", is_permanent=code in _NEVER
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise SendingError(f"The mail server did not take it: {error}") from error
