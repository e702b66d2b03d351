"""Web push from a step of an alert to a browser: a push service that listens takes it, and what only the browser can
read is decrypted as RFC 8291 says."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from assets.alerts.channels import add_channel
from assets.alerts.models import Channel, Delivery
from assets.alerts.postman import deliver_due
from assets.alerts.sending.push import public_key

pytestmark = pytest.mark.django_db


class Service:
    """A push service on a port of its own: answers with ``status``, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 201
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.requests.append((self.path, headers, body))
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Browser:
    """The keys of a subscription, which never leave the browser."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    def subscription(self, origin: str) -> dict[str, str]:
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"endpoint": f"{origin}/push/abc", "p256dh": _text(point), "auth": _text(self._auth)}

    def read(self, body: bytes) -> dict:
        plain = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return json.loads(plain)


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def service(settings, tmp_path):
    made = Service()
    settings.PUSH_HOSTS = ["127.0.0.1"]
    settings.VAPID_KEY_FILE = str(tmp_path / "vapid.pem")
    settings.VAPID_CONTACT = "mailto:it@hospital.example"
    yield made
    made.close()


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def channel(service, browser, biomed) -> Channel:
    secret = browser.subscription(service.origin)
    return add_channel(kind="push", name="Phone", person=biomed, secret=secret, severity="info")[0]


def test_the_browser_alone_reads_what_is_told(service, browser, channel, raised, noon):
    alert = raised(words="Not heard of for 15 min")

    assert deliver_due(now=noon) == 1

    [(path, headers, body)] = service.requests
    assert path == "/push/abc"
    assert headers["content-encoding"] == "aes128gcm"
    assert b"heard" not in body
    told = browser.read(body)
    assert "P-1" in told["title"]
    assert told["body"].startswith("Not heard of for 15 min.")
    assert told["url"].endswith(f"/alerts/{alert.pk}/")
    assert (told["tag"], told["token"]) == (alert.pk, str(Delivery.objects.get().token))
    assert 0 < int(headers["ttl"]) <= 86_400


def test_the_push_service_sees_who_sends(service, channel, raised, noon):
    raised()
    deliver_due(now=noon)

    [(_, headers, _body)] = service.requests
    scheme, _, parameters = headers["authorization"].partition(" ")
    told = dict(each.strip().split("=", 1) for each in parameters.split(","))
    assert (scheme, told["k"]) == ("vapid", public_key())
    head, claims, signature = told["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _octets(told["k"]))
    r, s = (int.from_bytes(half) for half in (_octets(signature)[:32], _octets(signature)[32:]))
    key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(_octets(claims))
    assert (said["aud"], said["sub"]) == (service.origin, "mailto:it@hospital.example")
    assert 0 < said["exp"] - time.time() <= 86_400


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_has_ended_is_removed(service, channel, raised, noon, status):
    service.status = status
    raised()

    assert deliver_due(now=noon) == 0

    channel.refresh_from_db()
    assert (channel.is_enabled, bytes(channel.sealed)) == (False, b"")
    assert Delivery.objects.get().state == Delivery.State.DEAD


def test_a_service_in_trouble_is_tried_again(service, channel, raised, noon):
    service.status = 503
    raised()
    deliver_due(now=noon)

    waiting = Delivery.objects.get()
    assert (waiting.state, channel.is_enabled) == (Delivery.State.WAITING, True)
    service.status = 201
    assert deliver_due(now=waiting.next_at) == 1


def test_another_browser_cannot_read_it(service, channel, raised, noon):
    raised()
    deliver_due(now=noon)

    [(*_, body)] = service.requests
    with pytest.raises(http_ece.ECEException):
        Browser().read(body)
