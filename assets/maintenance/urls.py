"""Addresses of the pages of maintenance."""

from __future__ import annotations

from django.urls import path

from assets.maintenance.views import acts, attachments, bedside, lists, making, pages

act_pages = [
    path("acts/<slug:asset_tag>/", acts.acts, name="acts"),
    path("acts/<slug:asset_tag>/undo/", acts.act_undo, name="act-undo"),
    path("acts/<slug:asset_tag>/photo/", acts.act_photo, name="act-photo"),
    path("acts/<slug:asset_tag>/<slug:kind>/", acts.act, name="act"),
]
lists_of_work = [
    path("work/", lists.work_orders, name="work-orders"),
    path("work/board/", lists.work_board, name="work-board"),
    path("work/new/", making.work_new, name="work-new"),
    path("work/bulk/", making.work_bulk, name="work-bulk"),
]
work_pages = [
    path("work/<int:number>/", pages.work_order, name="work-order"),
    path("work/<int:number>/bedside/", bedside.work_bedside, name="work-bedside"),
    path("work/<int:number>/sheet/", bedside.work_sheet, name="work-sheet"),
    path("work/<int:number>/move/", pages.work_order_move, name="work-order-move"),
    path("work/<int:number>/assign/", pages.work_order_assign, name="work-order-assign"),
    path("work/<int:number>/comment/", pages.work_order_comment, name="work-order-comment"),
    path("work/<int:number>/priority/", pages.work_order_priority, name="work-order-priority"),
    path("work/<int:number>/add/", pages.work_order_add, name="work-order-add"),
    path("work/<int:number>/photos/", pages.work_order_add_photo, name="work-order-add-photo"),
    path("work/<int:number>/files/", pages.work_order_add_file, name="work-order-add-file"),
    path("work/photos/<uuid:uuid>.jpg", attachments.work_photo, name="work-photo"),
    path("work/files/<uuid:uuid>.pdf", attachments.work_file, name="work-file"),
    path("work/signatures/<int:pk>.png", attachments.work_signature, name="work-signature"),
]

urlpatterns = [*act_pages, *lists_of_work, *work_pages]
