"""docs/settings.md lists every variable that the settings read, with the default that they have."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings as product

SOURCE = Path(product.BASE_DIR, "hospital", "settings.py").read_text()
PAGE = Path(product.BASE_DIR, "docs", "settings.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| ", PAGE, re.MULTILINE))


def variables():
    """Every ``env.…("NAME", default=…)`` of the settings."""
    return {
        ast.literal_eval(call.args[0]): next(
            (word.value for word in call.keywords if word.arg == "default"), None
        )
        for call in ast.walk(ast.parse(SOURCE))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "id", "") == "env"
    }


def test_the_page_names_the_variables_that_there_are():
    assert set(ROWS) == set(variables())


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_default_that_is_a_plain_value_is_the_one_on_the_page(name):
    default = variables()[name]
    if isinstance(default, ast.Constant) and default.value not in {"", None}:
        value = str(default.value)
        assert ROWS[name] == f"`{value.lower() if isinstance(default.value, bool) else value}`"
    elif name != "WHEREABOUTS_STATE":  # which the page gives as seen from the checkout
        assert not ROWS[name].startswith("`")


def test_the_page_about_security_names_files_and_tests_that_there_are():
    page = Path(product.BASE_DIR, "docs", "security.md").read_text()
    tests = {path.name for path in Path(product.BASE_DIR, "tests").rglob("test_*.py")}
    for name in re.findall(r"`(\w[\w/]+(?:\.py|/))`", page):
        if name.startswith("test_"):
            assert name in tests
        else:
            assert Path(product.BASE_DIR, name).exists(), name
