"""Templates of topics."""

from __future__ import annotations

import pytest

from collectors.receivers.mqtt.topics import LONGEST_TOPIC, TemplateError, parse_template


@pytest.mark.parametrize(
    ("template", "wanted", "topic", "names"),
    [
        ("hospital/{asset_tag}/state", "hospital/+/state", "hospital/P-1/state", {"asset_tag": "P-1"}),
        ("shelly-{mac}/online", "+/online", "shelly-a8032ab1fe78/online", {"mac": "a8032ab1fe78"}),
        ("a/+/{b}", "a/+/+", "a//x", {"b": "x"}),
        ("{a}/{b}.x", "+/+", "1/2.x", {"a": "1", "b": "2"}),
        ("a.b/c", "a.b/c", "a.b/c", {}),
    ],
)
def test_a_template_subscribes_and_takes_the_names_out(template, wanted, topic, names):
    parsed = parse_template(template)
    assert parsed.filter == wanted
    assert parsed.match(topic) == names
    assert set(parsed.parts) == set(names)


@pytest.mark.parametrize(
    ("template", "topic"),
    [
        ("hospital/{a}/state", "hospital//state"),
        ("hospital/{a}/state", "hospital/x/y/state"),
        ("hospital/{a}/state", "hospital/x/state/"),
        ("shelly-{mac}/online", "other-1/online"),
        ("a.b/{c}", "axb/1"),
        ("{a}", "x" * (LONGEST_TOPIC + 1)),
    ],
)
def test_another_topic_is_none_of_it(template, topic):
    assert parse_template(template).match(topic) is None


@pytest.mark.parametrize(
    "template", ["a/#", "a/b+", "a/{B}", "a/{b}{c}", "a/{b", "$SYS/{a}", "{a}/{a}", "a" * 301, "a\0b"]
)
def test_what_is_no_template_is_refused(template):
    with pytest.raises(TemplateError):
        parse_template(template)
