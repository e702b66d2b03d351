"""What Lighthouse's report of a page comes to."""

from __future__ import annotations

import pytest

from tests.lighthouse.scores import scored


def report(accessibility, best_practices, came_to="http://127.0.0.1/"):
    return {
        "requestedUrl": "http://127.0.0.1/",
        "finalDisplayedUrl": came_to,
        "categories": {
            "accessibility": {"score": accessibility, "auditRefs": [{"id": "label", "weight": 7}]},
            "best-practices": {
                "score": best_practices,
                "auditRefs": [{"id": "csp", "weight": 0}, {"id": "charset", "weight": 1}],
            },
        },
        "audits": {
            "label": {"id": "label", "title": "Fields have labels", "score": 0},
            "csp": {"id": "csp", "title": "Policy", "score": 0},
            "charset": {"id": "charset", "title": "Charset", "score": 1},
            "other": {"id": "other", "title": "Speed", "score": 0},
        },
    }


@pytest.mark.parametrize(
    ("accessibility", "best_practices", "is_enough"),
    [(1, 0.95, True), (0.94, 1, False), (1, 0.94, False), (None, 1, False)],
)
def test_a_page_is_good_enough_when_both_scores_are(accessibility, best_practices, is_enough):
    assert scored("home", report(accessibility, best_practices)).is_enough is is_enough


def test_a_page_that_led_elsewhere_is_not_looked_at():
    found = scored("home", report(1, 1, came_to="http://127.0.0.1/sign-in/"))
    assert found.of == {"accessibility": 0, "best-practices": 0}
    assert found.failed == ["led to http://127.0.0.1/sign-in/"]


def test_audits_that_cost_something_are_named():
    found = scored("home", report(0.5, 1))
    assert found.of == {"accessibility": 50, "best-practices": 100}
    assert found.failed == ["label: Fields have labels"]
