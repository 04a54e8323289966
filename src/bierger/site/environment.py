# SPDX-License-Identifier: EUPL-1.2
"""The configuration: every environment variable the product reads, once, with its meaning.

`docs/reference/configuration.md` is compared with these lists by a test, which also looks through the code for any other.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ConfigurationError(Exception):
    """A variable is missing or wrong; the message says which and what to write."""

    code = "configuration"


@dataclass(frozen=True)
class Variable:
    """name; meaning; default (None: required in production); default outside production when it differs."""

    name: str
    meaning: str
    default: str | None = ""
    local: str | None = None


# One variable a line, however long: the list reads as a table.
# ruff: noqa: E501 - it is a table, as said
VARIABLES = (
    Variable("BIERGER_ENV", "`production`, `demo` or `test`.", "production"),
    Variable("DATABASE_URL", "PostgreSQL address of this process's role: `bierger_web` for the web, `bierger_worker` for the worker, "
             "`bierger_owner` for migrations and publishing.", None),
    Variable("BIERGER_SECRET_KEY", "At least 50 random characters; signs cookies and hashes rate-limit keys.", None),
    Variable("BIERGER_DATA", "Folder of attachments (encrypted, unless `BIERGER_BLOBS` says otherwise), log tiles and keys.", None),
    Variable("BIERGER_BLOBS", "Where attachments (encrypted) lie: nothing for files below `BIERGER_DATA`, or `s3://bucket/prefix`; "
             "one prefix belongs to one installation alone. S3 needs the packages of `requirements/s3.txt`."),
    Variable("BIERGER_S3_ENDPOINT", "Address of the S3 server, for example `https://s3.example.org:9000`; default: Amazon's of `BIERGER_S3_REGION`."),
    Variable("BIERGER_S3_REGION", "Region of the bucket; many servers of one's own have only this one.", "us-east-1"),
    Variable("BIERGER_S3_ACCESS_KEY", "Access key with the rights to list the bucket and to get, put and delete objects below the prefix; required for S3."),
    Variable("BIERGER_S3_SECRET_KEY", "Secret of the access key; required for S3."),
    Variable("BIERGER_BASE_URL", "Address under which people reach the site, without a slash at the end.", None, "http://localhost:8000"),
    Variable("BIERGER_ALLOWED_HOSTS", "Host names the site answers to, separated by commas; all others are answered with 400. Default: the host of "
             "`BIERGER_BASE_URL`, and `127.0.0.1` and `localhost`, under which monitoring on this machine asks `/healthz`, `/readyz` and `/metrics`."),
    Variable("BIERGER_HSTS", "What `Strict-Transport-Security` (RFC 6797) tells browsers over TLS, in production: `max-age=SECONDS`, then `; includeSubDomains` if every "
             "host below this one speaks TLS too, then `; preload` if the browsers' own lists shall name it (they take whole domains only, and hardly let one go).", "max-age=31536000"),
    Variable("BIERGER_LOG_ORIGIN", "Origin line of the log's checkpoints, a name without a scheme; default: host of `BIERGER_BASE_URL` + `/log`."),
    Variable("BIERGER_LOG_SEEN", "Folder of what was seen of the log, which no backup restores: best on another disk or machine than `BIERGER_DATA` and the database. It has to "
             "be there; default: `seen` below `BIERGER_DATA`."),
    Variable("BIERGER_STATUS_LIST_DAYS", "How many days a published status list may be relied on without the network; after that a verifier says that it is out of date.", "7"),
    Variable("BIERGER_STATUS_LIST_TTL", "After how many seconds a verifier that has the network fetches a status list again.", "3600"),
    Variable("BIERGER_BACKUP_KEYS", "Folder of the keys of backups and of the register of erasures: apart from the backups, and never inside one; "
             "default: `backup-keys` below `BIERGER_DATA`."),
    Variable("BIERGER_BACKUP_DAYS", "How many days a backup may be opened: then its key is destroyed, and what was erased meanwhile is gone from it too.", "90"),
    Variable("BIERGER_PDF_SIGNING", "Signatures of acts as PDFs (PAdES): `off`; `own` (a certification authority of this installation's own, which no reader knows); or a "
             "folder with the certificates and keys of the administrations (docs/howto/sign-pdfs.md).", "off", "own"),
    Variable("BIERGER_TSA", "Whose time stands in these signatures: `off`; `own` (an authority in this installation, also served at `/tsa`); or the address of a "
             "time-stamping authority (RFC 3161), `https://...`.", "off", "own"),
    Variable("BIERGER_OIDC_ISSUER", "Issuer of the OpenID Connect provider.", None, "http://localhost:8001"),
    Variable("BIERGER_OIDC_CLIENT_ID", "Client identifier at the provider.", None, "bierger"),
    Variable("BIERGER_OIDC_CLIENT_SECRET", "Client secret at the provider.", None, "local-only"),
    Variable("BIERGER_OIDC_CLAIMS", "JSON object: our field to the provider's claim (`given_name`, `family_name`, `birth_date`, `matricule`, `level`, …).", "{}"),
    Variable("BIERGER_OIDC_LEVELS", "JSON object: the provider's `acr` value to `low`, `substantial` or `high`.", "{}"),
    Variable("BIERGER_REGISTER_URL", "Address of the population register's interface.", None, "http://localhost:8001/register"),
    Variable("BIERGER_REGISTER_SECRET", "Bearer secret for the register.", "", "local-only"),
    Variable("BIERGER_UPLOAD_LIMIT_MB", "Largest request body accepted, in MiB; refused before it is read.", "25"),
    Variable("BIERGER_METRICS_TOKEN", "Bearer token that `/metrics` asks for; without it only loopback addresses may read it."),
    Variable("BIERGER_TRUSTED_PROXIES", "How many reverse proxies stand in front; decides which address rate limits see.", "0"),
    Variable("BIERGER_SIGN_IN_LIMIT", "Sign-ins per address in 10 minutes.", "60"),
    Variable("BIERGER_SUBMIT_LIMIT", "Submissions per person or address in 10 minutes.", "30"),
    Variable("BIERGER_START_LIMIT", "Forms begun without signing in, per address in 10 minutes.", "60"),
    Variable("BIERGER_READINGS_DAYS", "Days for which a person can read at least who read their data; a reading is kept as long as its case, if that is longer.", "730"),
    Variable("BIERGER_ACCOUNT_YEARS", "After how many years without a sign-in the account of a person of whom nothing else is kept is erased; `0`: never. To be decided by the "
             "administration: personal data are kept no longer than is necessary (GDPR, article 5(1)(e)); the default is a proposal (docs/reference/retention.md).", "5"),
    Variable("BIERGER_ACCOUNT_NOTICE_DAYS", "How many days before, at least, the person's mailbox says so. To be decided by the administration.", "90"),
    Variable("BIERGER_OFFICE_YEARS", "After how many years an officer's office that ended, or whose administration closed, is erased, once no case, act or reading that is kept names it; "
             "`0`: never. To be decided by the administration, for the same reason.", "5"),
    Variable("BIERGER_LONGEST_DELAY", "Days after which a person is told at the latest who read their data, also where an investigation delays it.", "365"),
    Variable("BIERGER_CLOCK_DAYS", "How many days the clock may be from the last round that erases or tells by the day; further away, after a jump or a long outage, nothing is erased "
             "and nothing is told until somebody confirms it with `./bierger clock --trust`.", "7"),
    Variable("BIERGER_DATA_TRACKER_TOKEN_FILE", "File with the bearer token of the one caller of `/data-tracker/`; without it these addresses are not there."),
    Variable("BIERGER_ATTACH_LIMIT", "Files attached, per person, officer or (without signing in) address in 10 minutes.", "100"),
    Variable(
        "BIERGER_VERIFY_LIMIT",
        "Codes checked at `/verify`, per person or address in 10 minutes; a file counts as five. As many time stamps may be asked at `/tsa`.",
        "300",
    ),
)  # fmt: skip

# Read where they are used, and not by `read`: by a library, or before there are settings.
ELSEWHERE = (
    Variable("PROMETHEUS_MULTIPROC_DIR", "With several web processes: a folder, empty when they start, in which each writes its figures, so that `/metrics` adds them up."),
    Variable("DJANGO_SETTINGS_MODULE", "Module of the settings.", "bierger.site.settings"),
    Variable("XDG_RUNTIME_DIR", "For the embedded PostgreSQL of demo and test: where its socket lies when the path of the data folder is too long for one; default: `/tmp`."),
)  # fmt: skip

_S3 = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]+)*/?")
_HSTS = re.compile(
    r"max-age=(?P<seconds>[1-9][0-9]{0,9})(?P<subdomains> *; *includeSubDomains)?(?P<preload> *; *preload)?", re.IGNORECASE
)
YEAR = 31_536_000


def read(source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All variables with their values. Raises ConfigurationError that names the missing ones."""
    environment = source.get("BIERGER_ENV", "production")
    if environment not in ("production", "demo", "test"):
        raise ConfigurationError(f"BIERGER_ENV is {environment!r}; write production, demo or test.")
    values: dict[str, str] = {}
    missing = []
    for variable in VARIABLES:
        default = variable.default
        if environment != "production" and variable.local is not None:
            default = variable.local
        value = source.get(variable.name, default)
        if value is None:
            missing.append(variable.name)
        else:
            values[variable.name] = value
    if missing:
        raise ConfigurationError(f"Set {', '.join(missing)} (docs/reference/configuration.md says what each means).")
    if environment == "production" and len(values["BIERGER_SECRET_KEY"]) < 50:
        raise ConfigurationError("BIERGER_SECRET_KEY needs at least 50 random characters.")
    _check_blobs(values)
    _check_signing(values)
    hsts(values["BIERGER_HSTS"])
    return values


def hsts(told: str) -> tuple[int, bool, bool]:
    """(seconds, subdomains too, preload) of BIERGER_HSTS. Raises ConfigurationError.

    A host below a commune's domain answers for itself alone, so neither word is there by default. The lists that browsers carry
    (hstspreload.org) want a year at least, and the subdomains.
    """
    found = _HSTS.fullmatch(told)
    if found is None:
        raise ConfigurationError(f"BIERGER_HSTS is {told!r}; write max-age=SECONDS, then ; includeSubDomains, then ; preload.")
    seconds, subdomains, preload = int(found["seconds"]), bool(found["subdomains"]), bool(found["preload"])
    if preload and not (subdomains and seconds >= YEAR):
        raise ConfigurationError(f"BIERGER_HSTS asks for preload: browsers want max-age={YEAR} at least, and includeSubDomains.")
    return seconds, subdomains, preload


def _check_signing(values: Mapping[str, str]) -> None:
    """At the start and not at the first act: that what is named is there."""
    place, authority = values["BIERGER_PDF_SIGNING"], values["BIERGER_TSA"]
    if place not in ("off", "own") and not (place.startswith("/") and Path(place).is_dir()):
        raise ConfigurationError(f"BIERGER_PDF_SIGNING is {place!r}; write off, own, or a folder that is there.")
    if authority not in ("off", "own") and not re.fullmatch(r"https?://[^/\s@]+(?:/\S*)?", authority):
        raise ConfigurationError(f"BIERGER_TSA is {authority!r}; write off, own, or http(s)://host/path.")


def _check_blobs(values: Mapping[str, str]) -> None:
    """At the start and not at the first attachment: that the store's address is one, and that it can be spoken to."""
    address, endpoint = values["BIERGER_BLOBS"], values["BIERGER_S3_ENDPOINT"]
    if not address:
        return
    if not _S3.fullmatch(address) or ".." in address:
        raise ConfigurationError(
            f"BIERGER_BLOBS is {address!r}; write s3://bucket/prefix, or nothing for files below BIERGER_DATA."
        )
    if endpoint and not re.fullmatch(r"https?://[^/\s]+/?", endpoint):
        raise ConfigurationError(f"BIERGER_S3_ENDPOINT is {endpoint!r}; write http(s)://host:port, or nothing for Amazon's.")
    if not (values["BIERGER_S3_ACCESS_KEY"] and values["BIERGER_S3_SECRET_KEY"]):
        raise ConfigurationError("BIERGER_BLOBS names an S3 store: set BIERGER_S3_ACCESS_KEY and BIERGER_S3_SECRET_KEY.")
    if importlib.util.find_spec("obstore") is None:
        raise ConfigurationError("BIERGER_BLOBS names an S3 store: install the packages of requirements/s3.txt.")
