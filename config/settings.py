"""Settings, one file, from the environment. Every variable is declared through env() with its purpose."""

from pathlib import Path

import pghistory
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config.environment import django_database, env
from config.languages import select_languages
from config.logs import PRE_CHAIN, render
from config.version import read_version

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = read_version(BASE_DIR)

SECRET_KEY = env("YOGO_SECRET_KEY", "the key that signs sessions and links")
DATABASES = {
    "default": django_database(env("DATABASE_URL", "the address of PostgreSQL, as a libpq URI"))
}
BROKER_URL = env("BROKER_URL", "the address of Redis, the broker between web and workers")
BASE_URL = env("YOGO_BASE_URL", "the address at which people reach Yogo", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env(
    "YOGO_ALLOWED_HOSTS", "host names that are answered, with commas", "localhost,127.0.0.1,[::1]"
).split(",")
TIME_ZONE = env("YOGO_TIME_ZONE", "the time zone in which dates are meant", "Asia/Tokyo")
MAX_UPLOAD_MB = int(env("YOGO_MAX_UPLOAD_MB", "the largest file taken by an import, in MB", "100"))
STATIC_ROOT = env(
    "YOGO_STATIC_ROOT", "the folder of collected static files", str(BASE_DIR / "static-collected")
)
FRONTEND_BUILD = Path(
    env(
        "YOGO_FRONTEND_BUILD",
        "the folder of front-end pieces built from wheels",
        str(BASE_DIR / "build" / "frontend"),
    )
)
LOG_LEVEL = env("YOGO_LOG_LEVEL", "the least level that is logged", "INFO")
THREADS = env(
    "YOGO_THREADS", "the threads of each worker process; by default its share of the cores", ""
)
TRUSTED_PROXY = (
    env("YOGO_TRUSTED_PROXY", "1 where a reverse proxy of ours sets X-Forwarded-Proto", "0") == "1"
)

DEBUG = False
USE_HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "config",
    "accounts",
    "audit",
    "jobs",
    "studies",
    "imports",
    "clinical",
    "assays",
    "modeling",
    "exports",
    "demo",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.admin.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compression",
    "config.addresses.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "pghistory.middleware.HistoryMiddleware",  # who, and at which address: in the trail
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studies.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "studies.templatetags.words",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yogo"
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off, as RFC 6238 allows
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no mail is sent, so no address is ever verified
# Behind our proxy every request comes from its address: limits count who stands before it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0

# One store for the counters behind sign-in limits, shared by all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
    }
}

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = select_languages([("en", _("English")), ("ja", _("Japanese"))], LOCALE_PATHS)
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static", *([FRONTEND_BUILD] if FRONTEND_BUILD.is_dir() else [])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# The limit is told in words by the import page; Django's own limits only guard the memory of one request.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = USE_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = USE_HTTPS
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = USE_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31_536_000 if USE_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "PAGE_SIZE": 100,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yogo API",
    "DESCRIPTION": "Studies, patients, measurements, models and scores of one token's study.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": None,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "FollowUpStatus": "clinical.models.FollowUp.Status",
        "VersionStatus": "modeling.models.ModelVersion.Status",
    },
}

CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# All that Celery itself is told takes a moment, but for jobs: those say in which queue they wait.
CELERY_TASK_QUEUES = [Queue(name) for name in ("long", "short")]
CELERY_TASK_DEFAULT_QUEUE = "short"
CELERY_TASK_IGNORE_RESULT = True  # the job row is the result
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# Publishing is a hint after commit: it must fail fast, for the sweep repeats it.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False

PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history", related_query_name="history")
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"

UNFOLD = {
    "SITE_TITLE": "Yogo",
    "SITE_HEADER": "Yogo",
    "SITE_SUBHEADER": format_lazy("{} · {}", _("Administration"), VERSION),
    "SITE_SYMBOL": "monitor_heart",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}
    ],
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {  # the accent of static/yogo.css, from light to dark
        "primary": {
            "50": "#effaf7",
            "100": "#dcefea",
            "200": "#b7dfd6",
            "300": "#84c8b9",
            "400": "#4fb8a4",
            "500": "#2a9482",
            "600": "#0f6b5c",
            "700": "#0c574b",
            "800": "#0b463d",
            "900": "#0a3a33",
            "950": "#04211d",
        }
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": render,
            "foreign_pre_chain": PRE_CHAIN,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery": {"level": LOG_LEVEL},
        "numexpr": {"level": "WARNING"},  # it greets every process with its number of threads
    },
}
