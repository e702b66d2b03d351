from django.urls import path

from assets.recalls.views.importing import recall_import, recall_import_run
from assets.recalls.views.listing import recalls
from assets.recalls.views.recall import (
    recall,
    recall_close,
    recall_decide,
    recall_move,
    recall_photo,
    recall_undo,
    recalls_of_asset,
)
from assets.recalls.views.report import recall_report, recall_report_file

urlpatterns = [
    path("recalls/", recalls, name="recalls"),
    path("recalls/import/", recall_import, name="recall-import"),
    path("recalls/import/<uuid:uuid>/", recall_import_run, name="recall-import-run"),
    path("recalls/photos/<uuid:uuid>.jpg", recall_photo, name="recall-photo"),
    path("recalls/of/<slug:asset_tag>/", recalls_of_asset, name="recalls-of-asset"),
    path("recalls/<int:pk>/", recall, name="recall"),
    path("recalls/<int:pk>/decide/", recall_decide, name="recall-decide"),
    path("recalls/<int:pk>/undo/", recall_undo, name="recall-undo"),
    path("recalls/<int:pk>/move/", recall_move, name="recall-move"),
    path("recalls/<int:pk>/close/", recall_close, name="recall-close"),
    path("recalls/<int:pk>/report/", recall_report, name="recall-report"),
    path("recalls/<int:pk>/report.pdf", recall_report_file, name="recall-report-file"),
]
