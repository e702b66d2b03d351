"""Setting levels: rules that name the field, the look at once, and going back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assets.par.levels import change_par_level, remove_par_level, set_par_level
from assets.par.models import ParLevel, Shortfall
from assets.par.undo import TooLateError, undo_change


@pytest.mark.parametrize(
    ("target", "critical", "maximum", "field"),
    [(0, 0, None, "target"), (2, 3, None, "critical"), (3, 1, 2, "maximum")],
)
def test_numbers_that_contradict_each_other_are_refused(pumps, ward, noon, target, critical, maximum, field):
    with pytest.raises(ValidationError) as refused:
        set_par_level(category=pumps, unit=ward, target=target, critical=critical, maximum=maximum, now=noon)
    assert list(refused.value.message_dict) == [field]
    assert not ParLevel.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"critical": 4}, {"maximum": 2}, {"zone_kind": "lift"}, {"department": None}]
)
def test_the_database_refuses_the_same(level, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ParLevel.objects.filter(pk=level.pk).update(**wrong)


def test_a_unit_has_one_level_of_a_category(level, pumps, ward, noon):
    again = set_par_level(category=pumps, unit=ward, target=5, critical=1, maximum=None, now=noon)
    assert again.pk == level.pk
    level.refresh_from_db()
    assert (level.target, level.critical, level.maximum) == (5, 1, None)


def test_a_level_is_looked_at_as_soon_as_it_is_set(level, noon):
    assert Shortfall.objects.get(level=level, kind="critical").begin == noon


def test_a_level_for_a_room_of_an_earlier_plan_is_refused(pumps, bay, noon):
    bay.retired_at = noon
    bay.save()
    with pytest.raises(ValidationError) as refused:
        set_par_level(category=pumps, unit=bay, target=1, critical=1, maximum=None, now=noon)
    assert list(refused.value.message_dict) == ["unit"]


def test_a_change_is_undone(level, biomed, noon):
    earlier = change_par_level(level=level, numbers=(9, 5, None), now=noon)
    undo_change(
        what={"at": noon.isoformat(), "level": level.pk, "numbers": list(earlier)}, by=biomed, now=noon
    )
    level.refresh_from_db()
    assert (level.target, level.critical, level.maximum) == (3, 2, 4)


def test_a_new_level_is_undone(level, biomed, noon):
    undo_change(what={"at": noon.isoformat(), "made": level.pk}, by=biomed, now=noon)
    assert not ParLevel.objects.exists()


def test_a_removed_level_comes_back(level, biomed, noon, ward):
    was = remove_par_level(level=level)
    undo_change(what={"at": noon.isoformat(), "removed": was}, by=biomed, now=noon)
    back = ParLevel.objects.get()
    assert (back.department, back.target, back.critical, back.maximum) == (ward, 3, 2, 4)


def test_after_ten_minutes_and_on_other_sites_nothing_is_undone(level, biomed, other_site, noon):
    what = {"at": noon.isoformat(), "made": level.pk}
    with pytest.raises(TooLateError):
        undo_change(what=what, by=biomed, now=noon + timedelta(minutes=10, seconds=1))
    biomed.sites.set([other_site])
    with pytest.raises(TooLateError):
        undo_change(what=what, by=biomed, now=noon)
    assert ParLevel.objects.exists()
