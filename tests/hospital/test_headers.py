"""The browser is told what this site may do, on every address there is."""

import re
from pathlib import Path

import pytest
from django.conf import settings as product
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from tests.hospital.addresses import all_addresses

STATIC = static("hospital/css/base.css")
SCAN = "/scan/"
"""The one page that uses the camera, and a reader that is WebAssembly."""


@pytest.fixture
def https(settings):
    """As with PUBLIC_URL=https://…"""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def policy_of(answer) -> dict[str, set[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {name: set(values) for name, *values in parts}


def test_every_address_carries_the_headers(client, administrator, floor, make_pump, https):
    make_pump("P-1")
    client.force_login(administrator)
    for path in [*(address.path for address in all_addresses()), "/nothing/", "/api/nothing/", STATIC]:
        answer = client.get(path, secure=True)
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert path == STATIC or answer["X-Frame-Options"] == "DENY", path
        assert answer["Referrer-Policy"] == "same-origin", path
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin", path
        camera = "camera=(self)" if path == SCAN else "camera=()"
        assert camera in answer["Permissions-Policy"], path
        assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", path
        assert_strict(policy_of(answer), path)
        answer.close()


def assert_strict(policy: dict[str, set[str]], path: str) -> None:
    for name in ("default-src", "script-src", "style-src"):
        own = {source for source in policy[name] if not source.startswith("'nonce-")}
        reader = {"'wasm-unsafe-eval'"} if path == SCAN and name == "script-src" else set()
        assert own == {"'self'"} | reader, f"{path}: {name} {own}"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}, path
    assert policy["form-action"] == {"'self'"}, path
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set().union(*policy.values()), path
    assert not any("//" in source for source in set().union(*policy.values())), path


def test_what_one_person_saw_does_not_stay_on_a_shared_desktop(client, administrator, floor, make_pump):
    make_pump("P-1")
    client.force_login(administrator)
    for path in ("/", "/find/", "/assets/P-1/", "/api/v1/assets/", "/admin/hospital/user/"):
        control = client.get(path)["Cache-Control"]
        assert "private" in control or "no-store" in control, f"{path}: {control}"
        assert "public" not in control


def test_static_files_may_be_kept(client, db):
    answer = client.get(STATIC)
    assert "max-age" in answer["Cache-Control"]
    answer.close()


def test_plain_http_is_sent_to_https_and_a_probe_is_answered(client, db, https):
    assert client.get("/sign-in/")["Location"] == "https://testserver/sign-in/"
    assert client.get("/health/").status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, nurse, https):
    nurse.set_password("correct horse battery staple")
    nurse.save()
    password = {"username": "nurse", "password": "correct horse battery staple"}
    cookies = client.post("/sign-in/", password, secure=True).cookies
    for name in ("sessionid", "csrftoken"):
        assert (cookies[name]["secure"], cookies[name]["samesite"]) == (True, "Lax"), name
    assert cookies["sessionid"]["httponly"] is True


def test_no_template_holds_what_the_policy_would_block():
    """No inline script, style, style attribute or event handler, and no other host."""
    inline = re.compile(
        r"<script(?![^>]*\b(?:src=|type=\"application/json\"|nonce=))|<style|\sstyle=|\son\w+=|https?://(?!www\.w3\.org)",
        re.IGNORECASE,
    )
    found = {
        f"{path.name}: {match.group()}"
        for path in Path(product.BASE_DIR, "templates").rglob("*.html")
        for match in inline.finditer(path.read_text())
    }
    assert found == set()


def test_the_admin_site_s_own_files_are_served_by_us(client, db):
    assert finders.find("admin/css/base.css")
    answer = client.get(static("admin/css/base.css"))
    assert answer.status_code == 200
    answer.close()


def test_admin_pages_hold_no_inline_script_or_style(client, administrator, site, make_pump, make_endpoint):
    make_pump("P-1")
    make_endpoint()
    client.force_login(administrator)
    inline = re.compile(
        rb"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>\s*\S|<style|\sstyle=|\son\w+="
    )
    for address in all_addresses():
        if address.is_admin and address.name.endswith(("_changelist", "_add", "index")):
            match = inline.search(client.get(address.path).content)
            assert match is None, f"{address.path}: {match and match.group()!r}"
