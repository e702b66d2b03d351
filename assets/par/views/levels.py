"""Setting levels: one by a form, many by a file, and going back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assets.par.files import MOST_BYTES, Problem, import_levels
from assets.par.forms import LevelForm, NumbersForm
from assets.par.levels import change_par_level, remove_par_level, set_par_level
from assets.par.models import ParLevel
from assets.par.undo import TooLateError, undo_change

may_change = permission_required(["par.view_parlevel", "par.change_parlevel"], raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def new_level(request: HttpRequest) -> HttpResponse:
    form = LevelForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        target, critical, maximum = form.numbers()
        category, unit = form.cleaned_data["category"], form.cleaned_data["unit"]
        there = _there_already(category.pk, form.data["unit"], request)
        if there is not None:
            form.add_error("unit", gettext("This unit has a par level for that category already."))
        else:
            try:
                made = set_par_level(
                    category=category, unit=unit, target=target, critical=critical, maximum=maximum
                )
            except ValidationError as error:
                _blame(form, error)
            else:
                return _done(request, {"made": made.pk}, gettext("Stored: %(level)s.") % {"level": made})
    return render(request, "par/edit.html", {"form": form})


def _there_already(category: int, unit: str, request: HttpRequest) -> ParLevel | None:
    word, _, rest = unit.partition(":")
    mine = ParLevel.objects.visible_to(request.user).filter(category=category)
    if word == "kind":
        slug, _, kind = rest.partition(":")
        return mine.filter(site__slug=slug, zone_kind=kind).first()
    return mine.filter(**{word: rest}).first()


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def edit_level(request: HttpRequest, pk: int) -> HttpResponse:
    level = _level(request, pk)
    stored = {"target": level.target, "critical": level.critical, "maximum": level.maximum}
    form = NumbersForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            earlier = change_par_level(level=level, numbers=form.numbers())
        except ValidationError as error:
            _blame(form, error)
        else:
            what = {"level": level.pk, "numbers": list(earlier)}
            return _done(request, what, gettext("Stored: %(level)s.") % {"level": level})
    return render(request, "par/edit.html", {"form": form, "level": level})


@require_POST
@may_change
def remove_level(request: HttpRequest, pk: int) -> HttpResponse:
    level = _level(request, pk)
    words = gettext("Taken away: %(level)s.") % {"level": level}
    return _done(request, {"removed": remove_par_level(level=level)}, words)


@require_POST
@may_change
def undo_level(request: HttpRequest) -> HttpResponse:
    """Goes back from the last change that this person made here, for ten minutes."""
    what = request.session.pop("par_undo", {"at": "2000-01-01T00:00:00Z"})
    try:
        undo_change(what=what, by=request.user, now=timezone.now())
    except TooLateError:
        messages.warning(request, gettext("It is too late to undo that; nothing was changed."))
    else:
        messages.success(request, gettext("Undone."))
    return redirect("par-board")


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
@never_cache
def import_file(request: HttpRequest) -> HttpResponse:
    """Takes a file whole, or says what is wrong with which line and takes nothing."""
    problems: list[Problem] = []
    if request.method == "POST":
        sent: Any = request.FILES.get("file")
        if sent is None:
            problems = [Problem(0, gettext("Choose a file."))]
        elif sent.size > MOST_BYTES:
            problems = [Problem(0, gettext("The file is too large."))]
        else:
            count, problems = import_levels(content=sent.read(), by=request.user, now=timezone.now())
            if not problems:
                words = ngettext("%(count)s level stored.", "%(count)s levels stored.", count)
                messages.success(request, words % {"count": count})
                return redirect("par-board")
    return render(request, "par/import.html", {"problems": problems})


def _level(request: HttpRequest, pk: int) -> ParLevel:
    found: ParLevel = get_object_or_404(ParLevel.objects.visible_to(request.user).with_unit(), pk=pk)
    return found


def _blame(form: forms.Form, error: ValidationError) -> None:
    """The words of the rule, at the field that it names."""
    named: dict[str, list[str]] = getattr(error, "message_dict", {"": error.messages})
    for field, words in named.items():
        for word in words:
            form.add_error(field if field in form.fields else None, word)


def _done(request: HttpRequest, what: dict[str, Any], words: str) -> HttpResponse:
    request.session["par_undo"] = {**what, "at": timezone.now().isoformat(), "words": words}
    return redirect("par-board")
