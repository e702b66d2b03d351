"""HL7 v2 over MLLP, plain or TLS: who is let in, and how many at a time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections import Counter
from zoneinfo import ZoneInfo

from collectors.receivers.doorway import UNLISTED
from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.conversation import Conversation
from collectors.receivers.hl7.database import Database
from collectors.receivers.hl7.intake import Intake, Means
from collectors.receivers.hl7.naming import Naming
from collectors.receivers.receiver import Receiver
from collectors.receivers.settings import Listen, Mllp
from locations.models import Site

MOST_CONNECTIONS = 128
MOST_OF_ONE = 32
"""Of one sender: each may hold a message while it comes, so their number bounds what they can make us hold."""
TOO_MANY_CONNECTIONS = "more connections than allowed"
HANDSHAKE_S = 15.0
HANG_UP_S = 5.0
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""A peer that is gone without a word is found after two minutes."""


class Hl7Receiver(Receiver):
    """Listens until cancelled; ``port`` is then the one that it listens on."""

    port = 0

    async def run(self) -> None:
        settings: Mllp = self.spec.settings
        intake = await self._make_intake(settings)
        open_to: Counter[str] = Counter()
        talks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                talks.add(task)
                task.add_done_callback(talks.discard)
            # Ended below and by nobody else; Python 3.11 would tell of that as of a fault.
            with contextlib.suppress(asyncio.CancelledError):
                await self._serve(reader, writer, intake, open_to)

        listen = settings.listen
        tls = tls_context(listen) if listen.certificate else None
        server = await asyncio.start_server(
            serve, listen.host, listen.port, ssl=tls, ssl_handshake_timeout=HANDSHAKE_S if tls else None
        )
        self.port = server.sockets[0].getsockname()[1]
        self.tally.open()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            for task in talks:
                task.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _make_intake(self, settings: Mllp) -> Intake:
        database = Database(self.database)
        zone = await database.ask(_zone_of, self.spec.site_id)
        if zone is None:
            raise OSError("the zone of its site is not known while the database is away")
        return Intake(
            Means(
                spec=self.spec,
                keep=self.keep,
                tally=self.tally,
                database=database,
                naming=Naming(database, time.monotonic),
                codes=read_codes(settings.codes),
                zone=zone,
                now=self.now,
            )
        )

    async def _serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        intake: Intake,
        open_to: Counter[str],
    ) -> None:
        sender = str((writer.get_extra_info("peername") or ("",))[0])
        why_not = self._why_not(sender, open_to)
        if why_not:
            self.tally.refused(why_not)
            writer.transport.abort()
            return
        open_to[sender] += 1
        self.tally.senders = open_to.total()
        try:
            _keep_alive(writer)
            talk = Conversation(reader, writer, sender, intake=intake, doorway=self.doorway, tally=self.tally)
            with contextlib.suppress(OSError):  # the connection broke: whoever sends again makes another
                await talk.hold()
        finally:
            open_to[sender] -= 1
            self.tally.senders = open_to.total()
            if open_to[sender] <= 0:
                del open_to[sender]
            await _hang_up(writer)

    def _why_not(self, sender: str, open_to: Counter[str]) -> str:
        if not self.doorway.is_listed(sender):
            return UNLISTED
        is_full = open_to.total() >= MOST_CONNECTIONS or open_to[sender] >= MOST_OF_ONE
        return TOO_MANY_CONNECTIONS if is_full else ""


def tls_context(listen: Listen) -> ssl.SSLContext:
    """For TLS 1.2 and later; asks for a certificate where ``client_ca`` says whose. OSError if a file is of no use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(listen.certificate, listen.key or None)
    if listen.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(listen.client_ca)
    return context


def _zone_of(site_id: int) -> ZoneInfo:
    return ZoneInfo(Site.objects.values_list("timezone", flat=True).get(pk=site_id))


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """What was answered is still sent, but not to somebody who never takes it."""
    writer.close()
    try:
        async with asyncio.timeout(HANG_UP_S):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
