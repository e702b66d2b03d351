"""Which broker may be spoken to, and how it has to prove who it is."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

from collectors.guard import Policy, TargetRefused, check_target, parse_network
from collectors.receivers.settings import Broker


def check_broker(broker: Broker, networks: Sequence[str]) -> str:
    """The numeric address to connect to. Blocks while a name is looked up.

    Raises TargetRefused unless it lies in one of these networks; a special one, as of this machine, has to be named.
    """
    if not networks:
        raise TargetRefused("Name the network that the broker is in, as in [“10.20.0.7/32”].")
    port = range(broker.port, broker.port + 1)
    policy = Policy(tuple(parse_network(each) for each in networks), (port,))
    try:
        return check_target(broker.host, broker.port, policy)
    except TargetRefused as refusal:
        raise TargetRefused(str(refusal).replace("segment", "way in")) from None


class NamedContext(ssl.SSLContext):
    """For one connection: to an address that was checked, verifying the name that people know the broker by."""

    server_name = ""
    _socket: ssl.SSLSocket | None = None

    def wrap_socket(self, sock: Any, *args: Any, **options: Any) -> ssl.SSLSocket:
        self._socket = super().wrap_socket(sock, *args, **options | {"server_hostname": self.server_name})
        return self._socket

    def close_socket(self) -> None:
        """After a handshake that failed, of which the library lets go without closing."""
        if self._socket is not None:
            self._socket.close()


def make_context(broker: Broker) -> NamedContext:
    """TLS 1.2 at least; its certificate is verified and has to name it. OSError says which file cannot be used."""
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.server_name = broker.host
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if broker.ca:
            context.load_verify_locations(broker.ca)
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError) as error:
        raise OSError(f"the file of “ca” cannot be used: {error}") from error
    if broker.certificate:
        try:
            context.load_cert_chain(broker.certificate, broker.key or None, password=_never)
        except (OSError, ValueError) as error:
            raise OSError(f"the file of “certificate” or “key” cannot be used: {error}") from error
    return context


def _never() -> str:
    raise ValueError("its key is protected by a password, which nobody is here to type")
