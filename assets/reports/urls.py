from django.urls import path

from assets.reports import views

urlpatterns = [
    path("utilisation/reports/", views.index, name="utilisation-reports"),
    path("utilisation/reports/<slug:name>/", views.report, name="utilisation-report"),
    path("utilisation/reports/<slug:name>/chart.json", views.chart, name="utilisation-report-chart"),
    path("utilisation/reports/<slug:name>/table.csv", views.table_file, name="utilisation-report-file"),
    path("utilisation/reports/<slug:name>/report.pdf", views.report_print, name="utilisation-report-print"),
    path("utilisation/raw/<slug:what>.parquet", views.parquet_file, name="utilisation-parquet"),
]
