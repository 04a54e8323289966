# SPDX-License-Identifier: EUPL-1.2
"""One word for one thing: the page names all of them, each once, and what is built is called so in the code."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "words.md"
BUILT = """
administration, service, officer, principal, person, organisation, space, mandate, situation, procedure, package, form, step, question, answer,
interview, draft, filing, submission, case, party, grant, task, work, opinion, decision, act, message, letter, channel, mailbox, register,
evidence, disclosure, reading, report, log, leaf, checkpoint, witness, node, seal, bundle, plan
"""
TO_COME = """
sitting, agenda item, motion, vote, minutes, deliberation, subscription, appointment, slot, counter, campaign, invitation,
inquiry, contribution
"""
# Words of a part that is not built, and which names and codes hold them already: something else, that everybody calls so; or the
# first piece of it, as the letters of a campaign are. The page says the same.
ALSO = {
    "minutes": {"minutes"}, "slot": {"_with_slots"}, "counter": {"ActCounter", "StatusCounter", "counter"},
    "campaign": {"Campaign"}, "inquiry": {"inquiry"},
}  # fmt: skip
# The word of a standard for something else: RFC 3161 has time stamps, and an authority that gives them.
STANDARD = {"authority", "stamp"}


# What others call these things. Whoever brings one of them in gives a thing its second word.
SECOND = {
    "administration": "tenant, municipality, authority, agency", "service": "department, team", "officer": "employee, agent",
    "person": "citizen, customer", "mandate": "proxy, delegation, procuration", "procedure": "workflow", "form": "questionnaire, wizard",
    "case": "dossier, ticket", "grant": "permission", "decision": "ruling", "act": "deliverable", "filing": "demand", "mailbox": "inbox",
    "seal": "stamp", "witness": "cosigner",
}  # fmt: skip


def words(text: str) -> list[str]:
    return [word for word in re.split(r",\s*", text.strip()) if word]


def terms(page: str) -> list[str]:
    """What the first column of the page's tables names."""
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    return [word for row in rows if row != "word" for word in words(row)]


def names() -> set[str]:
    """Parts of the names of classes, functions, folders and files: `MandateView` and `end_mandate` hold "mandate". Of packages too,
    and of the nodes of their processes.
    """
    packages = [path for path in (ROOT / "procedures").rglob("*") if path.is_file()]
    drawn = [node for path in packages if path.suffix == ".bpmn" for node in re.findall(r' id="([\w-]+)"', path.read_text())]
    found = set(re.findall(r"[a-z]+", " ".join([*drawn, *(str(path.relative_to(ROOT)) for path in packages)])))
    for path in (ROOT / "src").rglob("*.py"):
        named = [*path.relative_to(ROOT / "src").with_suffix("").parts, *re.findall(r"\b(?:class|def) (\w+)", path.read_text())]
        found |= {part.lower() for name in named for part in re.findall(r"[A-Z]?[a-z]+", name)}
    return found


def test_the_page_names_every_word_once():
    assert sorted(terms(PAGE.read_text())) == sorted([*words(BUILT), *words(TO_COME)])


def test_what_is_built_is_called_so_in_the_code():
    called = names()
    plural = {"party": "parties", "person": "people", "leaf": "leaves"}
    assert [word for word in words(BUILT) if not {word, f"{word}s", plural.get(word, word)} & called] == []


def holding(wanted: list[str], texts: dict[str, str]) -> dict[str, set[str]]:
    """Word -> names of modules, classes and functions that hold it, and codes that are it; `texts`: what each module says."""
    found: dict[str, set[str]] = {}
    for path, text in texts.items():
        named = [*Path(path).with_suffix("").parts, *re.findall(r"\b(?:class|def) (\w+)", text)]
        parts = [(name, {part.lower() for part in re.findall(r"[A-Z]?[a-z]+", name)}) for name in named]
        parts += [(code, {code}) for code in re.findall(r"""["']([a-z-]+)["']""", text)]
        for word in wanted:
            if held := {name for name, some in parts if {word, f"{word}s"} & some}:
                found.setdefault(word, set()).update(held)
    return found


def test_nothing_else_is_called_by_a_word_to_come():
    sources = ROOT / "src"
    found = holding(words(TO_COME), {str(path.relative_to(sources)): path.read_text() for path in sources.rglob("*.py")})
    assert found == ALSO
    assert not ({word for word in words(TO_COME) if {word, f"{word}s"} & names()} - set(ALSO))  # in packages neither
    said = PAGE.read_text().split("not built yet")[1].split("| word |")[0]
    assert [word for word in ALSO if word not in said] == []


def test_a_planted_name_or_code_is_found():
    planted = {"cases/slots.py": "class InquiryView: ...\ndef end_vote(): ...\nKINDS = ('motion', 'promotion')\n"}
    assert holding(["slot", "inquiry", "vote", "motion"], planted) == {
        "slot": {"slots"}, "inquiry": {"InquiryView"}, "vote": {"end_vote"}, "motion": {"motion"}
    }  # fmt: skip


def test_no_thing_has_a_second_word():
    others = [word for line in SECOND.values() for word in words(line)]
    assert len(others) > 15
    called = names()
    assert [word for word in others if word not in STANDARD and {word, f"{word}s", f"{word.removesuffix('y')}ies"} & called] == []


def test_a_word_that_is_missing_is_missed():
    assert terms("| word | meaning |\n|---|---|\n| log, leaf | x |\n\n| act | y |\n") == ["log", "leaf", "act"]
    assert "witness" not in terms(PAGE.read_text().replace("| witness |", "| watcher |"))
