"""Every template: nothing inline, nothing from another host, no dead ends."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import get_template, render_to_string

from assets.words import LOOKS, Shape
from tests.every import for_every

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "hospital/static").rglob("*.css"))
SCRIPTS = sorted(
    path for app in ("hospital", "assets", "locations") for path in (ROOT / app / "static").rglob("*.js")
)
NAMES = {path: str(path.relative_to(ROOT)) for path in [*TEMPLATES, *STYLES, *SCRIPTS]}


def name_of(path: Path) -> str:
    return NAMES[path]


@for_every(TEMPLATES, name_of)
def test_a_template_compiles(path):
    get_template(str(path.relative_to(ROOT / "templates")))


@for_every(TEMPLATES, name_of)
def test_a_template_holds_no_inline_style_and_no_inline_handler(path):
    source = path.read_text()
    assert not re.search(r"<style\b", source)
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert not re.search(r"hx-on|javascript:", source)


@for_every(TEMPLATES, name_of)
def test_a_script_in_a_template_is_a_file_or_carries_the_nonce(path):
    for tag in re.findall(r"<script\b[^>]*>", path.read_text()):
        is_data = 'type="application/json"' in tag
        assert "src=" in tag or "nonce=" in tag or is_data, tag


@for_every([*TEMPLATES, *STYLES, *SCRIPTS], name_of)
def test_nothing_is_asked_of_another_host(path):
    addresses = set(re.findall(r"https?://[\w./-]+", path.read_text()))
    assert addresses <= {"http://www.w3.org/2000/svg"}


@for_every(TEMPLATES, name_of)
def test_static_files_that_a_template_names_are_there(path):
    for name in re.findall(r"{% static [\"']([^\"']+)[\"'] %}", path.read_text()):
        assert finders.find(name), name


@for_every(SCRIPTS, name_of)
def test_modules_that_a_script_imports_are_there_and_scripts_evaluate_nothing(path):
    source = path.read_text()
    for name in re.findall(r"from \"(\.[^\"]+)\"", source):
        folder = path.parent.relative_to(path.parents[[p.name for p in path.parents].index("static")])
        served = Path(*folder.parts, name)
        resolved = "/".join(_without_dots(served.parts))
        assert finders.find(resolved), resolved
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=", source)


def _without_dots(parts: tuple[str, ...]) -> list[str]:
    out: list[str] = []
    for part in parts:
        if part == "..":
            out.pop()
        elif part != ".":
            out.append(part)
    return out


@for_every(STYLES, name_of)
def test_every_token_that_a_style_uses_is_defined(path):
    defined = {name for style in STYLES for name in re.findall(r"(--[\w-]+)\s*:", style.read_text())}
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= defined


@for_every(STYLES, name_of)
def test_colours_are_named_once_in_the_tokens(path):
    if path.name == "tokens.css":
        return
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!.*::backdrop)", re.sub(r"#00000066", "", path.read_text())) == []


def test_every_activity_and_every_category_shape_has_its_drawing():
    sprite = render_to_string("components/icons.html")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    wanted = {f"activity-{look.shape}" for look in LOOKS.values()} | {
        f"shape-{shape}" for shape in Shape.values
    }
    assert wanted | {"activity-square-outline"} <= drawn


def test_every_icon_that_a_template_uses_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', render_to_string("components/icons.html")))
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'href="#((?:icon|shape|activity)-[a-z-]+)"', path.read_text())
    }
    assert used <= drawn


def render(source: str, **context) -> str:
    return " ".join(Template(source).render(Context(context)).split())


def test_an_empty_state_says_why_and_what_to_do():
    html = render(
        '{% include "components/empty.html" with title="No pumps" action_url="/x/" action_text="Go" %}'
    )
    assert "No pumps" in html
    assert '<a class="button is-main" href="/x/">Go</a>' in html


def test_a_failed_reading_shows_why_and_never_a_value():
    html = render(
        '{% include "components/reading.html" with label="Charge" value="55" unit="%" quality="no_answer" %}'
    )
    assert "No answer" in html
    assert "55" not in html


def test_an_age_without_a_moment_says_never():
    assert "never" in render('{% include "components/age.html" with at=None %}')


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_page_needs_nothing_but_itself(code):
    page = render_to_string(f"{code}.html", {"text": "Words.", "reference": "R-7"})
    assert 'href="/"' in page
    assert "<title>" in page
    assert "R-7" in page if code == 500 else "Words." in page
