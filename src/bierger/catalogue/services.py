# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's verbs. They run as the owner role (`./bierger publish` …): web and worker may only read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bierger.catalogue import selectors
from bierger.catalogue.errors import (
    NotActiveError,
    NotThereError,
    PeriodTakenError,
    PublicationRefusedError,
    UnknownVersionError,
)
from bierger.catalogue.models import Activation, PackageVersion, SearchText, running_or_planned
from bierger.catalogue.plugins import synonyms
from bierger.catalogue.plugins.closure import pack, pack_situation
from bierger.catalogue.plugins.folder import package_folders, read_folder, situation_folders
from bierger.catalogue.types import SITUATIONS, Published
from bierger.infra import clock
from bierger_core import procedures, situations
from bierger_core.procedures import Package, PackageRefused
from bierger_core.situations import Situation
from bierger_core.values.findings import Finding

__all__ = ["activate", "package_folders", "publish", "publish_situation", "read_folder", "situation_folders", "withdraw"]


def publish(*, files: Mapping[str, bytes], vocabulary: bytes, prefix: str = "") -> Published:
    """Store a package as an immutable version, after it was loaded, proved and its scenarios ran.

    files        path in the package -> bytes
    vocabulary   the bytes of `procedures/vocabulary.yaml`
    prefix       put before the paths in findings, nothing else
    Publishing the same bytes again changes nothing. A version is not in force before `activate`.
    Raises PublicationRefusedError with every finding.
    """
    package = _proved(files, vocabulary, prefix)
    stored = PackageVersion.objects.filter(digest=package.digest).exists()
    if not stored:
        with transaction.atomic():
            _store(package, pack(files, vocabulary))
    return Published(digest=package.digest, owner=package.owner, name=package.name, version=package.version, already=stored)


def publish_situation(*, files: Mapping[str, bytes], vocabulary: bytes, prefix: str = "") -> Published:
    """Store a situation as an immutable version, after it was loaded, proved and its scenarios ran.

    It is proved with the versions of its procedures that are in force now, else with those published last, and keeps these: its
    procedures are published first. Otherwise as `publish`. Raises PublicationRefusedError.
    """
    packages = {key: selectors.package(digest) for key in situations.procedures_of(files) if (digest := _version_of(key))}
    found = _proved_situation(files, vocabulary, packages, prefix)
    stored = PackageVersion.objects.filter(digest=found.digest).exists()
    if not stored:
        closure = pack_situation(files, vocabulary, {key: package.digest for key, package in found.packages.items()})
        with transaction.atomic():
            _store_situation(found, closure)
    return Published(digest=found.digest, owner=SITUATIONS, name=found.name, version=found.version, already=stored)


def _version_of(key: str) -> str | None:
    owner, _, name = key.partition("/")
    rows = PackageVersion.objects.filter(owner=owner, name=name).order_by("-published_at", "digest")
    return selectors.active(owner, name) or rows.values_list("digest", flat=True).first()


def activate(
    *, digest: str, administration: UUID | None = None, starts: datetime | None = None, ends: datetime | None = None
) -> None:
    """Put a version in force from `starts` (default: now) to `ends` (default: without end), everywhere or there.

    1. Lock what is in force or planned for this procedure there, so that two operators do not interleave.
    2. The version in force at `starts` ends at that instant. The very version already in force: nothing happens.
    3. A version that begins later is not shortened: PeriodTakenError. In any case the exclusion constraint holds.
    """
    begins = starts or clock.now()
    version = PackageVersion.objects.filter(digest=digest).only("owner", "name").first()
    if version is None:
        raise UnknownVersionError(digest)
    if version.owner == SITUATIONS and administration is not None:
        raise NotThereError(version.name)
    there = _activations(version.owner, version.name, administration)
    with transaction.atomic():
        rows = list(there.filter(running_or_planned(begins)).select_for_update().order_by("starts"))
        for row in rows:
            if row.starts > begins and (ends is None or row.starts < ends):
                raise PeriodTakenError(version.owner, version.name, row.starts)
            if row.starts <= begins:
                if row.version_id == digest and row.ends == ends:
                    return
                row.ends = begins
                row.save(update_fields=["ends"])
        try:
            with transaction.atomic():
                Activation.objects.create(
                    owner=version.owner,
                    name=version.name,
                    administration=administration,
                    version_id=digest,
                    starts=begins,
                    ends=ends,
                )
        except IntegrityError as error:
            # Somebody else was between 1 and here with the first activation ever: no row to lock yet.
            raise PeriodTakenError(version.owner, version.name, begins) from error


def withdraw(*, owner: str, name: str, administration: UUID | None = None, at: datetime | None = None) -> None:
    """End what is in force (and what is planned) from `at` (default: now): no new request; running cases go on.

    Raises NotActiveError when there is nothing to end.
    """
    instant = at or clock.now()
    with transaction.atomic():
        rows = list(_activations(owner, name, administration).filter(running_or_planned(instant)).select_for_update())
        if not rows:
            raise NotActiveError(owner, name)
        for row in rows:
            # A planned one becomes an empty period: it stays readable that it had been planned.
            row.ends = max(instant, row.starts)
            row.save(update_fields=["ends"])


def _activations(owner: str, name: str, administration: UUID | None) -> QuerySet[Activation]:
    rows = Activation.objects.filter(owner=owner, name=name)
    return rows.filter(administration=administration) if administration else rows.filter(administration__isnull=True)


def _proved(files: Mapping[str, bytes], vocabulary: bytes, prefix: str) -> Package:
    try:
        package = procedures.load(files, vocabulary=vocabulary, prefix=prefix)
    except PackageRefused as refused:
        raise PublicationRefusedError(refused.findings) from refused
    findings = _errors(procedures.prove(package))
    if not findings:  # scenarios of a broken package mislead
        findings = _errors(procedures.prove_scenarios(package, procedures.run_scenarios(package)))
    if findings:
        raise PublicationRefusedError(findings)
    return package


def _proved_situation(
    files: Mapping[str, bytes], vocabulary: bytes, packages: Mapping[str, Package], prefix: str
) -> Situation:
    try:
        found = situations.load(files, vocabulary=vocabulary, packages=packages, prefix=prefix)
    except PackageRefused as refused:
        raise PublicationRefusedError(refused.findings) from refused
    findings = _errors(situations.prove(found))
    findings = findings or _errors(situations.prove_scenarios(found, situations.run_scenarios(found)))
    if findings:
        raise PublicationRefusedError(findings)
    return found


def _errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level == "error")


def _store_situation(found: Situation, closure: bytes) -> None:
    PackageVersion.objects.create(
        digest=found.digest,
        owner=SITUATIONS,
        name=found.name,
        version=found.version,
        competence="",
        title={language: found.title(language) for language in found.languages},
        closure=closure,
        published_at=clock.now(),
    )
    labels = [f"question.{name}.label" for name in found.form.names]
    SearchText.objects.bulk_create(_texts_of_search(found, language, labels) for language in found.languages)


def _store(package: Package, closure: bytes) -> None:
    PackageVersion.objects.create(
        digest=package.digest,
        owner=package.owner,
        name=package.name,
        version=package.version,
        competence=package.administration.kind,
        title={language: package.title(language) for language in package.languages},
        closure=closure,
        published_at=clock.now(),
    )
    SearchText.objects.bulk_create(_search_text(package, language) for language in package.languages)


def _search_text(package: Package, language: str) -> SearchText:
    """Title, keywords (and their synonyms), summary, then the labels of steps and needed things."""
    keys = ["who", *(f"needed.{code}" for code in package.needed)]
    return _texts_of_search(package, language, [*keys, *(f"step.{step.id}.title" for step in package.form.steps)])


def _texts_of_search(found: Package | Situation, language: str, keys: Iterable[str]) -> SearchText:
    title, keywords = found.title(language), " ".join(found.keywords.get(language, ()))
    return SearchText(
        version_id=found.digest,
        language=language,
        title=title,
        summary=found.summary(language),
        keywords=" ".join([keywords, *synonyms.of(f"{title} {keywords}", language)]).strip(),
        body=" ".join(found.text(key, language) for key in keys if found.has_text(key)),
        themes=list(found.themes),
    )
