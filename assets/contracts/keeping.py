"""Contracts are entered, changed and renewed, and get their documents; each act is one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.contracts.models import Contract, ContractFile
from assets.maintenance.attaching import plain_file
from assets.maintenance.events import WorkRefusedError

MOST_FILES = 24


class ContractRefusedError(ValueError):
    """It cannot be so; ``field`` names what is wrong, the text says why."""

    def __init__(self, words: str, *, field: str) -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def keep_contract(*, contract: Contract, for_models: Any, for_assets: Any) -> Contract:
    """Saves it with what it covers. Raises :class:`ContractRefusedError` where it follows one that is followed
    already, or begins before that one ends."""
    if contract.follows_id is not None:
        _check_follows(contract, Contract.objects.select_for_update(of=("self",)).get(pk=contract.follows_id))
    contract.save()
    contract.for_models.set(for_models)
    contract.for_assets.set(for_assets)
    return contract


def _check_follows(contract: Contract, former: Contract) -> None:
    if Contract.objects.filter(follows=former).exclude(pk=contract.pk).exists():
        raise ContractRefusedError(_("It was renewed already."), field="number")
    if former.ends_on is None:
        raise ContractRefusedError(_("Say first on which day the contract before ends."), field="begins_on")
    if contract.begins_on <= former.ends_on:
        words = _("The contract before goes on until %(day)s.") % {"day": f"{former.ends_on:%F}"}
        raise ContractRefusedError(words, field="begins_on")


def attach_file(*, contract: Contract, name: str, content: bytes, by: Any, now: datetime) -> ContractFile:
    """Keeps a PDF of at most 15 MB. Raises :class:`ContractRefusedError`. One transaction."""
    try:
        plain = plain_file(name, content)
    except WorkRefusedError as refused:
        raise ContractRefusedError(str(refused), field="file") from None
    with transaction.atomic():
        current = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        if current.files.count() >= MOST_FILES:
            words = _("There are %s files of it already.") % MOST_FILES
            raise ContractRefusedError(words, field="file")
        return ContractFile.objects.create(contract=current, at=now, by=by, name=plain, content=content)
