# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's verbs. They run as the owner role (`./bierger publish` …): web and worker may only read."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bierger.catalogue.errors import NotActiveError, PeriodTakenError, PublicationRefusedError, UnknownVersionError
from bierger.catalogue.models import Activation, PackageVersion, SearchText, running_or_planned
from bierger.catalogue.plugins import synonyms
from bierger.catalogue.plugins.closure import pack
from bierger.catalogue.plugins.folder import package_folders, read_folder
from bierger.catalogue.types import Published
from bierger.infra import clock
from bierger_core import procedures
from bierger_core.procedures import Package, PackageRefused

__all__ = ["activate", "package_folders", "publish", "read_folder", "withdraw"]


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
    findings = tuple(finding for finding in procedures.prove(package) if finding.level == "error")
    if not findings:  # scenarios of a broken package mislead
        results = procedures.run_scenarios(package)
        findings = tuple(one for one in procedures.prove_scenarios(package, results) if one.level == "error")
    if findings:
        raise PublicationRefusedError(findings)
    return package


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
    title, keywords = package.title(language), " ".join(package.keywords.get(language, ()))
    keys = ["who", *(f"needed.{code}" for code in package.needed)]
    keys += [f"step.{step.id}.title" for step in package.form.steps]
    body = " ".join(package.text(key, language) for key in keys if package.has_text(key))
    return SearchText(
        version_id=package.digest,
        language=language,
        title=title,
        summary=package.summary(language),
        keywords=" ".join([keywords, *synonyms.of(f"{title} {keywords}", language)]).strip(),
        body=body,
        themes=list(package.themes),
    )
