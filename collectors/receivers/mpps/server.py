"""The listening side of DICOM by pynetdicom: who may connect, how many, and how much they may send.

pynetdicom reads as many octets as a peer announces and keeps a message until it is whole, so both are bounded here,
where it reads from the socket; and it logs what it receives unless it is told not to.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from socketserver import BaseServer
from typing import Any

from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from collectors.receivers.settings import DicomListen

VERIFICATION = "1.2.840.10008.1.1"
PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"

MAX_PDU = 16_384
"""What we tell senders; a PDU may be four times that, as requests for an association may be long."""
PATIENCE_S = 30.0
"""With a sender in the middle of something, and with one that is idle."""
HANDSHAKE_S = 5.0

_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False

Handler = Callable[[evt.Event], Any]
Refuse = Callable[[str], str]
"""Why an address may not connect; empty if it may."""


class StepServer(ThreadedAssociationServer):
    """``refuse`` and ``max_message_bytes`` are set before it serves."""

    refuse: Refuse
    max_message_bytes: int

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection, if its address is listed. Before that nothing of it is read, not even a handshake."""
        client, address = self.socket.accept()  # type: ignore[union-attr]
        try:
            if self.refuse(str(address[0])):
                raise ConnectionRefusedError
            client.settimeout(HANDSHAKE_S)
            if self.ssl_context is not None:
                client = self.ssl_context.wrap_socket(client, server_side=True)
            client.settimeout(PATIENCE_S)
        except OSError:
            client.close()
            raise
        return client, address

    def stop(self) -> None:
        """Hear nobody any more, and hang up. Blocks for a moment."""
        BaseServer.shutdown(self)
        self.server_close()
        for each in self.active_associations:
            each.abort()


class _Measured(RequestHandler):
    """A connection that may send so much and no more."""

    def _create_association(self) -> Association:
        association = super()._create_association()
        opened: Any = association.dul.socket
        receive, most = opened.recv, self.server.max_message_bytes  # type: ignore[attr-defined]
        taken = 0

        def measured(octets: int) -> bytearray:
            nonlocal taken
            taken += octets
            if octets > 4 * MAX_PDU or taken > most + 4 * MAX_PDU:
                raise ConnectionAbortedError("more than a sender may send")
            return receive(octets)  # type: ignore[no-any-return]

        def begin_anew(_event: evt.Event) -> None:
            nonlocal taken
            taken = 0

        opened.recv = measured
        association.bind(evt.EVT_DIMSE_RECV, begin_anew)
        return association


def open_server(
    place: DicomListen, *, refuse: Refuse, max_message_bytes: int, handlers: dict[evt.EventType, Handler]
) -> StepServer:
    """A server that is bound, and serves once its ``serve_forever`` is called. OSError if it cannot be opened."""
    entity = AE(place.ae_title)
    entity.require_called_aet = True
    entity.maximum_associations = place.most_associations
    entity.maximum_pdu_size = MAX_PDU
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = PATIENCE_S
    for service in (VERIFICATION, PERFORMED_STEP):
        entity.add_supported_context(service, [EXPLICIT, IMPLICIT])
    server = entity.make_server(
        (place.host, place.port),
        evt_handlers=list(handlers.items()),
        ssl_context=_tls(place),
        server_class=StepServer,
        request_handler=_Measured,
    )
    assert isinstance(server, StepServer)  # noqa: S101 - for the type checker
    server.refuse, server.max_message_bytes = refuse, max_message_bytes
    return server


def _tls(place: DicomListen) -> ssl.SSLContext | None:
    if not place.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(place.certificate, place.key or None)
    if place.client_ca:
        context.load_verify_locations(place.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
