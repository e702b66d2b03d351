"""What Modbus/TCP Security needs: whom to believe, and what to show of ourselves."""

from __future__ import annotations

import ssl
from pathlib import Path

from django.conf import settings


class TlsSettingsError(Exception):
    """A file that the settings name cannot be used; the message says which, and why."""


def make_context() -> ssl.SSLContext:
    """For connections to devices: their certificate is verified, and has to name them. TLS 1.2 at least.

    ``MODBUS_TLS_CA`` names a file of certificates to believe instead of the system's; ``MODBUS_TLS_CERTIFICATE``
    and ``MODBUS_TLS_KEY`` those to show to devices that ask for one. There is no way to verify less.
    """
    authorities = _readable("MODBUS_TLS_CA")
    try:
        context = ssl.create_default_context(cafile=authorities or None)
    except ssl.SSLError as error:
        raise TlsSettingsError(
            f"The file that MODBUS_TLS_CA names holds no certificates: {error}."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate, key = _readable("MODBUS_TLS_CERTIFICATE"), _readable("MODBUS_TLS_KEY")
    if key and not certificate:
        raise TlsSettingsError("MODBUS_TLS_KEY needs MODBUS_TLS_CERTIFICATE beside it.")
    if certificate:
        try:
            context.load_cert_chain(certificate, key or None, password=_never)
        except (OSError, ValueError) as error:
            raise TlsSettingsError(f"MODBUS_TLS_CERTIFICATE or its key cannot be used: {error}.") from error
    return context


def _readable(name: str) -> str:
    path: str = getattr(settings, name)
    if path:
        try:
            Path(path).read_bytes()
        except OSError as error:
            raise TlsSettingsError(f"The file that {name} names cannot be read: {error.strerror}.") from error
    return path


def _never() -> str:
    raise ValueError("its key is protected by a password, which nobody is here to type")
