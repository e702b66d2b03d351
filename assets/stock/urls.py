"""Addresses of parts and stock."""

from django.urls import path

from assets.stock.views import (
    part,
    part_move,
    part_new,
    parts,
    parts_file,
    parts_import,
    store_count,
    stores,
    use_of_order,
)

urlpatterns = [
    path("parts/", parts, name="parts"),
    path("parts/parts.csv", parts_file, name="parts-file"),
    path("parts/import/", parts_import, name="parts-import"),
    path("parts/new/", part_new, name="part-new"),
    path("parts/stores/", stores, name="part-stores"),
    path("parts/stores/<int:zone>/", store_count, name="part-store"),
    path("parts/<int:pk>/", part, name="part"),
    path("parts/<int:pk>/move/", part_move, name="part-move"),
    path("work/<int:number>/use/", use_of_order, name="work-use"),
]
