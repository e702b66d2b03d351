"""Everything is chosen by environment variables; docs/settings.md lists them.

Without any, this is the embedded installation: SQLite, everything in one process, its files in ``var/``. The
scheme of ``PUBLIC_URL`` decides about TLS: with ``https`` every transport protection is on.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO

from hospital.logs import passwords_of
from hospital.secrets import read_or_make
from hospital.static_version import static_version

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

STATE_DIR = Path(env.str("WHEREABOUTS_STATE", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)

# --- Address ------------------------------------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
IS_HTTPS = _public.scheme == "https"
_LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname or "localhost", *_LOOPBACK_NAMES])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- Secrets ------------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_make(STATE_DIR / "secret_key")
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[]) or [read_or_make(STATE_DIR / "credential_key")]
"""Keys that seal device credentials: the first seals, all open (for rotation)."""

# --- Applications -------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",  # before anything that imports Twisted's reactor
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "hospital",
    "collectors",
    "assets",
    "assets.alerts",
    "assets.par",
    "assets.maintenance",
    "assets.procedures",
    "assets.recalls",
    "assets.planning",
    "assets.device_orders",
    "assets.stock",
    "assets.contracts",
    "assets.replacement",
    "assets.measures",
    "assets.stocktake",
    "assets.pool",
    "assets.loans",
    "assets.utilisation",
    "assets.fleet",
    "locations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hospital.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "hospital.errors.NulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hospital.languages.LanguageMiddleware",
    "hospital.audit.middleware.AuditMiddleware",
    "hospital.displays.DisplayMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "hospital.sent_once.SentOnceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "hospital.urls"
ASGI_APPLICATION = "hospital.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "csp.context_processors.nonce",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'whereabouts.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A read that turns into a write fails at once under the default, deferred mode, whatever the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restart of the database is nobody's error page
    DATABASES["default"]["OPTIONS"] = {
        # A server that is gone without a word is noticed within half a minute.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        **DATABASES["default"].get("OPTIONS", {}),
        # Compiling a query costs more than the short ones of a page take.
        "options": "-c jit=off",
    }
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

EVIDENCE_WINDOW_S = env.int("EVIDENCE_WINDOW_S", default=3600)
"""How late an observation may arrive and still be put in its place; older ones are refused and counted."""
READINGS_KEPT_DAYS = env.int("READINGS_KEPT_DAYS", default=400)
SEARCHES_KEPT_DAYS = env.int("SEARCHES_KEPT_DAYS", default=400)
"""How long it is kept what was looked for with Find, without who it was; 0: not at all."""
"""How long numeric readings are kept. Activity and stays are kept for ever."""
TRAIL_KEPT_DAYS = env.int("TRAIL_KEPT_DAYS", default=30)
"""How long the ways of equipment are kept point by point."""

CLAIM_MINUTES = env.int("CLAIM_MINUTES", default=10)
"""How long equipment that somebody is on the way to fetch is kept for them."""

DISTURBANCES_KEPT_DAYS = env.int("DISTURBANCES_KEPT_DAYS", default=400)
"""How long it is kept what was not well in collecting, once it is over."""

REDIS_URL = env.str("REDIS_URL", default="")
"""Where live frames travel between processes, without a channel layer; empty when everything is in one."""

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="memory://localhost/")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # The in-memory transport otherwise looks once a second.
    "memory": {"polling_interval": 0.05},
    # A chunk is polled for minutes before its message is acknowledged; and nobody waits for ever for a dead host.
    "redis": {"visibility_timeout": 3600, "socket_connect_timeout": 5, "socket_keepalive": True},
}.get(CELERY_BROKER_URL.partition(":")[0].replace("rediss", "redis"), {})
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CONSUMER = "collectors.distribution.consumer:PromptConsumer"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# After a lost connection, Celery would ask RabbitMQ for more messages from several threads at once, and stand still.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "hand-out-chunks": {"task": "collectors.hand_out", "schedule": 1.0},
    "forget-old-notices": {"task": "collectors.forget_old_notices", "schedule": 1800.0},
    "sweep-silence": {"task": "assets.sweep_silence", "schedule": 2.0},
    "complete-current-rows": {"task": "assets.complete_current_rows", "schedule": 10.0},
    "trim-evidence": {"task": "assets.trim_evidence", "schedule": 60.0},
    "note-disturbances": {"task": "collectors.note_disturbances", "schedule": 5.0},
    "forget-old-receipts": {"task": "collectors.forget_old_receipts", "schedule": 600.0},
    "forget-old-procedures": {"task": "collectors.forget_old_procedures", "schedule": 600.0},
    "mark-polls": {"task": "collectors.mark_polls", "schedule": 600.0},
    "trim-readings": {"task": "assets.trim_readings", "schedule": 3600.0},
    "renew-walks": {"task": "hospital.renew_walks", "schedule": 60.0},
    "forget-plan-uploads": {"task": "hospital.forget_plan_uploads", "schedule": 1800.0},
    "trim-searches": {"task": "assets.trim_searches", "schedule": 3600.0},
    "trim-waypoints": {"task": "assets.trim_waypoints", "schedule": 3600.0},
    "forget-sent": {"task": "hospital.forget_sent", "schedule": 3600.0},
    "tell-mentioned": {"task": "hospital.tell_mentioned", "schedule": 5.0},
    "take-in-recall-files": {"task": "recalls.take_in_files", "schedule": 1.0},
    "plan-maintenance": {"task": "planning.plan_maintenance", "schedule": 3600.0},
    "open-device-orders": {"task": "device_orders.work_off", "schedule": 2.0},
    "look-at-loans": {"task": "loans.look_at_loans", "schedule": 30.0},
    "sum-use": {"task": "measures.sum_use", "schedule": 300.0},
    "settle-planned-work": {"task": "planning.settle", "schedule": 20.0},
    "match-new-equipment": {"task": "recalls.match_new_equipment", "schedule": 20.0},
    "look-at-par-levels": {"task": "hospital.look_at_par_levels", "schedule": 5.0},
    "evaluate-rules": {"task": "alerts.evaluate", "schedule": 1.0},
    "deliver-alerts": {"task": "alerts.deliver", "schedule": 1.0},
    "keep-up-alerts": {"task": "alerts.keep_up", "schedule": 10.0},
    "forget-deliveries": {"task": "alerts.forget_old", "schedule": 3600.0},
    "remind-of-contracts": {"task": "contracts.remind", "schedule": 600.0},
    "score-replacement": {"task": "replacement.score", "schedule": 60.0},
    "roll-up": {"task": "utilisation.roll_up", "schedule": 60.0},
    "send-reports": {"task": "utilisation.send_reports", "schedule": 300.0},
    "forecast-demand": {"task": "fleet.forecast", "schedule": 30.0},
    "forget-sessions": {"task": "hospital.forget_sessions", "schedule": 3600.0},
}

PROFILE_DIRS = env.list("PROFILE_DIRS", default=[])
"""Folders with device profiles of the site's own, besides those shipped."""
MQTT_MAPPING_DIRS = env.list("MQTT_MAPPING_DIRS", default=[])
"""Folders with mappings of MQTT topics of the site's own, besides those shipped."""
SNMP_DRIVER = env.str("SNMP_DRIVER", default="whereabouts")
"""Who asks SNMP devices: ``whereabouts``, the product's own codec, or ``pysnmp``."""
MODBUS_TLS_CA = env.str("MODBUS_TLS_CA", default="")
"""File of certificates that devices of Modbus/TCP Security are verified against; empty: those of the system."""
MODBUS_TLS_CERTIFICATE = env.str("MODBUS_TLS_CERTIFICATE", default="")
MODBUS_TLS_KEY = env.str("MODBUS_TLS_KEY", default="")
"""Files of the certificate, and of its key unless that stands in the same file, shown to devices that ask."""

# --- Telling people -----------------------------------------------------------------------------------------
_mail = env.email_url("EMAIL_URL", default="smtp://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"whereabouts@{_public.hostname or 'localhost'}")
_hour = env.str("LABOUR_HOUR_COST", default="")
LABOUR_HOUR_COST = Decimal(_hour) if _hour else None
"""What an hour of work costs, in the hospital's currency; without it, costs of maintenance are without labour."""
ALERT_HOSTS = env.list("ALERT_HOSTS", default=[])
"""Hosts that webhooks may be sent to; addresses of this machine only where the address itself is named."""
ALERT_GATEWAYS = env.list("ALERT_GATEWAYS", default=[])
"""Services of Apprise that may be used, by their scheme, as in ``sinch,msteams``."""
PUSH_HOSTS = env.list(
    "PUSH_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ],
)
"""Push services of browsers."""
VAPID_KEY_FILE = env.str("VAPID_KEY_FILE", default=str(STATE_DIR / "vapid_key.pem"))
VAPID_CONTACT = env.str("VAPID_CONTACT", default=f"mailto:{DEFAULT_FROM_EMAIL}")
DELIVERIES_KEPT_DAYS = env.int("DELIVERIES_KEPT_DAYS", default=400)

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""What a monitoring system shows as a bearer token to read ``/metrics``; without one only staff may."""
METRICS_PER_ENDPOINT = env.bool("METRICS_PER_ENDPOINT", default=False)
"""Whether ``/metrics`` tells of every endpoint by name, besides the sums of each segment."""

# --- People -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "hospital.User"
AUTHENTICATION_BACKENDS = ["hospital.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# --- Transport and browser ----------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # a probe inside the machine speaks plain HTTP and learns one word
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hospital.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- Words, times, files ------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
"""The language of whoever chose none and whose browser asks for none that is offered."""
LANGUAGES = [
    (code, LANG_INFO[code.partition("-")[0]]["name_local"].capitalize())
    for code in env.list("LANGUAGES", default=["en-gb", "de", "es"])
]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "hospital" / "locale"]
FORMAT_MODULE_PATH = "hospital.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The version is part of the address, so that browsers may keep every file, modules that import each other included.
STATIC_VERSION = static_version(
    [*BASE_DIR.glob("*/static"), *BASE_DIR.glob("assets/*/static"), *LOCALE_PATHS],
    BASE_DIR / "package-lock.json",
)
STATIC_URL = f"/static/{STATIC_VERSION}/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
"""Where ``collectstatic`` puts copies for another web server; without, files are served where they are."""
_PACKAGES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"lib/{name}", _PACKAGES / folder)
    for name, folder in {
        "htmx": "htmx.org/dist",
        "leaflet": "leaflet/dist",
        "vega": "vega/build",
        "vega-lite": "vega-lite/build",
        "vega-embed": "vega-embed/build",
        "vega-interpreter": "vega-interpreter/build",
        "vega-util": "vega-util/build",
        "zxing": "zxing-wasm/dist",
    }.items()
]
_FONTS = _PACKAGES / "dejavu-fonts-ttf" / "ttf"
LABEL_FONT = env.str("LABEL_FONT", default=str(_FONTS / "DejaVuSansCondensed.ttf"))
LABEL_FONT_BOLD = env.str("LABEL_FONT_BOLD", default=str(_FONTS / "DejaVuSansCondensed-Bold.ttf"))
"""TrueType fonts of printed labels, for a script that the packaged ones do not have."""
WHITENOISE_IMMUTABLE_FILE_TEST = ".*"
WHITENOISE_USE_FINDERS = True

# --- API ----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["hospital.permissions.RolePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "hospital.errors.api_exception",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Whereabouts",
    "DESCRIPTION": "Where each piece of equipment is, what it is doing, how well it is used.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AlertKindEnum": "assets.alerts.words.Kind",
        "AlertStateEnum": "assets.alerts.words.State",
        "DisturbanceKindEnum": "collectors.models.Disturbance.Kind",
        "ActivityEnum": "assets.words.Activity",
        "WorkStateEnum": "assets.maintenance.words.State",
        "WorkKindEnum": "assets.maintenance.words.Kind",
        "ActEnum": "assets.maintenance.words.ActKind",
        "PlanKindEnum": "assets.planning.words.KIND_CHOICES",
        "PlanUnitEnum": "assets.planning.words.Unit",
        "StandingEnum": "assets.planning.words.Standing",
        "LoanKindEnum": "assets.loans.words.LoanKind",
        "LoanStateEnum": "assets.loans.words.LoanState",
        "DeliveryStateEnum": "assets.pool.words.DeliveryState",
        "ProcedureKindEnum": "assets.procedures.words.KINDS",
        "StepKindEnum": "assets.procedures.words.StepKind",
        "RecordKindEnum": "assets.procedures.words.RecordKind",
        "EvidenceEnum": "assets.observation.Evidence",
        "ZoneKindEnum": "locations.zones.ZoneKind",
        "BasisEnum": "assets.words.Basis",
        "OutcomeEnum": "assets.maintenance.words.Outcome",
        "ForecastOutcomeEnum": "assets.fleet.models.Outcome",
        "ForecastMeasureEnum": "assets.fleet.models.Measure",
        "UseBasisEnum": "assets.utilisation.figures.UseBasis",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logs ---------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "hospital.logs.LineFormatter",
            "secrets": (
                SECRET_KEY,
                *CREDENTIAL_KEYS,
                *filter(None, [METRICS_TOKEN]),
                *passwords_of(env.str("DATABASE_URL", default=""), REDIS_URL, CELERY_BROKER_URL),
            ),
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # A message that reaches a collector which is ending goes back into its queue, as it should.
        "kombu.transport.virtual.base": {"level": "ERROR"},
        # They tell of every start and every beat of the clock; failures are warnings and errors.
        **{
            name: {"level": "WARNING"}
            for name in (
                "celery.app.trace",
                "celery.beat",
                "celery.worker.consumer.connection",
                "celery.worker.consumer.consumer",
                "celery.worker.strategy",
                "daphne.server",
            )
        },
    },
}
