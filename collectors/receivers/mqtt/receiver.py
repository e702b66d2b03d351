"""MQTT as a way in: connected for ever, and nothing acknowledged before it is safe."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Sequence

from assets.observation import Observation
from collectors.guard import TargetRefused
from collectors.profiles.strict import ProfileError
from collectors.receivers.doorway import TOO_LARGE, TOO_MANY
from collectors.receivers.mqtt.broker import check_broker
from collectors.receivers.mqtt.decode import (
    UNKNOWN_TOPIC,
    NotTakenError,
    Program,
    decode_message,
    programs_of,
)
from collectors.receivers.mqtt.library import UnknownMappingError, get_mapping
from collectors.receivers.mqtt.link import Arrived, Link, LinkError
from collectors.receivers.receiver import Receiver
from collectors.requests import Login

log = logging.getLogger(__name__)

AT_A_TIME = 200
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
KEEP_AGAIN_S = 1.0
NOT_KEPT = "Neither the database nor the disk takes anything; what came is left with the broker."


class MqttReceiver(Receiver):
    """Connects as its settings say, again and again with longer and longer pauses, until cancelled.

    The session outlives a connection: messages of QoS 1 that come meanwhile wait at the broker. Messages that do not
    say when they were true are subscribed to with QoS 0, for one that had waited would be taken for news.
    """

    async def run(self) -> None:
        programs = self._programs()
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._serve(programs)
            except (LinkError, TargetRefused, OSError) as error:
                if self._was_open:
                    pause_s = FIRST_PAUSE_S
                self._tell_trouble(_words(error))
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))  # noqa: S311  so that not all come at once
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _programs(self) -> list[Program]:
        try:
            mappings = [get_mapping(name) for name in self.spec.settings.mappings]
        except (UnknownMappingError, ProfileError) as error:
            raise OSError(f"its mapping cannot be used: {error}") from error
        return programs_of(mappings, self.spec.observed_by)

    def _tell_trouble(self, words: str) -> None:
        if words != self.tally.detail or self._was_open:
            log.warning("%s: %s", self.spec.name, words)
        self.tally.trouble(words)

    async def _serve(self, programs: Sequence[Program]) -> None:
        """One connection, until it ends."""
        self._was_open = False
        broker = self.spec.settings
        address = await asyncio.to_thread(check_broker, broker, self.spec.networks)
        link = Link(
            broker,
            address,
            client_id=broker.client_id or f"whereabouts-{self.spec.source_id}",
            login=self._login(),
            filters=filters_of(programs, broker.qos),
            max_message_bytes=self.spec.max_message_bytes,
        )
        try:
            await link.open()
            log.info("%s: connected to the broker", self.spec.name)
            self._was_open = True
            self.tally.open()
            self.tally.senders = 1
            while True:
                await self._take(link, programs, await link.next(AT_A_TIME))
        finally:
            self.tally.senders = 0
            await link.close()

    def _login(self) -> Login | None:
        if not self.spec.secrets:
            return None
        login = next((each for each in self.spec.secrets if isinstance(each, Login)), None)
        if login is None:
            raise LinkError("Its credential is none for a broker; choose a user name and password.")
        return login

    async def _take(self, link: Link, programs: Sequence[Program], arrived: Sequence[Arrived]) -> None:
        """Keep what these messages say, then acknowledge them, refused ones too: they will not be better later."""
        for _ in range(link.take_dropped()):
            self.tally.refused(TOO_MANY)
        said = [await self._read(programs, message) for message in arrived]
        observations = [observation for each in said for observation in each]
        while observations and not await self.keep(observations):
            self.tally.remark(NOT_KEPT)
            await asyncio.sleep(KEEP_AGAIN_S)
        for message, each in zip(arrived, said, strict=True):
            if each:
                self.tally.took(len(each))
            link.acknowledge(message)

    async def _read(self, programs: Sequence[Program], message: Arrived) -> list[Observation]:
        """What it says; nothing, and the reason counted, if it is not taken."""
        if not await self._may_come(message):
            return []
        if message.payload is None:
            self.tally.refused(TOO_LARGE)
            return []
        try:
            return decode_message(
                programs, message.topic, message.payload, is_kept=message.is_kept, received_at=self.now()
            )
        except NotTakenError as refusal:
            self.tally.refused(refusal.reason if message.topic else UNKNOWN_TOPIC)
            return []

    async def _may_come(self, message: Arrived) -> bool:
        """Whoever is too quick is held back where the broker keeps it for us, and is not heard where it does not."""
        sender = self.spec.settings.host
        while not self.doorway.is_within_rate(sender):
            if message.qos == 0:
                self.tally.refused(TOO_MANY)
                return False
            await asyncio.sleep(self.doorway.wait_s(sender))
        return True

    _was_open = False


def filters_of(programs: Sequence[Program], qos: int) -> dict[str, int]:
    """What to subscribe to. Whatever does not say when it was true must not wait for us anywhere."""
    filters: dict[str, int] = {}
    for program in programs:
        wanted = qos if program.message.moment is not None else 0
        known = filters.get(program.message.template.filter, wanted)
        filters[program.message.template.filter] = min(known, wanted)
    return filters


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"Its certificate is not believed: {error.verify_message}. Compare “ca” and the name in “host”."
        )
    if isinstance(error, OSError):
        return f"The broker cannot be reached: {error.strerror or error}."
    return str(error)
