"""From the text of a code to what it stands for, as far as the person may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from assets.identifiers import canonical
from assets.models import Asset, Identifier
from assets.queries import AssetQuerySet
from assets.scanning.addresses import is_ours, names_in
from assets.scanning.gs1 import read_digital_link, read_gs1
from assets.scanning.hibcc import read_hibcc
from assets.scanning.iccbba import read_iccbba
from assets.scanning.marks import Mark, NotAMarkError, clean_code
from locations.models import Zone

LONGEST = 500
MOST = 20
"""How many pieces of one model are listed; there may be hundreds."""


@dataclass(slots=True)
class Scanned:
    """What was read, by which of its names it was recognised, and what it stands for. Empty: nothing registered."""

    text: str
    by: str = ""
    assets: list[Asset] = field(default_factory=list)
    rooms: list[Zone] = field(default_factory=list)
    mark: Mark | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.assets or self.rooms)

    @property
    def message(self) -> str:
        """For the person who scanned; empty when there is exactly one thing to go on with."""
        if not self.text:
            return _("There is nothing in this code.")
        if not self.is_known:
            return _("Nothing is registered under %(code)s. Ask biomedical engineering to register it.") % {
                "code": shown(self.text)
            }
        if len(self.assets) + len(self.rooms) > 1:
            return _("This code stands for several things. Choose the one before you.")
        return ""


def shown(text: str) -> str:
    """A code as people can read it back."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return plain if len(plain) <= 60 else f"{plain[:57]}…"


def resolve_code(text: str, user: Any) -> Scanned:
    """What ``text`` stands for, among the equipment and rooms that ``user`` may see.

    The hospital's own names come first: label, asset tag, serial number, further names, room. Then the maker's mark,
    which names a model, and with its serial number one piece of it. A check character that is wrong is a warning.
    """
    code = clean_code(text[:LONGEST])
    scanned = Scanned(code)
    if not code or "\0" in code:
        return scanned
    search = _Search(
        Asset.objects.visible_to(user).with_place().select_related("site"),
        Zone.objects.visible_to(user).current().select_related("floor__building"),
        scanned,
    )
    if code.lower().startswith(("http://", "https://")):
        search.address(code)
    elif not search.own_name(code):
        scanned.mark = _mark_in(code)
        if scanned.mark:
            search.mark(scanned.mark)
    return scanned


def _mark_in(code: str) -> Mark | None:
    for read in (read_hibcc, read_iccbba, read_gs1):
        try:
            return read(code)
        except NotAMarkError:
            continue
    return None


def spellings(name: str) -> set[str]:
    """Scanners and people type capitals differently from the register."""
    return {name, name.upper(), name.lower()}


@dataclass(slots=True)
class _Search:
    assets: AssetQuerySet
    zones: Any
    found: Scanned

    def address(self, address: str) -> None:
        match names_in(address):
            case ("asset", (tag,)):
                self._keep(_("label"), self.assets.filter(asset_tag__in=spellings(tag)))
            case ("report", (token,)):
                self._keep(_("label"), self.assets.filter(report_token__token=token))
            case ("room", (floor, code)):
                self._rooms(_("label of the room"), Q(floor__slug=floor, code__in=spellings(code)))
            case _:
                return self._digital_link(address)
        if self.found.is_known and not is_ours(address):
            self.found.warnings.append(_("This label was printed for another address than this site’s."))
        return None

    def _digital_link(self, address: str) -> None:
        try:
            self.found.mark = read_digital_link(address)
        except NotAMarkError:
            return
        self.mark(self.found.mark)

    def own_name(self, code: str) -> bool:
        names = spellings(code)
        ways: tuple[tuple[str, Callable[[], Q | None]], ...] = (
            (_("asset tag"), lambda: Q(asset_tag__in=names)),
            (_("serial number"), lambda: Q(serial_number__in=names)),
            (_("location tag"), lambda: Q(rtls_tag__identifier__in=names)),
            (_("network name"), lambda: self._identified(code)),
            ("UDI-DI", lambda: Q(udi_di__in=names)),
        )
        for by, condition in ways:
            wanted = condition()
            if wanted is not None and self._keep(by, self.assets.filter(wanted)):
                return True
        return self._room(code)

    def _identified(self, code: str) -> Q | None:
        named = Q(pk__in=[])
        for kind in Identifier.Kind.values:
            try:
                named |= Q(kind=kind, value=canonical(kind, code))
            except ValueError:
                continue
        holders = list(Identifier.objects.filter(named).values_list("asset", flat=True)[:MOST])
        return Q(pk__in=holders) if holders else None

    def _room(self, code: str) -> bool:
        floor, _slash, name = code.rpartition("/")
        wanted = Q(code__in=spellings(name))
        return self._rooms(_("code of the room"), wanted & Q(floor__slug=floor) if floor else wanted)

    def _rooms(self, by: str, wanted: Q) -> bool:
        self.found.rooms = list(self.zones.filter(wanted)[:MOST])
        if self.found.rooms:
            self.found.by = by
        return bool(self.found.rooms)

    def mark(self, mark: Mark) -> None:
        self.found.warnings.extend(mark.warnings)
        if mark.own_number:
            own = spellings(mark.own_number)
            self._keep("GIAI", self.assets.filter(Q(asset_tag__in=own) | Q(serial_number__in=own)))
        elif mark.device and mark.serial:
            self._one_of_model(mark)
        elif mark.device:
            self._keep("UDI-DI", self.assets.filter(udi_di__in=mark.devices))
        elif mark.serial:
            serial = Q(serial_number__in=spellings(mark.serial))
            self._keep(_("serial number"), self.assets.filter(serial))

    def _one_of_model(self, mark: Mark) -> None:
        """Never another piece of the same model: the serial number decides."""
        of_serial = self.assets.filter(serial_number__in=spellings(mark.serial))
        if self._keep(_("UDI-DI and serial number"), of_serial.filter(udi_di__in=mark.devices)):
            return
        if self._keep(_("serial number"), of_serial.filter(udi_di="")):
            self.found.warnings.append(_("It is registered without a UDI-DI: only the serial number agrees."))
        elif alike := self.assets.filter(udi_di__in=mark.devices).in_service().count():
            self.found.warnings.append(
                _("%(count)s of this model are registered, none with the serial number %(serial)s.")
                % {"count": alike, "serial": shown(mark.serial)}
            )

    def _keep(self, by: str, assets: AssetQuerySet) -> bool:
        """Those in service count before those that are retired."""
        found = list(assets.order_by(F("retired_at").asc(nulls_first=True), "asset_tag")[:MOST])
        self.found.assets = [each for each in found if each.retired_at is None] or found
        if self.found.assets:
            self.found.by = by
        if self.found.assets and self.found.assets[0].retired_at is not None:
            self.found.warnings.append(_("It is no longer in service."))
        return bool(self.found.assets)
