# SPDX-License-Identifier: EUPL-1.2
"""Django's settings of the simulators: no database, no sessions, cookies of their own."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from bierger.simulators.errors import SimulatorsRefused

if os.environ.get("BIERGER_ENV", "production") == "production":
    raise SimulatorsRefused(
        "The simulators sign in whoever asks: they do not start in production. Set BIERGER_ENV=demo, or point "
        "BIERGER_OIDC_ISSUER and BIERGER_REGISTER_URL at the real provider and register."
    )

_HERE = Path(__file__).parent
SIMULATORS_DATA = Path(os.environ.get("BIERGER_DATA", "var/data")) / "simulators"
SIMULATORS_ISSUER = os.environ.get("BIERGER_OIDC_ISSUER", "http://localhost:8001").rstrip("/")
SIMULATORS_CLIENT_ID = os.environ.get("BIERGER_OIDC_CLIENT_ID", "bierger")
SIMULATORS_CLIENT_SECRET = os.environ.get("BIERGER_OIDC_CLIENT_SECRET", "local-only")
SIMULATORS_REGISTER_SECRET = os.environ.get("BIERGER_REGISTER_SECRET", "") or "local-only"
_base = os.environ.get("BIERGER_BASE_URL", "http://localhost:8000").rstrip("/")
SIMULATORS_REDIRECT_URI = f"{_base}/sign-in/callback"
SIMULATORS_AFTER_SIGN_OUT = f"{_base}/"
SIMULATORS_PASSWORD = "moien"  # noqa: S105 - shown on the page: nobody is protected by it
SIMULATORS_CODE_SECONDS = 60

SECRET_KEY = os.environ.get("BIERGER_SECRET_KEY", "") or "simulators-only"
DEBUG = False
ALLOWED_HOSTS = [urlsplit(SIMULATORS_ISSUER).hostname or "localhost", "localhost", "127.0.0.1"]
ROOT_URLCONF = "bierger.simulators.urls"
INSTALLED_APPS: list[str] = []
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {"builtins": ["bierger.simulators.wording"]},
    }
]
SECURE_REFERRER_POLICY = "same-origin"
# Cookies do not know ports: names of their own keep them apart from those of Bierger on the same host.
CSRF_COOKIE_NAME = "sim_csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "sim_session"
USE_I18N = False
USE_TZ = True
