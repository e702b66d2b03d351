"""Parts: the list, what is to be ordered, one with its movements, a store counted on a phone, and files."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.maintenance.events import WorkRefusedError
from assets.maintenance.views.common import the_order
from assets.stock.files import MOST_BYTES, BroughtIn, FileRefusedError, bring_in, stock_csv
from assets.stock.forms import KeepForm, MoveForm, PartForm, stores_for
from assets.stock.models import MOST, Movement, Part, Stock
from assets.stock.moving import StockRefusedError, count_parts, receive_parts, use_part
from locations.models import Zone

may_see = permission_required("stock.view_part", raise_exception=True)
may_move = permission_required(["stock.view_part", "stock.move_stock"], raise_exception=True)
PAGE_SIZE = 50
MOST_MOVEMENTS = 50
MOST_OFFERED = 500


def stocks_by_part(user: Any, parts: Any) -> dict[int, list[Stock]]:
    """Part → its stores at the sites that the person may see, with what there is."""
    found: dict[int, list[Stock]] = defaultdict(list)
    rows = Stock.objects.visible_to(user).filter(part__in=parts).with_names().with_on_hand()
    for stock in rows.order_by("part", "store__name"):
        found[stock.part_id].append(stock)
    return dict(found)


@require_safe
@may_see
@never_cache
def parts(request: HttpRequest) -> HttpResponse:
    """``q``: number, name or maker; ``reorder=1``: what there is too little of; ``old=1``: not in use any more."""
    text = request.GET.get("q", "").strip()[:100]
    few = Stock.objects.visible_to(request.user).to_reorder()
    found = Part.objects.matching(text).filter(is_current=request.GET.get("old") != "1")
    if request.GET.get("reorder") == "1":
        found = found.filter(pk__in=[stock.part_id for stock in few])
    try:
        page = Paginator(found, PAGE_SIZE).page(request.GET.get("page") or 1)
    except PageNotAnInteger as error:
        raise BadRequest("page: not a number.") from error
    except EmptyPage as error:
        raise Http404("The list has fewer pages.") from error
    stocks = stocks_by_part(request.user, [part.pk for part in page])
    missing = {stock.pk: stock.missing for stock in few}
    for rows in stocks.values():
        for stock in rows:
            stock.missing = missing.get(stock.pk)  # type: ignore[attr-defined]  # for the template
    context = {
        "page": page,
        "lines": [(part, stocks.get(part.pk, [])) for part in page],
        "text": text,
        "few": len(missing),
        "reorder": request.GET.get("reorder"),
        "old": request.GET.get("old"),
    }
    return render(request, "stock/parts.html", context)


@require_safe
@may_see
@never_cache
def parts_file(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, as a table; it can be brought in again."""
    found = Part.objects.matching(request.GET.get("q", "")).filter(is_current=True)
    if request.GET.get("reorder") == "1":
        found = found.filter(pk__in=Stock.objects.visible_to(request.user).to_reorder().values("part"))
    rows = list(found)
    text = stock_csv(rows, stocks_by_part(request.user, [part.pk for part in rows]))
    headers = {"Content-Disposition": 'attachment; filename="parts.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def parts_import(request: HttpRequest) -> HttpResponse:
    found, error = BroughtIn(), ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None or (sent.size or 0) > MOST_BYTES:
            error = _("file: choose a table of at most %s MB.") % (MOST_BYTES // 1_000_000)
        else:
            try:
                found = bring_in(sent.read(), by=request.user, now=timezone.now())
            except FileRefusedError as refused:
                error = str(refused)
        if not error and not found.problems:
            words = ngettext("%s line was taken.", "%s lines were taken.", found.taken)
            messages.info(request, words % found.taken)
            return redirect("parts")
    status = 400 if error or found.problems else 200
    return render(request, "stock/import.html", {"found": found, "error": error}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def part_new(request: HttpRequest) -> HttpResponse:
    form = PartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(form.save())
    return render(request, "stock/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is of it and where, and how that came; posted, its name and cost are changed."""
    one: Part = get_object_or_404(Part, pk=pk)
    if request.method == "POST" and not request.user.has_perm("stock.move_stock"):
        raise PermissionDenied("Your role may not change parts.")
    form = PartForm(request.POST if request.method == "POST" else None, instance=one)
    if form.is_valid():
        return redirect(form.save())
    return _part_page(request, Part.objects.get(pk=pk), form, MoveForm(user=request.user))


def _part_page(request: HttpRequest, one: Part, form: PartForm, move: MoveForm) -> HttpResponse:
    stocks = stocks_by_part(request.user, [one.pk]).get(one.pk, [])
    rows = Movement.objects.filter(stock__in=[stock.pk for stock in stocks])
    context = {
        "part": one,
        "form": form,
        "move": move,
        "stocks": stocks,
        "total": sum(stock.on_hand for stock in stocks),  # type: ignore[attr-defined]  # annotated
        "movements": rows.select_related("stock__store", "by", "entry")[:MOST_MOVEMENTS],
    }
    status = 400 if form.is_bound or move.is_bound else 200
    return render(request, "stock/part.html", context, status=status)


@require_POST
@may_move
def part_move(request: HttpRequest, pk: int) -> HttpResponse:
    """``what``: receive or count, with store and quantity; keep: bin and minimum of the ``stock``."""
    one: Part = get_object_or_404(Part, pk=pk)
    told = request.POST
    common: dict[str, Any] = {"part": one, "by": request.user, "now": timezone.now()}
    if told.get("what") == "keep":
        stocks = Stock.objects.visible_to(request.user).filter(part=one)
        number = told.get("stock", "")
        stock: Stock = get_object_or_404(stocks, pk=number if number.isdecimal() else 0)
        keep = KeepForm(told, instance=stock)
        if keep.is_valid():
            keep.save()
        else:
            messages.error(request, "; ".join(f"{name}: {all_[0]}" for name, all_ in keep.errors.items()))
        return redirect(one)
    form = MoveForm(told, user=request.user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            if told.get("what") == "count":
                count_parts(**common, store=said["store"], counted=said["quantity"], note=said["note"])
            else:
                receive_parts(**common, store=said["store"], quantity=said["quantity"], note=said["note"])
        except StockRefusedError as refused:
            form.add_error("quantity" if refused.field != "note" else "note", str(refused))
        else:
            return redirect(one)
    return _part_page(request, one, PartForm(instance=one), form)


@require_safe
@may_see
@never_cache
def stores(request: HttpRequest) -> HttpResponse:
    """Where parts are kept, to count them there."""
    kept = Stock.objects.visible_to(request.user).with_on_hand().select_related("store__floor")
    found: dict[int, tuple[Zone, int]] = {}
    for stock in kept.order_by("store__floor__name", "store__name"):
        zone, count = found.get(stock.store_id, (stock.store, 0))
        found[stock.store_id] = (zone, count + 1)
    return render(request, "stock/stores.html", {"stores": found.values()})


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def store_count(request: HttpRequest, zone: int) -> HttpResponse:
    """Counted on a phone: ``counted-<stock>`` for each that was; what is left empty was not."""
    store: Zone = get_object_or_404(stores_for(request.user), pk=zone)
    rows = list(Stock.objects.filter(store=store).with_names().with_on_hand().order_by("bin", "part__name"))
    errors: dict[int, str] = {}
    done = 0
    if request.method == "POST":
        for stock in rows:
            text = request.POST.get(f"counted-{stock.pk}", "").strip()
            if not text:
                continue
            if not (text.isascii() and text.isdecimal()) or len(text) > 7 or int(text) > MOST:
                errors[stock.pk] = _("a whole number up to %s") % f"{MOST:,}"
                continue
            count_parts(part=stock.part, store=store, counted=int(text), by=request.user, now=timezone.now())
            done += 1
        if not errors:
            messages.info(request, ngettext("%s part was counted.", "%s parts were counted.", done) % done)
            return redirect("part-store", zone=store.pk)
    lines = [(stock, request.POST.get(f"counted-{stock.pk}", "") if stock.pk in errors else "", errors.get(stock.pk))
             for stock in rows]  # fmt: skip
    return render(
        request, "stock/store.html", {"store": store, "lines": lines}, status=400 if errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may_move
@never_cache
def use_of_order(request: HttpRequest, number: int) -> HttpResponse:
    """The parts that there are, for an order; posted, ``stock`` and ``quantity`` are used on it."""
    order = the_order(request, number)
    kept = Stock.objects.visible_to(request.user).filter(part__is_current=True).with_names().with_on_hand()
    if request.method == "POST":
        pk, text = request.POST.get("stock", ""), request.POST.get("quantity", "")
        stock = kept.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 18 else None
        quantity = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
        if stock is None:
            messages.error(request, _("part: choose one that is in a store."))
            return redirect("work-order", number=order.number)
        told: dict[str, Any] = {"part": stock.part, "store": stock.store, "quantity": quantity}
        try:
            use_part(order=order, by=request.user, now=timezone.now(), **told)
        except (StockRefusedError, WorkRefusedError) as refused:
            messages.error(request, str(refused))
        return redirect("work-order", number=order.number)
    offered = kept.filter(on_hand__gt=0).order_by("part__name", "store__name")[:MOST_OFFERED]
    return render(request, "stock/_use.html", {"order": order, "stocks": offered})
