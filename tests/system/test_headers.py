# SPDX-License-Identifier: EUPL-1.2
"""What every answer carries, the refusals too: nothing inline, nothing from elsewhere, no frame, no guessing of types."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

SCANNERS = ("/verify", "/verify/app/de", "/verify/reader.js")
PAGES = ("/", "/catalogue", *SCANNERS, "/verify/worker.js", "/verify/app/de.webmanifest", "/sign-in", "/no-such-page", "/healthz", "/log/checkpoint", "/colours/mersch.css", "/desk")
ALLOWED = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "font-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def check(headers: object, *, scans: bool = False) -> None:
    policy = {name: rest for name, *rest in (part.split() for part in headers["Content-Security-Policy"].split(";"))}
    assert policy.pop("form-action")[0] == "'self'"
    assert policy == ({**ALLOWED, "script-src": ["'self'", "'wasm-unsafe-eval'"]} if scans else ALLOWED)
    assert headers["Permissions-Policy"].startswith("camera=(self)" if scans else "camera=()")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def browser(transactional: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_them(browser: Client, path: str) -> None:
    check(browser.get(path).headers, scans=path in SCANNERS)


def test_a_body_that_is_too_large_and_a_strange_host_carry_them(browser: Client) -> None:
    large = browser.post("/verify", b"", content_type="application/octet-stream", headers={"content-length": "900000000"})
    assert large.status_code == 413
    check(large.headers)
    strange = browser.get("/", headers={"host": "elsewhere.example"})
    assert strange.status_code == 400
    check(strange.headers)


@pytest.mark.parametrize("fault", ["'unsafe-inline'", "https://elsewhere.example"])
def test_a_planted_fault_is_found(browser: Client, fault: str) -> None:
    answer = browser.get("/healthz")
    answer.headers["Content-Security-Policy"] = answer.headers["Content-Security-Policy"].replace("style-src", f"style-src {fault}")
    with pytest.raises(AssertionError):
        check(answer.headers)


def test_only_probes_are_answered_without_tls(browser: Client) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        secure = Client(raise_request_exception=False)
        assert [secure.get(path).status_code for path in ("/healthz", "/metrics", "/")] == [200, 200, 301]
