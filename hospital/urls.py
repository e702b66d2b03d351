"""Every address of the site, by room."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from hospital.auth_views import SignInView, SignOutView, admin_sign_in
from hospital.display_views import enter_display
from hospital.fault_reports import report_fault
from hospital.health import health
from hospital.home_views import home_choice, home_trends
from hospital.installable import manifest, offline, service_worker, session
from hospital.languages import language_choice, words
from hospital.metrics import metrics
from hospital.plan_import import plan_import, plan_preview, plan_preview_picture
from hospital.plans import plan_edit, plan_floor_state, plans
from hospital.receivers import receivers, receivers_file, receivers_import
from hospital.risks import risks, risks_file
from hospital.survey_page import survey, survey_tags
from hospital.surveys import survey_file, survey_import, surveys
from hospital.views import home

handler400 = "hospital.errors.bad_request"
handler403 = "hospital.errors.permission_denied"
handler404 = "hospital.errors.page_not_found"
handler500 = "hospital.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("home/choose/", home_choice, name="home-choice"),
    path("home/trends/", home_trends, name="home-trends"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
    path("language/", language_choice, name="choose-language"),
    path("words/<slug:version>/<slug:language>.js", words, name="words"),
    path("display/", enter_display, name="enter-display"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service-worker"),
    path("offline/", offline, name="offline"),
    path("session.json", session, name="session"),
    path("report/<slug:token>/", report_fault, name="report-fault"),
    path("health/", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("collectors/risks/", risks, name="risks"),
    path("collectors/risks.csv", risks_file, name="risks-file"),
    path("receivers/", receivers, name="receivers"),
    path("receivers/receivers.csv", receivers_file, name="receivers-file"),
    path("receivers/import/", receivers_import, name="receivers-import"),
    path("surveys/", surveys, name="surveys"),
    path("surveys/tags.json", survey_tags, name="survey-tags"),
    path("surveys/<slug:floor>/", survey, name="survey"),
    path("surveys/<slug:floor>/points.csv", survey_file, name="survey-file"),
    path("surveys/<slug:floor>/import/", survey_import, name="survey-import"),
    path("plans/", plans, name="plans"),
    path("plans/<slug:slug>/edit/", plan_edit, name="plan-edit"),
    path("plans/<slug:slug>/state.json", plan_floor_state, name="plan-state"),
    path("plans/import/", plan_import, name="plan-import"),
    path("plans/import/<uuid:uuid>/", plan_preview, name="plan-preview"),
    path("plans/import/<uuid:uuid>/picture", plan_preview_picture, name="plan-preview-picture"),
    path("admin/login/", login_not_required(admin_sign_in)),
    path("admin/", admin.site.urls),
    path("api/", include("hospital.api_urls")),
    path("", include("assets.maintenance.urls")),
    path("", include("assets.procedures.urls")),
    path("", include("assets.recalls.urls")),
    path("", include("assets.planning.urls")),
    path("", include("assets.device_orders.urls")),
    path("", include("assets.stock.urls")),
    path("", include("assets.contracts.urls")),
    path("", include("assets.replacement.urls")),
    path("", include("assets.measures.urls")),
    path("", include("assets.stocktake.urls")),
    path("", include("assets.pool.urls")),
    path("", include("assets.loans.urls")),
    path("", include("assets.alerts.urls")),
    path("", include("assets.urls")),
    path("", include("assets.par.urls")),
    path("", include("assets.reports.urls")),
    path("", include("assets.utilisation.urls")),
    path("", include("assets.fleet.urls")),
    path("", include("collectors.urls")),
    path("", include("locations.urls")),
]
