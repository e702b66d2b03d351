"""The colours of tokens.css: legible in light and in dark."""

import re
from pathlib import Path

import pytest

from assets.words import LOOKS

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "hospital/static/hospital/css/tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS)}
THEMES = ("light", "dark")
ACTIVITIES = [look.token for look in LOOKS.values()]
PLAN = ["plan-floor", "plan-care", "plan-clean", "plan-soiled", "plan-work", "plan-quiet"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", ACTIVITIES)
def test_an_activity_is_legible_wherever_it_stands(token, theme):
    for ground in ["ground", "surface", f"{token}-tint", *PLAN]:
        assert contrast(COLOURS[token][theme], COLOURS[ground][theme]) >= 4.5, ground


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3"])
def test_text_is_legible_on_every_ground(ink, theme):
    for ground in ["ground", "surface", "sunken"]:
        assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5, ground


@pytest.mark.parametrize("theme", THEMES)
def test_room_names_are_legible_on_every_kind_of_room(theme):
    for ground in PLAN:
        assert contrast(COLOURS["plan-label"][theme], COLOURS[ground][theme]) >= 4.5, ground


@pytest.mark.parametrize("theme", THEMES)
def test_main_buttons_are_legible_also_under_the_pointer(theme):
    for button in ["ink", "ink-2"]:
        assert contrast(COLOURS["on-ink"][theme], COLOURS[button][theme]) >= 4.5, button


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_fields_stand_out(theme):
    for ground in ["ground", "surface"]:
        assert contrast(COLOURS["line-strong"][theme], COLOURS[ground][theme]) >= 3, ground


def test_the_activities_are_those_of_the_agreed_table():
    table = {
        "ready": ("#00734a", "#4cc38a"),
        "in-use": ("#0b57d0", "#7cacf8"),
        "dirty": ("#9a5b00", "#f1a10d"),
        "down": ("#b3261e", "#ff8f85"),
        "moving": ("#6247aa", "#b8a1f5"),
        "unheard": ("#5f6368", "#9aa0a6"),
    }
    assert {name: (COLOURS[name]["light"], COLOURS[name]["dark"]) for name in ACTIVITIES} == table


def test_type_has_five_sizes():
    sizes = re.findall(r"--text-\w+: ([\d.]+)rem", TOKENS)
    assert [float(size) * 16 for size in sizes] == [13, 15, 17, 21, 28]
