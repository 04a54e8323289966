# SPDX-License-Identifier: EUPL-1.2
"""Blobs as objects of an S3 bucket: `<prefix>/<area>/<first two hex digits>/<name>`.

* `put` sends the object whole, in one signed request (its hash is part of the signature, so what arrives is what was sent),
  and returns when the server has acknowledged it: from there on its durability is the server's. It is sent again even when
  it is there already, because that is what makes it young (LastModified). Two puts at once leave one of two equal objects.
* Nothing waits without end: a request has TIMEOUT seconds, another try begins only in the first RETRY_FOR seconds and at
  most RETRIES times. A write that holds a transaction open holds it for TIMEOUT + RETRY_FOR seconds at worst.
* One prefix belongs to one installation: its sweeper takes away what its own database does not name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Client

from bierger.infra.blobs.store import AREA, NAME, BlobFileError, Stored

CONNECT, TIMEOUT, RETRY_FOR = timedelta(seconds=3), timedelta(seconds=15), timedelta(seconds=10)
RETRIES = 2
ANSWER = timedelta(seconds=2)  # for /readyz
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_TRY_AGAIN = (408, 429)


@dataclass(frozen=True)
class Place:
    """Which bucket of which server, and who we are there."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def parse(cls, address: str, *, endpoint: str, region: str, access_key: str, secret_key: str) -> Self:
        """address: `s3://bucket` or `s3://bucket/prefix`; bierger.site.environment has looked at its form."""
        bucket, _, prefix = address.removeprefix("s3://").strip("/").partition("/")
        return cls(bucket, prefix, endpoint.rstrip("/"), region, access_key, secret_key)


@dataclass(frozen=True)
class S3Store:
    """See bierger.infra.blobs.store.Store."""

    place: Place

    def put(self, area: str, name: str, data: bytes) -> None:
        with _told(f"File {name} in {area}"):
            # One request: an interrupted upload in parts would leave parts that no list shows and every bill counts.
            obstore.put(_client(self.place), _key(area, name), data, use_multipart=False)

    def read(self, area: str, name: str) -> bytes:
        with _told(f"File {name} in {area}"):
            return bytes(obstore.get(_client(self.place), _key(area, name)).bytes())

    def delete(self, area: str, name: str) -> None:
        try:
            with _told(f"File {name} in {area}"):
                obstore.delete(_client(self.place), _key(area, name))
        except BlobFileError as error:
            if error.code != "blob-missing":
                raise

    def stored(self, now: float) -> Iterator[Stored]:
        with _told("The list of files"):
            for page in obstore.list(_client(self.place)):
                for one in page:
                    # What is not ours (a note of somebody's in the bucket) is left alone.
                    area, _, rest = one["path"].partition("/")
                    shard, _, name = rest.partition("/")
                    if AREA.fullmatch(area) and NAME.fullmatch(name) and shard == name[:2]:
                        yield Stored(area=area, name=name, age=now - one["last_modified"].timestamp())

    def answers(self) -> str:
        """Lists the areas: one small request, which fails as a put would (address, credentials, bucket)."""
        with _told("The list of areas"):
            obstore.list_with_delimiter(_client(self.place, quick=True))
        return "S3 answers"


@cache
def _client(place: Place, *, quick: bool = False) -> Client:
    """One pool of connections for a process and place, made at the first use: after every start of worker processes."""
    # Only what the configuration page names decides: neither AWS_* variables nor a machine's role are looked at.
    return Client(
        place.bucket,
        prefix=place.prefix or None,
        config={
            **({"endpoint": place.endpoint} if place.endpoint else {}),
            "region": place.region,
            "access_key_id": place.access_key,
            "secret_access_key": place.secret_key,
        },
        client_options={
            "allow_http": place.endpoint.startswith("http://"),
            "connect_timeout": ANSWER if quick else CONNECT,
            "timeout": ANSWER if quick else TIMEOUT,
        },
        retry_config={
            "max_retries": 0 if quick else RETRIES,
            "retry_timeout": ANSWER if quick else RETRY_FOR,
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
        },
    )


def _key(area: str, name: str) -> str:
    return f"{area}/{name[:2]}/{name}"


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Errors of the client and the server as ours, by what the server said."""
    try:
        yield
    except (BaseError, OSError) as error:  # what is missing comes as FileNotFoundError
        said = str(error)
        status, code = _STATUS.search(said), _CODE.search(said)
        number, word = int(status[1]) if status else 0, code[1] if code else ""
        if isinstance(error, FileNotFoundError) and word != "NoSuchBucket":
            raise BlobFileError("blob-missing", f"{what}: the store has no such file.") from error
        if 400 <= number < 500 and number not in _TRY_AGAIN:
            raise BlobFileError("blob-store-refused", f"{what}: the store refuses ({number} {word}).") from error
        why = f"{number} {word}".strip() if number else said.partition("\n")[0].rpartition(" - ")[2]
        raise BlobFileError("blob-store-unreachable", f"{what}: the store does not answer ({why}).") from error
