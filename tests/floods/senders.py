"""Those who send as much as the network carries, each by the protocol of one way in.

Each is called again and again from several threads, sends some messages, and says how many.
"""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.sop_class import ModalityPerformedProcedureStep  # type: ignore[attr-defined]

from collectors.receivers.hl7.framing import Unwrapper, wrap
from tests.collectors.dicom_peers import begun
from tests.collectors.receivers.hl7.messages import INFUSING, message, pump
from tests.collectors.receivers.mosquitto import Sender as MqttSender
from tests.collectors.receivers.traps.senders import notification_pdu, v2c
from tests.floods.seed import ASSETS

Send = Callable[[], int]
_numbers: Iterator[int] = itertools.count(1)
"""For the whole process, so that no message is like another."""


def _moment() -> str:
    return (datetime.now(UTC) - timedelta(minutes=1)).isoformat()


def traps(ports: Mapping[str, int], _token: str) -> Send:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.connect(("127.0.0.1", ports["traps"]))

    def send() -> int:
        for _ in range(200):
            opened.send(v2c(notification_pdu(number=next(_numbers))))
        return 200

    return send


def posts(ports: Mapping[str, int], token: str) -> Send:
    connection = http.client.HTTPConnection("127.0.0.1", ports["web"], timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send() -> int:
        number = next(_numbers)
        rows = [
            {
                "subject": {"kind": "asset_tag", "key": f"P-{asset}"},
                "at": _moment(),
                "readings": {"battery_charge": number % 100},
            }
            for asset in range(ASSETS)
        ]
        connection.request("POST", "/api/v1/observations/", json.dumps(rows), headers)
        connection.getresponse().read()
        return 1

    return send


def publications(ports: Mapping[str, int], _token: str) -> Send:
    sender = MqttSender(ports["mqtt"])

    def send() -> int:
        for _ in range(99):
            number = next(_numbers)
            payload = json.dumps({"at": _moment(), "battery": number % 100})
            sender._client.publish(f"hospital/P-{number % ASSETS}/state", payload, qos=1)
        sender.publish("hospital/P-0/connection", "online")
        return 100

    return send


def hl7(ports: Mapping[str, int], _token: str) -> Send:
    """A hundred messages before the first answer is waited for."""
    opened = socket.create_connection(("127.0.0.1", ports["hl7"]), timeout=60)
    unwrapper = Unwrapper(100_000)

    def send() -> int:
        at = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y%m%d%H%M%S+0000")
        opened.sendall(b"".join(wrap(_hl7_message(next(_numbers), at)) for _ in range(100)))
        answers = 0
        while answers < 100:
            answers += len(unwrapper.feed(opened.recv(65_536)))
        return 100

    return send


def _hl7_message(number: int, at: str) -> bytes:
    return message(*pump(INFUSING, at=at, label=f"P-{number % ASSETS}"), number=str(number), at=at)


def steps(ports: Mapping[str, int], _token: str) -> Send:
    entity = AE("CT_ROOM_2")
    entity.add_requested_context(ModalityPerformedProcedureStep, ExplicitVRLittleEndian)
    association = entity.associate("127.0.0.1", ports["mpps"], ae_title="TRACKER")
    if not association.is_established:
        raise ConnectionError("no association")
    data = begun()

    def send() -> int:
        number = next(_numbers)
        data.PerformedStationAETitle = f"CT_{number % ASSETS}"
        association.send_n_create(data, ModalityPerformedProcedureStep, f"1.2.3.{number}")
        return 1

    return send


FLOODS: dict[str, tuple[Callable[[Mapping[str, int], str], Send], int]] = {
    "traps": (traps, 1),
    "http": (posts, 6),
    "mqtt": (publications, 3),
    "hl7": (hl7, 6),
    "mpps": (steps, 4),
}
"""Way in → who floods it, and how many of them at once."""


class Flood:
    """Several senders of one kind, until they have sent ``most`` messages or are told to stop."""

    def __init__(self, kind: str, ports: Mapping[str, int], token: str, most: int) -> None:
        make, count = FLOODS[kind]
        self.sent, self._most = 0, most
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._send_on, args=(make(ports, token),), daemon=True)
            for _ in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def _send_on(self, send: Send) -> None:
        while not self._stopped.is_set():
            sent = send()
            with self._lock:
                self.sent += sent
                if self.sent >= self._most:
                    self._stopped.set()

    @property
    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
