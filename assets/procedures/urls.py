"""Addresses of procedures, of what was done by them, and of the register."""

from __future__ import annotations

from django.urls import path

from assets.procedures.views import certificates, importing, procedures, register, runs, testing

urlpatterns = [
    path("procedures/", procedures.procedures, name="procedures"),
    path("procedures/new/", procedures.procedure_new, name="procedure-new"),
    path("procedures/import/", importing.procedure_import, name="procedure-import"),
    path("procedures/<int:pk>/", procedures.procedure, name="procedure"),
    path("procedures/<int:pk>/edit/", procedures.procedure_edit, name="procedure-edit"),
    path("procedures/<int:pk>/draft/", procedures.procedure_draft, name="procedure-draft"),
    path("procedures/<int:pk>/retire/", procedures.procedure_retire, name="procedure-retire"),
    path(
        "procedures/<int:pk>/versions/<int:number>/", procedures.procedure_version, name="procedure-version"
    ),
    path("work/<int:number>/checks/", runs.work_checks, name="work-checks"),
    path("work/<int:number>/safety-test/", testing.safety_test, name="safety-test"),
    path("work/<int:number>/calibration/", testing.calibration, name="calibration"),
    path("work/runs/<int:pk>/", runs.procedure_run, name="procedure-run"),
    path("work/runs/<int:pk>/strike/", runs.procedure_run_strike, name="procedure-run-strike"),
    path("work/runs/<int:pk>/steps/<int:step>/", runs.procedure_answer, name="procedure-answer"),
    path("work/runs/<int:pk>/steps/<int:step>/answers/", runs.procedure_answers, name="procedure-answers"),
    path("certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path("certificates/<int:pk>/certificate.pdf", certificates.certificate_file, name="certificate-file"),
    path("certificates/<int:pk>/strike/", certificates.certificate_strike, name="certificate-strike"),
    path("calibration/", register.calibration_register, name="calibration-register"),
    path("calibration/register.csv", register.calibration_register_file, name="calibration-register-file"),
]
