"""Contracts: the list, what is to be renewed, one with its documents, the form, and those of one piece."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.contracts.forms import ContractForm
from assets.contracts.keeping import ContractRefusedError, attach_file, keep_contract
from assets.contracts.models import SOON, Contract, ContractFile
from assets.contracts.shown import line_of, lines_of
from assets.maintenance.photos import MOST_BYTES
from assets.models import Asset
from assets.planning.calendar import DAY, day_at
from assets.planning.clock import today_for

may_see = permission_required("contracts.view_contract", raise_exception=True)
may_keep = permission_required(["contracts.view_contract", "contracts.change_contract"], raise_exception=True)
PAGE_SIZE = 50
MOST_PIECES = 200


@require_safe
@may_see
@never_cache
def contracts(request: HttpRequest) -> HttpResponse:
    """``q``: number, vendor or note; ``show``: soon (to be renewed within 90 days, or past its end), over, or what
    runs and is to come."""
    text, show = request.GET.get("q", "").strip()[:100], request.GET.get("show", "")
    if show not in ("", "soon", "over"):
        raise BadRequest("show: soon or over.")
    today = today_for(request.user, timezone.now())
    seen = Contract.objects.visible_to(request.user)
    soon = seen.to_be_renewed(by=today + SOON)
    found = {"": seen.exclude(ends_on__lt=today), "soon": soon, "over": seen.filter(ends_on__lt=today)}[show]
    found = found.matching(text).select_related("site", "followed_by")
    try:
        page = Paginator(found, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
    counts = _covered([one.pk for one in page])
    lines = [(line, counts.get(line.contract.pk, (0, 0))) for line in lines_of(page, timezone.now())]
    context = {"page": page, "lines": lines, "text": text, "show": show, "soon": soon.count()}
    return render(request, "contracts/contracts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_keep
@never_cache
def contract_new(request: HttpRequest) -> HttpResponse:
    """``renew`` of the address is a contract that the new one follows, and is filled in from."""
    former = _former(request)
    if request.method == "POST":
        form = ContractForm(request.POST, instance=Contract(follows=former), user=request.user)
        return _save(request, form, former)
    initial: dict[str, Any] = {}
    if former is not None:
        same = ("site", "number", "vendor", "phone", "cover", "response_h", "yearly_cost", "note")
        initial = {name: getattr(former, name) for name in same} | {"former": former}
        if former.ends_on is not None:
            length = former.ends_on - former.begins_on
            initial |= {"begins_on": former.ends_on + DAY, "ends_on": former.ends_on + DAY + length}
    return _form(request, ContractForm(initial=initial, user=request.user), former=former)


@require_http_methods(["GET", "HEAD", "POST"])
@may_keep
@never_cache
def contract_edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = _contract(request, pk)
    if request.method == "POST":
        return _save(request, ContractForm(request.POST, instance=one, user=request.user), one.follows)
    return _form(request, ContractForm(instance=one, user=request.user), one)


@require_safe
@may_see
@never_cache
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """What it covers, in which hours, until when, and its documents."""
    one = _contract(request, pk)
    pieces = one.for_assets.visible_to(request.user).select_related("model").order_by("asset_tag")
    context = {
        "line": line_of(one, day_at(timezone.now(), one.site.timezone)),
        "contract": one,
        "pieces": pieces[:MOST_PIECES],
        "more": max(0, pieces.count() - MOST_PIECES),
        "models": one.for_models.annotate(count=Count("assets")),
        "files": ContractFile.listed(one),
        "may_keep": request.user.has_perm("contracts.change_contract"),
    }
    return render(request, "contracts/contract.html", context)


@require_POST
@may_keep
@never_cache
def contract_attach(request: HttpRequest, pk: int) -> HttpResponse:
    """A PDF as ``file``."""
    one = _contract(request, pk)
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        messages.error(request, _("file: choose a PDF of at most %s MB.") % (MOST_BYTES // 1_000_000))
        return redirect(one)
    try:
        attach_file(
            contract=one, name=sent.name or "", content=sent.read(), by=request.user, now=timezone.now()
        )
    except ContractRefusedError as refused:
        messages.error(request, str(refused))
    return redirect(one)


@require_safe
@may_see
def contract_file(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A file to save: a browser that showed it would run what is in it."""
    seen = Contract.objects.visible_to(request.user)
    file: ContractFile = get_object_or_404(ContractFile.objects.filter(contract__in=seen), pk=uuid)
    return HttpResponse(
        bytes(file.content),
        content_type="application/pdf",
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": f'attachment; filename="contract-{file.contract_id}-{file.pk.hex[:8]}.pdf"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_safe
@may_see
@never_cache
def contracts_of_asset(request: HttpRequest, asset_tag: str) -> HttpResponse:
    """A fragment for the page of a piece: the contracts that cover it, or did."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), asset_tag=asset_tag)
    rows = Contract.objects.visible_to(request.user).of(asset).select_related("site", "followed_by")
    lines = lines_of(rows.latest_end_first()[:20], timezone.now())
    return render(request, "contracts/_of_asset.html", {"asset": asset, "lines": lines})


def _contract(request: HttpRequest, pk: int) -> Contract:
    seen = Contract.objects.visible_to(request.user).select_related("site", "follows", "followed_by")
    found: Contract = get_object_or_404(seen, pk=pk)
    return found


def _former(request: HttpRequest) -> Contract | None:
    number = request.GET.get("renew", "")
    if not number:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise BadRequest("renew: a number.")
    return _contract(request, int(number))


def _covered(contracts: list[int]) -> dict[int, tuple[int, int]]:
    """Contract → how many models and how many pieces it names."""
    models = dict(_links(Contract.for_models.through, contracts))
    pieces = dict(_links(Contract.for_assets.through, contracts))
    return {pk: (models.get(pk, 0), pieces.get(pk, 0)) for pk in contracts}


def _links(through: Any, contracts: list[int]) -> Any:
    rows = through.objects.filter(contract__in=contracts).order_by()
    return rows.values_list("contract").annotate(count=Count("pk"))


def _save(request: HttpRequest, form: ContractForm, former: Contract | None) -> HttpResponse:
    if form.is_valid():
        told = form.cleaned_data
        try:
            saved = keep_contract(
                contract=form.save(commit=False), for_models=told["for_models"], for_assets=told["tags"]
            )
        except ContractRefusedError as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("The contract is kept."))
            return redirect(saved)
    one = Contract.objects.get(pk=form.instance.pk) if form.instance.pk else None
    return _form(request, form, one, former)


def _form(
    request: HttpRequest, form: ContractForm, one: Contract | None = None, former: Contract | None = None
) -> HttpResponse:
    context = {"form": form, "contract": one, "former": former}
    return render(request, "contracts/edit.html", context, status=400 if form.is_bound else 200)
