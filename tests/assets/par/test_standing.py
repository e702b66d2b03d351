"""How a level stands: what counts as ready there, and in how many queries."""

from datetime import timedelta

import pytest

from assets.par.models import Shortfall
from assets.par.standing import counts_of, standings


def count(level, now):
    return counts_of([level], now)[level.pk]


def test_ready_pieces_in_any_room_of_the_department_count(level, ready_pump, station, bay, store, noon):
    ready_pump("P-1", station)
    ready_pump("P-2", bay)
    ready_pump("P-3", store)
    assert count(level, noon) == 2


def test_what_cannot_be_taken_does_not_count(level, ready_pump, bay, noon):
    ready_pump("P-1", bay, activity="in_use")
    ready_pump("P-2", bay, stale_at=noon)
    retired = ready_pump("P-3", bay)
    retired.retired_at = noon
    retired.save()
    assert count(level, noon) == 0


def test_what_a_person_stated_counts_though_nothing_is_heard(level, ready_pump, bay, noon):
    ready_pump("P-1", bay, basis="person", stale_at=noon - timedelta(hours=1))
    assert count(level, noon) == 1


def test_a_level_of_a_room_or_of_a_kind_counts_only_there(pumps, site, ready_pump, bay, store, noon):
    from assets.par.levels import set_par_level

    ready_pump("P-1", bay)
    ready_pump("P-2", store)
    numbers = {"target": 1, "critical": 1, "maximum": None, "now": noon}
    in_room = set_par_level(category=pumps, unit=bay, **numbers)
    in_stores = set_par_level(category=pumps, unit=(site, "clean_store"), **numbers)
    in_theatres = set_par_level(category=pumps, unit=(site, "theatre"), **numbers)
    counts = counts_of([in_room, in_stores, in_theatres], noon)
    assert [counts[each.pk] for each in (in_room, in_stores, in_theatres)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("pieces", "kind"), [(0, "critical"), (1, "critical"), (2, "target"), (3, ""), (4, ""), (5, "maximum")]
)
def test_the_worst_that_the_number_means_is_told(level, ready_pump, bay, biomed, noon, pieces, kind):
    for number in range(pieces):
        ready_pump(f"P-{number}", bay)
    [line] = standings(biomed, noon)
    assert (line.count, line.kind) == (pieces, kind)


def test_a_line_tells_since_when_and_how_often_it_was_short(level, biomed, noon):
    Shortfall.objects.filter(level=level).delete()
    day = timedelta(days=1)
    for begin, end in ((9, 8), (8, 6), (3, 2)):
        Shortfall.objects.create(
            level=level, kind="critical", worst=0, begin=noon - begin * day, end=noon - end * day
        )
    Shortfall.objects.create(level=level, kind="critical", worst=0, begin=noon - day / 2)
    [line] = standings(biomed, noon)
    assert (line.episodes, line.short_since) == (3, noon - day / 2)


def test_the_bar_is_as_wide_as_the_largest_number(level, ready_pump, bay, biomed, noon):
    ready_pump("P-1", bay)
    [line] = standings(biomed, noon)
    assert (line.count_percent, line.critical_percent, line.target_percent) == (25, 50, 75)


def test_levels_of_sites_that_a_person_may_not_see_are_not_there(level, biomed, other_site, noon):
    biomed.sites.set([other_site])
    assert standings(biomed, noon) == []
