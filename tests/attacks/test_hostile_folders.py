# SPDX-License-Identifier: EUPL-1.2
"""Folders of strangers under `./bierger check`: they lead nowhere else, take little, and are refused with a sentence."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from bierger.catalogue.plugins import folder as folders
from bierger.site.commands import check
from bierger_core.procedures import load, prove
from tests.core.situations import small


def written(place: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


@pytest.fixture
def situation(tmp_path: Path) -> Path:
    """The small situation beside its procedures."""
    for key, process in (("road-closure", "review"), ("noise-notice", "notice")):
        written(tmp_path / "procedures" / "commune" / key, small.package_files(key, process))
    return written(tmp_path / "situations" / "street-party", small.files())


def codes(found: check.Checked) -> set[str]:
    return {one.code for one in found.findings}


def test_links_are_not_followed(situation, tmp_path):
    """Two links to their own folder are a billion ways through it; one to `/` is everything there is."""
    for name in ("one", "two", "three"):
        (tmp_path / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "out").symlink_to("/", target_is_directory=True)
    assert list(check.find_packages(tmp_path, check.SITUATION)) == [situation]
    (situation / "texts" / "more").symlink_to("/etc", target_is_directory=True)
    (situation / "scenarios" / "passwd.yaml").symlink_to("/etc/passwd")
    assert check.check_situation(situation).findings == ()
    with pytest.raises(folders.FolderRefusedError):
        folders.read_folder(situation)


def test_a_library_with_a_link_in_it_is_refused_with_a_sentence(tmp_path):
    files = {name: content for name, content in small.package_files("road-closure").items() if not name.startswith("library/")}
    package = written(tmp_path / "procedures" / "commune" / "road-closure", files)
    library = tmp_path / "procedures" / "library" / "review"
    shutil.copytree(small.LIBRARY / "review", library)
    assert codes(check.check(package)) == set()
    (library / "passwd.yaml").symlink_to("/etc/passwd")
    assert codes(check.check(package)) == {"folder-refused"}


def test_a_folder_of_thousands_of_files_is_not_read_to_its_end(situation):
    for number in range(600):
        (situation / "scenarios" / f"s{number}.yaml").write_bytes(b"x" * 100_000)
    assert len(check.read_package(situation)) < 600
    assert "package-too-large" in codes(check.check_situation(situation))


def test_a_vocabulary_without_an_end_is_not_read_to_it(situation, tmp_path):
    """It is looked for above the folder too: whoever checks a package did not choose it."""
    vocabulary = tmp_path / "vocabulary.yaml"
    vocabulary.touch()
    os.truncate(vocabulary, 10 * folders.MOST_BYTES)
    assert len(folders.vocabulary_for(situation)) == folders.MOST_BYTES
    assert "yaml-too-large" in codes(check.check_situation(situation))


@pytest.mark.parametrize("more", ["decimals: 100000000", "decimals: 13", "decimals: -1"])
def test_more_decimals_than_anybody_types_are_refused(situation, more):
    form = small.FORM.replace("min: 1, max: 10", f"min: 1, max: 10, {more}")
    written(situation, {"form.yaml": form.encode()})
    assert codes(check.check_situation(situation)) == {"wrong-type"}


@pytest.mark.parametrize("name", ["page", "skip", "change", "ask", "unknown", "procedure", "csrfmiddlewaretoken"])
def test_a_question_is_not_named_like_a_word_of_the_address(situation, name):
    """It would be taken for one: `?page=street` means that a page was sent."""
    files = {path: content.replace(b"ground", name.encode()) for path, content in small.files().items()}
    assert codes(check.check_situation(written(situation, files))) == {"name-taken"}


@pytest.mark.parametrize("name", ["attach", "remove", "own", "csrfmiddlewaretoken"])
def test_a_question_is_not_named_like_a_button(name):
    files = {path: content.replace(b"place", name.encode()) for path, content in small.package_files("road-closure").items()}
    assert "name-taken" in {one.code for one in prove(load(files, vocabulary=small.VOCABULARY))}


def test_decisions_that_make_everybody_wait_are_refused(situation, monkeypatch):
    """The bound is on what is computed, not on a clock: the same on every machine."""
    assert codes(check.check_situation(situation)) == set()
    monkeypatch.setattr(sys.modules["bierger_core.situations.prove"], "MAX_NODES", 5)  # `prove` of the package is the function
    assert codes(check.check_situation(situation)) == {"interview-too-large"}


BOMB = b"a: &a [x, x, x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + one, 98 + one, 97 + one, 97 + one) for one in range(20))
WRONG = {
    "bomb": ("situation.yaml", BOMB, "yaml-alias"),
    "tag": ("situation.yaml", b"a: !!python/object/apply:os.system [id]\n", "yaml-tag"),
    "twice": ("situation.yaml", small.SITUATION.encode() + b"situation: other\n", "yaml-duplicate-key"),
    "utf-16": ("situation.yaml", small.SITUATION.encode("utf-16"), "yaml-encoding"),
    "latin-1": ("texts/fr.yaml", "standard: {title: é}".encode("latin-1"), "yaml-encoding"),
    "nul": ("form.yaml", small.FORM.encode() + b"\0", "yaml-syntax"),
    "deep": ("form.yaml", b"[" * 100_000, "yaml-too-deep"),
    "scalar": ("situation.yaml", b"street", "not-a-mapping"),
    "empty": ("decisions.dmn", b"", "xml-malformed"),
    "number": ("form.yaml", small.FORM.replace("max: 10", "max: 1e999999").encode(), "wrong-type"),
    "cost": ("situation.yaml", small.SITUATION.replace("procedures:", "costs: {music: .nan}\nprocedures:").encode(), "bad-cost"),
    "itself": ("situation.yaml", small.SITUATION.replace("[commune/road-closure]", "[commune/noise-notice]").encode(), "dependency-circle"),
    "elsewhere": ("situation.yaml", small.SITUATION.replace("commune/road-closure", "../../etc").encode(), "unknown-procedure"),
    "cycle": ("decisions.dmn", small.DECISIONS.replace('<requiredInput href="#i1"/>', '<requiredDecision href="#closure"/>').encode(), "dmn-cycle"),
    "day": ("scenarios/unsure.yaml", small.UNSURE.replace("2026-03-02", "2026-02-31").encode(), "wrong-type"),
    "answer": ("scenarios/unsure.yaml", small.UNSURE.replace('"3"', '"1e9999"').encode(), "scenario"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(situation, name):
    path, content, code = WRONG[name]
    assert code in codes(check.check_situation(written(situation, {path: content})))
