# SPDX-License-Identifier: EUPL-1.2
"""A fifth situation and two procedures, from a temporary folder: files alone, through the commands of an operator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors, services
from bierger.catalogue.errors import NotThereError, UnknownVersionError
from bierger.catalogue.models import PackageVersion
from bierger.infra.principal import SYSTEM, acting_as
from bierger_core.situations import Guide
from tests.apps.catalogue.test_commands import Bierger, bierger
from tests.core.situations import small

__all__ = ["bierger"]  # the command line, as a fixture


@pytest.fixture
def folder(transactional: None, tmp_path: Path) -> Path:
    """procedures/ and situations/ as an author has them; the library is that of Bierger."""
    for place, files in (
        ("procedures/commune/road-closure", small.package_files("road-closure")),
        ("procedures/commune/noise-notice", small.package_files("noise-notice", "notice")),
        ("situations/street-party", small.files()),
    ):
        for path, content in files.items():
            if not path.startswith("library/"):
                (tmp_path / place / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / place / path).write_bytes(content)
    (tmp_path / "procedures" / "vocabulary.yaml").write_bytes(small.VOCABULARY)
    return tmp_path


@pytest.fixture
def system(as_owner: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with as_owner(), acting_as(SYSTEM):
        yield


def test_from_a_folder_to_a_plan_and_back(bierger: Bierger, folder: Path, as_owner: Callable[[], AbstractContextManager[None]]) -> None:
    checked = bierger("check", str(folder / "situations"), "--json")
    assert checked.returncode == 0, checked.stdout
    (said,) = json.loads(checked.stdout)["packages"]
    early = bierger("publish", str(folder / "situations"))
    assert early.returncode == 1
    assert "There is no procedure `commune/road-closure`" in early.stderr
    published = bierger("publish", str(folder), "--activate")
    assert published.returncode == 0, published.stderr
    assert f"situation/street-party version 1 published, in force: {said['digest']}" in published.stdout
    assert "everywhere from" in bierger("list", "situation/street-party").stdout
    assert bierger("activate", "situation/street-party", "--for", "mersch").returncode == 1
    with as_owner(), acting_as(SYSTEM):
        assert "street-party" in {hit.name for hit in selectors.situations(language="de")}
        assert [hit.name for hit in selectors.situations(query="Stroossefest", language="fr")] == ["street-party"]
        assert "street-party" not in {hit.name for hit in selectors.search("street party", language="en")}
        situation = selectors.situation("street-party")
        assert situation is not None
        assert situation.digest == said["digest"]
        plan = Guide(situation, date(2026, 3, 2)).plan({"ground": "street", "music": False})
        assert plan.keys("needed") == ("commune/road-closure",)
        assert {key: package.digest for key, package in situation.packages.items()} == {
            key: selectors.active(*key.split("/")) for key in situation.packages
        }
    assert bierger("withdraw", "situation/street-party").returncode == 0
    with as_owner(), acting_as(SYSTEM):
        assert selectors.situation("street-party") is None
        assert selectors.situation_of(said["digest"]).name == "street-party"  # a link of yesterday still says what it meant


def test_a_published_version_keeps_its_library_and_its_procedures(system: None) -> None:
    with transaction.atomic():
        old = {}
        for name, process in (("road-closure", "review"), ("noise-notice", "notice")):
            old[name] = services.publish(files=small.package_files(name, process), vocabulary=small.VOCABULARY).digest
            services.activate(digest=old[name])
        first = services.publish_situation(files=small.files(), vocabulary=small.VOCABULARY)
        again = services.publish_situation(files=small.files(), vocabulary=small.VOCABULARY)
        assert (first.already, again.already, first.digest) == (False, True, again.digest)
        better = small.package_files("road-closure")
        better["library/texts/en.yaml"] = better["library/texts/en.yaml"].replace(b"Request granted", b"Granted")
        new = services.publish(files=better, vocabulary=small.VOCABULARY).digest
        services.activate(digest=new)
        selectors.package.cache_clear()
        selectors.situation_of.cache_clear()
        assert new != old["road-closure"]
        titles = [selectors.package(digest).text("document.acceptance.title", "en") for digest in (old["road-closure"], new)]
        assert titles == ["Request granted", "Granted"]
        assert selectors.situation_of(first.digest).packages["commune/road-closure"].digest == old["road-closure"]
        second = services.publish_situation(files=small.files(), vocabulary=small.VOCABULARY)
        assert second.digest != first.digest
        assert selectors.situation_of(second.digest).packages["commune/road-closure"].digest == new
        with pytest.raises(UnknownVersionError):
            selectors.package(first.digest)
        with pytest.raises(UnknownVersionError):
            selectors.situation_of(new)
        with pytest.raises(NotThereError):
            services.activate(digest=first.digest, administration=administrations.administration(code="mersch").id)
        with pytest.raises(IntegrityError), transaction.atomic():
            PackageVersion.objects.filter(digest=first.digest).update(version=2)
        transaction.set_rollback(True)
