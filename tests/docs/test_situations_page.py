# SPDX-License-Identifier: EUPL-1.2
"""The files of docs/reference/situations.md, taken from the page and put into a folder, are a situation that may be published."""

import shutil
from pathlib import Path

from bierger.site.commands.check import check, check_situation
from tests.core.situations import small
from tests.docs.blocks import ROOT, blocks_of

NAME = "docs/reference/situations.md"


def put(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def test_the_page_is_a_situation_and_a_procedure(tmp_path: Path):
    blocks = blocks_of(NAME)
    assert [one.language for one in blocks] == ["text", "sh", "yaml", "yaml", "xml", "yaml", "yaml", "yaml", "yaml"]
    situation, form, decisions, texts, scenario, costs, procedure = (one.text for one in blocks[2:])
    shutil.copy(ROOT / "procedures" / "vocabulary.yaml", tmp_path)
    procedures = tmp_path / "procedures" / "commune"
    own = {path: content for path, content in small.package_files("road-closure").items() if not path.startswith("library/")}
    put(procedures / "road-closure", {**own, "procedure.yaml": f"{procedure}\n{costs}".encode()})
    put(procedures / "noise-notice", small.package_files("noise-notice", "notice"))
    files = small.files(situation=situation, form=form, decisions=decisions, texts=texts, scenario=scenario)
    put(tmp_path / "situations" / "street-party", files)
    looked = [check(procedures / "road-closure"), check(procedures / "noise-notice"), check_situation(tmp_path / "situations" / "street-party")]
    assert [one.findings for one in looked] == [(), (), ()]
    assert [one.scenarios for one in looked] == [1, 1, 2]


def test_the_commands_are_those_of_the_command_line():
    from bierger.site.cli import COMMANDS

    (shell,) = (one for one in blocks_of(NAME) if one.language == "sh")
    said = [line.split() for line in shell.commands]
    assert [words[0] for words in said] == ["./bierger"] * 4
    assert {words[1] for words in said} == {"check", "publish", "list"} <= set(COMMANDS)
