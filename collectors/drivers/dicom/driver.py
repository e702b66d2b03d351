"""C-ECHO by pynetdicom, in threads, behind the same interface as every driver.

Verification is the only thing that an association of ours ever proposes, so that there is nothing else that a device
could agree to: no query, no retrieval, no storage, and no change of anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.utils import timezone
from pynetdicom import AE, _config
from pynetdicom.association import Association

from collectors.dicom_rules import OUR_TITLE
from collectors.drivers.dicom import words
from collectors.requests import Answer, DicomEcho, DicomEchoed, RawPoll, Request, Target

THREADS = 16
"""Modalities that are asked at once; each one has a thread for at most three timeouts."""
MAX_PDU = 16_384
VERIFICATION = "1.2.840.10008.1.1"
SUCCESS = 0x0000

_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False


class DicomDriver:
    """One association for each poll: modalities have few, and somebody else needs them."""

    name = "pynetdicom"
    protocol = "dicom"

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """The threads begin with the first request."""

    async def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads:
            await asyncio.to_thread(threads.shutdown)

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        if any(not isinstance(request, DicomEcho) for request in requests):
            raise ValueError(f"{target}: only C-ECHO can be asked of a device that speaks DICOM")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dicom")
        loop = asyncio.get_running_loop()
        begun = time.monotonic()
        answer = await loop.run_in_executor(self._threads, echo, target)
        latency_ms = (time.monotonic() - begun) * 1000
        return RawPoll(timezone.now(), latency_ms, dict.fromkeys(requests, answer))


def echo(target: Target) -> Answer:
    """Associate, ask, release. Blocks for three timeouts at the most."""
    entity = AE(target.calling or OUR_TITLE)
    entity.add_requested_context(VERIFICATION)
    entity.connection_timeout = entity.acse_timeout = target.timeout_s
    entity.dimse_timeout = entity.network_timeout = target.timeout_s
    association = entity.associate(target.host, target.port, ae_title=target.called, max_pdu=MAX_PDU)
    try:
        if not association.is_established:
            return words.not_associated(association, target)
        return _ask(association, target)
    finally:
        if association.is_established:
            association.release()


def _ask(association: Association, target: Target) -> Answer:
    try:
        status = association.send_c_echo()
    except ValueError:  # it accepted us, but not the one thing that was proposed
        return words.no_verification(target)
    if "Status" not in status:
        return words.no_echo(target)
    if status.Status != SUCCESS:
        return words.other_status(status.Status, target)
    name = association.acceptor.implementation_version_name
    return DicomEchoed(SUCCESS, name.encode() if name else None)
