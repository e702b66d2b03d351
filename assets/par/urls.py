from django.urls import path

from assets.par.views.board import board, board_file, level
from assets.par.views.levels import edit_level, import_file, new_level, remove_level, undo_level
from assets.par.views.rounds import round_list, round_page, round_tick

urlpatterns = [
    path("par/", board, name="par-board"),
    path("par/par-levels.csv", board_file, name="par-file"),
    path("par/import/", import_file, name="par-import"),
    path("par/new/", new_level, name="par-new"),
    path("par/undo/", undo_level, name="par-undo"),
    path("par/<int:pk>/", level, name="par-level"),
    path("par/<int:pk>/edit/", edit_level, name="par-edit"),
    path("par/<int:pk>/remove/", remove_level, name="par-remove"),
    path("rounds/", round_list, name="par-rounds"),
    path("rounds/<int:pk>/", round_page, name="par-round"),
    path("rounds/<int:pk>/tick/", round_tick, name="par-tick"),
]
