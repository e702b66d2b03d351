"""What a browser may keep for ever has a name that changes with it."""

import pytest

from hospital.static_version import static_version


@pytest.fixture
def files(tmp_path):
    (tmp_path / "static" / "app").mkdir(parents=True)
    (tmp_path / "static" / "app" / "a.js").write_text("one")
    (tmp_path / "lock").write_text("{}")
    return tmp_path


def version(files):
    return static_version([files / "static"], files / "lock")


def test_the_same_files_have_the_same_version(files):
    assert version(files) == version(files)


@pytest.mark.parametrize(("path", "text"), [("static/app/a.js", "two"), ("static/b.js", ""), ("lock", "[]")])
def test_a_changed_file_a_new_one_or_another_package_changes_it(files, path, text):
    before = version(files)
    (files / path).write_text(text)
    assert version(files) != before


def test_files_are_served_under_it_and_may_be_kept(client, settings, db):
    answer = client.get(f"{settings.STATIC_URL}hospital/css/base.css")
    assert settings.STATIC_VERSION in settings.STATIC_URL
    assert "immutable" in answer["Cache-Control"]
    answer.close()
