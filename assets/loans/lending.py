"""Lending equipment out, taking others' in, prolonging, and taking back: no two loans of one asset at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assets.loans.models import Loan, LoanEvent, Programme
from assets.loans.queries import is_inbound_kind
from assets.loans.references import ReferenceRefusedError, plain_reference
from assets.loans.words import NOTE_LENGTH, LoanKind, LoanState
from assets.models import Asset
from assets.pool.models import Reservation
from assets.pool.reservations import ReservationRefusedError, refuse_conflicts
from locations.models import Department, Site

LONGEST = timedelta(days=3650)
MOST_RATE = Decimal(1_000_000)
OWNERSHIP = {
    LoanKind.LOANER: (Asset.Ownership.LOANED, Asset.Ownership.CONSIGNED),
    LoanKind.RENTAL: (Asset.Ownership.RENTED,),
}
"""What the register has to say of equipment that comes in."""


class LoanRefusedError(ValueError):
    """It cannot be lent, or moved on; ``field`` names what is wrong, ``conflicts`` what it is reserved for."""

    def __init__(self, words: str, *, field: str = "", conflicts: Any = ()) -> None:
        super().__init__(words)
        self.field = field
        self.conflicts = list(conflicts)


@dataclass(frozen=True, slots=True)
class Whom:
    """Who has it, or whose it is: what the kind asks for, and nothing else."""

    kind: LoanKind
    department: Department | None = None
    to_site: Site | None = None
    partner: str = ""
    programme: Programme | None = None
    reference: str = ""


_ASKED_FOR: Mapping[LoanKind, tuple[str, ...]] = {
    LoanKind.DEPARTMENT: ("department",),
    LoanKind.SITE: ("to_site",),
    LoanKind.HOME: ("programme", "reference"),
    LoanKind.LOANER: ("partner",),
    LoanKind.RENTAL: ("partner",),
}


def check_out(
    *,
    asset: Asset,
    whom: Whom,
    by: Any,
    now: datetime,
    begin: datetime | None = None,
    due_at: datetime | None = None,
    reservation: Reservation | None = None,
    daily_rate: Decimal | None = None,
    note: str = "",
    key: UUID | None = None,
) -> Loan:
    """From ``begin`` (now, if not told) until ``due_at``: if not told, the end of the reservation that it is taken
    for, or the usual length of its programme.

    ``daily_rate`` is in the hospital's currency. ``key`` names the check-out: sent again, it is made once. Raises
    :class:`LoanRefusedError`. One transaction.
    """
    loan = Loan(
        key=key or uuid4(), asset=asset, site=asset.site, kind=whom.kind, is_inbound=is_inbound_kind(whom.kind),
        department=whom.department, to_site=whom.to_site, partner=plain_words(whom.partner, "partner", 80),
        programme=whom.programme, reference=whom.reference, reservation=reservation, begin=begin or now,
        daily_rate=daily_rate, note=plain_words(note, "note"), by=by,
    )  # fmt: skip
    loan.due_at = _due(loan, due_at)
    _check_whom(loan)
    _check_times(loan, now)
    try:
        with transaction.atomic():
            lock_asset(asset)
            if key is not None and (made := Loan.objects.filter(key=key).first()):
                return _same(made, loan)
            _refuse_overlap(loan, now)
            loan.save()
            note_step(loan, "out", by, now, loan.note)
            if loan.is_inbound:
                take_in(loan)
    except IntegrityError as error:  # the database's own word against two at once
        if "loan_open_once" not in str(error) and "loan_no_overlap" not in str(error):
            raise
        raise LoanRefusedError(_("It is on loan at that time."), field="begin") from None
    return loan


def plain_words(text: str, field: str, most: int = NOTE_LENGTH) -> str:
    words = " ".join(text.replace("\0", "").split())
    if len(words) > most:
        raise LoanRefusedError(_("At most %s characters.") % most, field=field)
    return words


def _due(loan: Loan, due_at: datetime | None) -> datetime:
    if due_at is not None:
        return due_at
    if loan.reservation is not None:
        return loan.reservation.end
    if loan.programme is not None:
        zone = ZoneInfo(loan.site.timezone)
        # The same time of the day, also across a change of the clocks.
        return loan.begin.astimezone(zone) + timedelta(days=loan.programme.default_days)
    raise LoanRefusedError(_("Say until when."), field="due_at")


def _check_whom(loan: Loan) -> None:
    wanted = _ASKED_FOR[LoanKind(loan.kind)]
    for field in ("department", "to_site", "programme", "reference", "partner"):
        is_told = bool(getattr(loan, field))
        if field in wanted and not is_told:
            raise LoanRefusedError(_("This has to be told for such a loan."), field=field)
        if field not in wanted and is_told:
            raise LoanRefusedError(_("This is not told for such a loan."), field=field)
    if loan.department is not None and loan.department.site_id != loan.site_id:
        raise LoanRefusedError(_("The department is at another site than the equipment."), field="department")
    if loan.to_site is not None and loan.to_site.pk == loan.site_id:
        raise LoanRefusedError(_("The equipment is of that site."), field="to_site")
    if loan.programme is not None:
        _check_home(loan, loan.programme)
    if loan.daily_rate is not None and not 0 <= loan.daily_rate < MOST_RATE:
        raise LoanRefusedError(_("An amount that is not negative, below a million."), field="daily_rate")


def _check_home(loan: Loan, programme: Programme) -> None:
    if not programme.is_current:
        raise LoanRefusedError(_("That programme has ended."), field="programme")
    try:
        loan.reference = plain_reference(loan.reference, code=programme.code)
    except ReferenceRefusedError as refused:
        raise LoanRefusedError(str(refused), field="reference") from None
    refuse_words(loan, loan.note)


def refuse_words(loan: Loan, note: str, photo: bytes | None = None) -> None:
    """A loan to a patient carries its reference and nothing else."""
    words = _("A loan to a patient carries its reference and nothing else.")
    if loan.is_home and note:
        raise LoanRefusedError(words, field="note")
    if loan.is_home and photo is not None:
        raise LoanRefusedError(words, field="photo")


def _check_times(loan: Loan, now: datetime) -> None:
    if loan.begin > now:
        raise LoanRefusedError(_("That is still to come. Reserve it until then."), field="begin")
    if loan.due_at <= loan.begin:
        raise LoanRefusedError(_("It has to come back after it was lent."), field="due_at")
    if loan.due_at - loan.begin > LONGEST:
        raise LoanRefusedError(_("At most ten years."), field="due_at")


def lock_asset(asset: Asset) -> None:
    """Whoever lends or takes back the same piece at the same time waits here."""
    Asset.objects.select_for_update(no_key=True).get(pk=asset.pk)


def _same(made: Loan, wanted: Loan) -> Loan:
    names = (
        "asset_id",
        "kind",
        "department_id",
        "to_site_id",
        "partner",
        "programme_id",
        "reference",
        "by_id",
    )
    if any(getattr(made, name) != getattr(wanted, name) for name in names):
        raise LoanRefusedError(_("It names another loan."), field="key")
    return made


def _refuse_overlap(loan: Loan, now: datetime) -> None:
    others = Loan.objects.current().filter(asset=loan.asset, is_inbound=loan.is_inbound)
    there = others.open().with_names().first()
    if there is not None:
        told = {"who": there.whom, "since": local_time(loan, there.begin)}
        words = _("It is on loan already: %(who)s, since %(since)s. Take it back first.") % told
        raise LoanRefusedError(words, field="asset")
    last = others.aggregate(last=Max("ended_at"))["last"]
    if last is not None and last > loan.begin:
        raise LoanRefusedError(_("It was on loan until %s.") % local_time(loan, last), field="begin")
    if loan.is_inbound:
        _check_inbound(loan)
        return
    if loan.asset.retired_at is not None:
        raise LoanRefusedError(_("It is no longer in service."), field="asset")
    if loan.asset.is_fixed:
        raise LoanRefusedError(_("It is installed in its place."), field="asset")
    _check_reservation(loan)
    refuse_reserved(loan, max(loan.begin, now), now)


def _check_inbound(loan: Loan) -> None:
    allowed = OWNERSHIP[LoanKind(loan.kind)]
    if loan.asset.ownership not in allowed:
        words = _("The register calls it “%(is)s”. Say there first that it is “%(should)s”.")
        told = {"is": loan.asset.get_ownership_display(), "should": allowed[0].label}
        raise LoanRefusedError(words % told, field="asset")
    if loan.reservation is not None:
        raise LoanRefusedError(_("This is not told for such a loan."), field="reservation")


def _check_reservation(loan: Loan) -> None:
    kept = loan.reservation
    if kept is None:
        return
    if kept.cancelled_at is not None:
        raise LoanRefusedError(_("That reservation was cancelled."), field="reservation")
    is_it = kept.category_id == loan.asset.model.category_id and kept.asset_id in {None, loan.asset.pk}
    if not is_it or kept.site_id != loan.site_id:
        raise LoanRefusedError(_("That reservation is of other equipment."), field="reservation")
    if kept.loans.current().exists():
        raise LoanRefusedError(_("Equipment was taken for that reservation already."), field="reservation")


def refuse_reserved(loan: Loan, begin: datetime, now: datetime) -> None:
    """``begin``: from when on it was not away before."""
    if loan.due_at <= begin:
        return
    asked = Reservation(
        pk=loan.reservation_id, site=loan.site, asset=loan.asset, category=loan.asset.model.category,
        begin=begin, end=loan.due_at,
    )  # fmt: skip
    try:
        refuse_conflicts(asked, now=now)
    except ReservationRefusedError as refused:
        raise LoanRefusedError(str(refused), field="due_at", conflicts=refused.conflicts) from None


def take_in(loan: Loan) -> None:
    """It is here, and the register says until when: by that, rules of alerts tell of its return."""
    asset = loan.asset
    asset.retired_at = None
    asset.return_due_on = loan.due_at.astimezone(ZoneInfo(loan.site.timezone)).date()
    asset.save(update_fields=["retired_at", "return_due_on"])


def local_time(loan: Loan, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(loan.site.timezone)):%F %H:%M}"


def note_step(loan: Loan, step: str, by: Any, now: datetime, note: str) -> LoanEvent:
    return LoanEvent.objects.create(
        loan=loan, at=now, by=by, transition=step, target=LoanState(loan.state), due_at=loan.due_at, note=note
    )
