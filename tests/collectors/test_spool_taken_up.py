"""Whose folder is whose when several collectors run, and die, on one machine."""

from __future__ import annotations

import pytest

from collectors.distribution.folders import dead_holders, own_folder, spool_root


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


def test_each_process_has_a_folder_of_its_own_and_a_successor_takes_one_that_is_free():
    with own_folder("first") as (first, _), own_folder("second") as (second, _):
        assert first != second
    with own_folder("third") as (third, _):
        assert third == first


def test_a_successor_learns_who_died_on_the_machine_and_who_lives_is_not_among_them():
    with own_folder("living") as (_, dead):
        assert dead == []
        with own_folder("one"), own_folder("two"):
            assert dead_holders() == []
        with own_folder("successor") as (_, dead):
            assert dead == ["one", "two"]
            assert dead_holders() == ["two"]


def test_a_folder_from_before_folders_had_numbers_has_no_holder():
    (spool_root() / "all").mkdir(parents=True)
    (spool_root() / "all" / "lock").touch()
    assert dead_holders() == []
