"""Mosquitto on a free port of this machine, with the settings that a test asks for, and somebody who publishes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/sbin")
PASSWD = shutil.which("mosquitto_passwd")
WITHIN_S = 20


class Mosquitto:
    """A broker whose sessions and kept messages are on disk, so that they outlive a restart."""

    def __init__(self, folder: Path, *lines: str, allows_anybody: bool = True) -> None:
        self.port = _free_port()
        self._folder, self._process = folder, None
        self._lines = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(allows_anybody).lower()}",
            "persistence true",
            f"persistence_location {folder}/",
            "max_inflight_messages 20",
            *lines,
        ]

    def start(self) -> None:
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text("\n".join(self._lines) + "\n")
        self._process = subprocess.Popen(
            [MOSQUITTO or "", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            assert self._process.poll() is None, "Mosquitto ended by itself"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)  # it says by nothing else that it is there
            else:
                return
        raise AssertionError("Mosquitto does not listen")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(WITHIN_S)
            self._process = None


class Sender:
    """A device that publishes; with ``will`` the broker says so when its connection breaks."""

    def __init__(self, port: int, *, will: tuple[str, str] | None = None) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        if will is not None:
            self._client.will_set(*will, qos=1, retain=True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes | str, *, qos: int = 1, is_kept: bool = False) -> None:
        """Until the broker has it."""
        self._client.publish(topic, payload, qos=qos, retain=is_kept).wait_for_publish(WITHIN_S)

    def break_off(self) -> None:
        """As when somebody pulls the plug: without a word to the broker."""
        connection = self._client.socket()
        assert connection is not None
        connection.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()
        connection.close()

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def password_file(folder: Path, name: str, password: str) -> Path:
    path = folder / "passwords"
    subprocess.run([PASSWD or "", "-c", "-b", str(path), name, password], check=True, capture_output=True)
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
