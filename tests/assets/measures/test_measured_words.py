"""Figures as people read them."""

from __future__ import annotations

import pytest

from assets.measures.figures import Figure
from assets.measures.templatetags.measures import as_percent


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100.0 %"),
        (0.9999, "99.99 %"),
        (0.999_999, "99.99 %"),
        (0.954, "95.4 %"),
        (0.000_01, "0.01 %"),
        (0.0, "0.0 %"),
    ],
)
def test_all_and_nothing_are_said_of_all_and_nothing_alone(share, words):
    assert as_percent(Figure(share)) == words


def test_where_there_is_no_figure_it_says_why():
    assert "no hours" in as_percent(Figure(None, "no hours in use"))
