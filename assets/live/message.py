"""A text on its way to browsers, with the octets of its websocket frame."""

from __future__ import annotations

_WHOLE_TEXT = 0x81
"""First octet of a frame (RFC 6455, 5.2): a text, in one piece."""


class Message(str):
    """The octets are made once, whoever it is sent to."""

    __slots__ = ("_frame",)
    _frame: bytes

    @property
    def frame(self) -> bytes:
        try:
            return self._frame
        except AttributeError:
            self._frame = _framed(self.encode())
            return self._frame


def _framed(text: bytes) -> bytes:
    size = len(text)
    if size < 126:
        return bytes((_WHOLE_TEXT, size)) + text
    if size < 1 << 16:
        return bytes((_WHOLE_TEXT, 126)) + size.to_bytes(2, "big") + text
    return bytes((_WHOLE_TEXT, 127)) + size.to_bytes(8, "big") + text
