# SPDX-License-Identifier: EUPL-1.2
"""Django's own checks for production find nothing, and models and migrations agree."""

import os
import subprocess
import sys

from tests import databases

PRODUCTION = {
    "BIERGER_ENV": "production",
    "BIERGER_SECRET_KEY": "".join(chr(33 + (7 * i) % 90) for i in range(80)),
    "BIERGER_DATA": "/nonexistent",
    "BIERGER_BASE_URL": "https://counter.example.org",
    "BIERGER_OIDC_ISSUER": "https://identity.example.org",
    "BIERGER_OIDC_CLIENT_ID": "bierger",
    "BIERGER_OIDC_CLIENT_SECRET": "secret",
    "BIERGER_REGISTER_URL": "https://register.example.org",
    "BIERGER_REGISTER_SECRET": "secret",
}


def django(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    values = {**os.environ, **databases.environment(databases.server(), databases.TEMPLATE, "owner"), **environment}
    values.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the suite's own, for its browser
    return subprocess.run([sys.executable, "-m", "django", *words], env=values, cwd=databases.ROOT, capture_output=True, text=True, check=False)


def test_check_deploy_is_clean():
    done = django("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


PRINT = "import django; django.setup(); from django.conf import settings as s; print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD, s.ALLOWED_HOSTS)"


def settings_of(**environment: str) -> str:
    values = {**os.environ, "DATABASE_URL": "postgresql://x/y", "DJANGO_SETTINGS_MODULE": "bierger.site.settings", **PRODUCTION, **environment}
    values["PYTHONPATH"] = str(databases.ROOT / "src")
    done = subprocess.run([sys.executable, "-c", PRINT], env=values, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_browsers_are_told_and_which_hosts_are_answered_is_configured():
    """By default for a year, for this host alone, which monitoring on the machine may also call by its own names."""
    assert settings_of() == "31536000 False False ['counter.example.org', '127.0.0.1', 'localhost']"
    whole = settings_of(BIERGER_HSTS="max-age=63072000; includeSubDomains; preload", BIERGER_ALLOWED_HOSTS="a.example.org,b.example.org")
    assert whole == "63072000 True True ['a.example.org', 'b.example.org']"
    assert settings_of(BIERGER_ENV="demo").startswith("0 False False")


def test_the_check_can_fail():
    done = django("check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, "BIERGER_SECRET_KEY": "a" * 60})
    assert done.returncode != 0


def test_no_model_waits_for_a_migration():
    done = django("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_production_refuses_the_simulators_and_the_embedded_database():
    code = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'bierger.simulators.settings'; import bierger.simulators.settings"
    values = {**os.environ, **PRODUCTION, "PYTHONPATH": str(databases.ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=values, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "production" in done.stderr.lower()
