# SPDX-License-Identifier: EUPL-1.2
"""Django's settings, made from the environment (see environment.py); nothing is configured elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from bierger.site.environment import ConfigurationError, hsts, read

CLONE = Path(__file__).resolve().parents[3]
_env = read()

BIERGER_ENV = _env["BIERGER_ENV"]
PRODUCTION = BIERGER_ENV == "production"
BIERGER_DATA = Path(_env["BIERGER_DATA"])
BIERGER_BLOBS = _env["BIERGER_BLOBS"]
BIERGER_BACKUP_KEYS = _env["BIERGER_BACKUP_KEYS"]
BIERGER_STATUS_LIST_DAYS = int(_env["BIERGER_STATUS_LIST_DAYS"])
BIERGER_STATUS_LIST_TTL = int(_env["BIERGER_STATUS_LIST_TTL"])
BIERGER_BACKUP_DAYS = int(_env["BIERGER_BACKUP_DAYS"])
BIERGER_S3_ENDPOINT = _env["BIERGER_S3_ENDPOINT"]
BIERGER_S3_REGION = _env["BIERGER_S3_REGION"]
BIERGER_S3_ACCESS_KEY = _env["BIERGER_S3_ACCESS_KEY"]
BIERGER_S3_SECRET_KEY = _env["BIERGER_S3_SECRET_KEY"]
BIERGER_BASE_URL = _env["BIERGER_BASE_URL"].rstrip("/")
_host = urlsplit(BIERGER_BASE_URL).hostname or "localhost"
BIERGER_LOG_ORIGIN = _env["BIERGER_LOG_ORIGIN"] or f"{_host}/log"
BIERGER_LOG_SEEN = _env["BIERGER_LOG_SEEN"]
BIERGER_PDF_SIGNING = _env["BIERGER_PDF_SIGNING"]
BIERGER_TSA = _env["BIERGER_TSA"]
BIERGER_OIDC_ISSUER = _env["BIERGER_OIDC_ISSUER"].rstrip("/")
BIERGER_OIDC_CLIENT_ID = _env["BIERGER_OIDC_CLIENT_ID"]
BIERGER_OIDC_CLIENT_SECRET = _env["BIERGER_OIDC_CLIENT_SECRET"]
BIERGER_OIDC_CLAIMS: dict[str, str] = json.loads(_env["BIERGER_OIDC_CLAIMS"] or "{}")
BIERGER_OIDC_LEVELS: dict[str, str] = json.loads(_env["BIERGER_OIDC_LEVELS"] or "{}")
BIERGER_REGISTER_URL = _env["BIERGER_REGISTER_URL"].rstrip("/")
BIERGER_REGISTER_SECRET = _env["BIERGER_REGISTER_SECRET"]
BIERGER_UPLOAD_LIMIT = int(_env["BIERGER_UPLOAD_LIMIT_MB"]) * 1024 * 1024
BIERGER_METRICS_TOKEN = _env["BIERGER_METRICS_TOKEN"]
BIERGER_TRUSTED_PROXIES = int(_env["BIERGER_TRUSTED_PROXIES"])
BIERGER_SIGN_IN_LIMIT = int(_env["BIERGER_SIGN_IN_LIMIT"])
BIERGER_SUBMIT_LIMIT = int(_env["BIERGER_SUBMIT_LIMIT"])
BIERGER_START_LIMIT = int(_env["BIERGER_START_LIMIT"])
BIERGER_ATTACH_LIMIT = int(_env["BIERGER_ATTACH_LIMIT"])
BIERGER_LONGEST_DELAY = int(_env["BIERGER_LONGEST_DELAY"])
BIERGER_ACCOUNT_YEARS = int(_env["BIERGER_ACCOUNT_YEARS"])
BIERGER_ACCOUNT_NOTICE_DAYS = int(_env["BIERGER_ACCOUNT_NOTICE_DAYS"])
BIERGER_OFFICE_YEARS = int(_env["BIERGER_OFFICE_YEARS"])
BIERGER_READINGS_DAYS = int(_env["BIERGER_READINGS_DAYS"])
BIERGER_CLOCK_DAYS = int(_env["BIERGER_CLOCK_DAYS"])
BIERGER_DATA_TRACKER_TOKEN_FILE = _env["BIERGER_DATA_TRACKER_TOKEN_FILE"]
BIERGER_VERIFY_LIMIT = int(_env["BIERGER_VERIFY_LIMIT"])

SECRET_KEY = _env["BIERGER_SECRET_KEY"]
DEBUG = False
# Monitoring on this machine asks by these two names; no address is ever made from the name somebody asked for.
_LOCAL = ("127.0.0.1", "localhost")
ALLOWED_HOSTS = [host for host in _env["BIERGER_ALLOWED_HOSTS"].split(",") if host] or [_host, *_LOCAL]
ROOT_URLCONF = "bierger.site.urls"
WSGI_APPLICATION = "bierger.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DOMAIN_APPS = (
    "infra", "ui", "administrations", "disclosures", "identity", "ledger", "documents", "catalogue", "flows",
    "registry", "delivery", "cases", "filings", "gateway", "studio", "backoffice", "portal", "site",
)  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *(f"bierger.{name}" for name in DOMAIN_APPS),
]
MIDDLEWARE = [
    "bierger.site.health.middleware.Metrics",
    # Before everything that may answer by itself: a refusal carries the same headers as a page.
    "bierger.site.middleware.ContentSecurity",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "bierger.site.middleware.UploadLimit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bierger.site.middleware.RequestLog",
    "bierger.site.middleware.SessionCookie",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "bierger.site.middleware.Register",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bierger.site.middleware.PrincipalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]


def _database(url: str) -> dict[str, object]:
    """postgresql://role:password@host:port/name?host=/socket/folder, as libpq reads it."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigurationError("DATABASE_URL begins with postgresql://; Bierger runs on PostgreSQL only.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Server-side cursors and prepared statements do not survive a pooler in transaction mode.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"prepare_threshold": None, **query},
    }


DATABASES = {"default": _database(_env["DATABASE_URL"])}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "bierger_session"
SESSION_COOKIE_AGE = 12 * 3600  # seconds; a draft outlives the session
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "bierger_csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bierger.site.errors.csrf_failure"
SECURE_SSL_REDIRECT = PRODUCTION
# Load balancers and monitoring ask the process itself, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = (
    hsts(_env["BIERGER_HSTS"]) if PRODUCTION else (0, False, False)
)
# Both want what only the owner of a whole domain can promise: HSTS for its subdomains (W005), and in the browsers' lists (W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BIERGER_TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = BIERGER_UPLOAD_LIMIT
FILE_UPLOAD_HANDLERS = ["bierger.ui.uploads.PlainNames"]

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("de", "Deutsch"), ("en", "English"), ("lb", "Lëtzebuergesch")]
LANGUAGE_COOKIE_NAME = "bierger_language"
LOCALE_PATHS = [CLONE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Luxembourg"

STATIC_URL = "/static/"
STATIC_ROOT = CLONE / "var" / "static" if not PRODUCTION else BIERGER_DATA / "static"
STATICFILES_DIRS = [path for path in (CLONE / "web",) if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if BIERGER_ENV != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = BIERGER_ENV == "test"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["bierger.infra.jobs"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "bierger.site.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
