"""What makes the pages an app: said to anybody, with nothing of anybody in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image

from hospital.installable import SHELL_FILES

pytestmark = pytest.mark.django_db


def test_the_manifest_has_what_a_phone_asks_for(client):
    answer = client.get("/manifest.webmanifest")
    manifest = answer.json()

    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == (
        "Whereabouts",
        "/",
        "standalone",
    )
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == ["/find/", "/scan/"]
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip


def test_every_icon_is_as_large_as_it_says(client):
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        path = finders.find(icon["src"].removeprefix(settings.STATIC_URL))
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_every_page_names_the_manifest(client, nurse):
    assert b'<link rel="manifest" href="/manifest.webmanifest">' in client.get("/sign-in/").content
    client.force_login(nurse)
    assert b'<link rel="manifest" href="/manifest.webmanifest">' in client.get("/find/").content


def test_the_service_worker_is_a_script_at_the_root_that_is_asked_for_each_time(client):
    answer = client.get("/service-worker.js")
    words = answer.content.decode()

    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]
    assert f'"files-{settings.STATIC_VERSION}"' in words
    assert not re.search(r"\{\{|\{%|&quot;", words)


def test_the_service_worker_shows_the_notifications_of_alerts(client):
    [script] = re.findall(r'importScripts\("(.+?)"\)', client.get("/service-worker.js").content.decode())
    assert "alerts/push.js" in script
    assert finders.find("alerts/push.js")


def test_everything_that_it_keeps_beforehand_is_there(client):
    words = client.get("/service-worker.js").content.decode()
    listed = json.loads(re.search(r"\.\.\.(\[.*?\])\]", words).group(1))

    assert len(listed) == len(SHELL_FILES) == len(set(listed))
    for address in listed:
        assert finders.find(address.removeprefix(settings.STATIC_URL)), address


def test_what_is_imported_by_what_it_keeps_is_kept_too():
    for name in SHELL_FILES:
        if name.endswith(".js") and not name.startswith("lib/"):
            source = Path(finders.find(name)).read_text()
            for other in re.findall(r'^import .*?"(\.[^"]+)";', source, re.MULTILINE):
                parts = [*name.split("/")[:-1], *other.split("/")]
                while ".." in parts:
                    at = parts.index("..")
                    del parts[at - 1 : at + 1]
                path = "/".join(part for part in parts if part != ".")
                assert path in SHELL_FILES, f"{name} imports {path}"


def test_it_keeps_what_scripts_say_in_every_language(client):
    kept = json.loads(
        re.search(r"const WORDS = (\[.*?\]);", client.get("/service-worker.js").content.decode())[1]
    )

    assert [address.rsplit("/", 1)[1] for address in kept] == [
        f"{code}.js" for code, _name in settings.LANGUAGES
    ]
    for address in kept:
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/javascript")


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_page_without_a_network_brings_words_that_are_kept(client, language):
    page = client.get("/offline/", headers={"Accept-Language": language}).content.decode()
    address = re.search(r'<script src="(/words/[^"]+)"', page)[1]

    assert address.endswith(f"/{language}.js")
    assert address in client.get("/service-worker.js").content.decode()


def test_the_page_without_a_network_says_so_and_nothing_of_anybody(client, nurse, make_pump):
    make_pump("P-1")
    as_stranger = client.get("/offline/").content
    client.force_login(nurse)
    as_nurse = client.get("/offline/").content

    assert b"You are offline" in as_stranger
    assert as_nurse == as_stranger


def test_who_is_signed_in_is_told_without_a_name(client, nurse, biomed):
    assert client.get("/session.json").status_code == 302
    client.force_login(nurse)
    mine = client.get("/session.json")
    client.force_login(biomed)
    theirs = client.get("/session.json")

    assert "no-store" in mine["Cache-Control"]
    assert mine.json()["person"] != theirs.json()["person"]
    assert re.fullmatch(r"[0-9a-f]{16}", mine.json()["person"])
    assert mine.json()["token"]
