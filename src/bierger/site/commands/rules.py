# SPDX-License-Identifier: EUPL-1.2
"""`./bierger rules tck DIR` runs the DMN conformance kit; `./bierger rules eval FILE.dmn` takes one decision.

Needs no database, no settings and no Django. Exit status of tck: 0 every case passed, 1 some failed, 2 no kit there;
of eval: 0 decided, or undecided with --unknown, or said why; 1 refused with a sentence; 2 no such file.
"""

import argparse
import csv
import datetime as dt
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bierger.site.given_files import FileRefused
from bierger.site.rule_files import read_input, read_model, read_regular
from bierger_core.rules import (
    ANOTHER,
    Another,
    Case,
    CaseResult,
    DateTime,
    DecisionModel,
    Fails,
    InputRefused,
    InputType,
    Model,
    RulesError,
    Undecided,
    Value,
    compile_partial,
    derive,
    read_cases,
    read_dmn,
    read_json,
    run_case,
    to_feel,
    to_plain,
    to_value,
    why_not,
)
from bierger_core.rules import TimeOfDay as Time
from bierger_core.values import local_date

ANY = InputType("any")
LEVELS = ("compliance-level-2", "compliance-level-3")
EXTERNAL = ("dmn-external-function", "feel-external-function")


@dataclass(frozen=True)
class Outcome:
    """One case of the kit: where it stands and how it ended."""

    level: str
    folder: str
    file: str
    case: str
    result: CaseResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    actions = parser.add_subparsers(dest="action", required=True)
    tck = actions.add_parser("tck", help="run the DMN Technology Compatibility Kit")
    tck.add_argument("folder", type=Path, metavar="DIR", help="the kit, its TestCases, a level or one test")
    tck.add_argument("--csv", type=Path, metavar="FILE", help="write the results in the kit's own format")
    evaluate = actions.add_parser("eval", help="take one decision of a DMN file")
    evaluate.add_argument("file", type=Path, metavar="FILE.dmn")
    evaluate.add_argument("--decision", required=True, metavar="NAME", help="a decision, or a decision service")
    evaluate.add_argument("--input", default="{}", metavar="JSON|@FILE", help="the input data by name")
    evaluate.add_argument(
        "--unknown", action="store_true", help="what is not given is unknown, not null: name what can still matter"
    )
    evaluate.add_argument("--not-null", action="store_true", help="with --unknown: what is unknown will not be left empty")
    evaluate.add_argument("--at", type=_day, metavar="DAY", help="by the law of this day, 2027-01-01; without it, of today")
    evaluate.add_argument("--why", action="store_true", help="how the value came, and what would have to change for another")
    evaluate.add_argument("--why-not", metavar="OUTCOME", help="what would have to change for this outcome, as JSON")
    evaluate.add_argument("--fixed", action="append", default=[], metavar="NAME", help="an input that nobody can change")


def run(args: argparse.Namespace) -> int:
    """Run the action that was asked for."""
    if args.action == "tck":
        return _tck(args.folder, args.csv)
    if args.why or args.why_not is not None:
        return _why(args)
    return _eval_unknown(args) if args.unknown else _eval(args)


def _now() -> DateTime:
    """The host's instant: the core never asks it itself."""
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    nanos = ((now.hour * 60 + now.minute) * 60 + now.second) * 1_000_000_000 + now.microsecond * 1_000
    return DateTime(now.date(), Time(nanos, 0))


def _day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        message = f"{text!r} is no day of the calendar; write it as 2027-01-01."
        raise argparse.ArgumentTypeError(message) from None


def _at(args: argparse.Namespace) -> dt.date:
    """The day by whose law is judged: the one asked for, else today, as the calendar here has it."""
    day: dt.date | None = args.at
    return day or local_date(dt.datetime.fromtimestamp(time.time(), dt.UTC))


# -- the kit ---------------------------------------------------------------------------------------------------------


def _tck(folder: Path, results: Path | None) -> int:
    outcomes = sorted(run_kit(folder), key=lambda one: (one.level, one.folder, one.file))
    if not outcomes:
        sys.stderr.write(f"No test cases under {folder}: a test is a folder with X.dmn and X-test-01.xml.\n")
        return 2
    for one in outcomes:
        if one.result.outcome != "SUCCESS":
            sys.stdout.write(f"{one.folder} {one.file} {one.case}: {one.result.outcome} {one.result.message}\n")
    if results is not None:
        write_csv(results, outcomes)
    for line in totals(outcomes):
        sys.stdout.write(line + "\n")
    return 0 if all(one.result.outcome == "SUCCESS" for one in outcomes) else 1


def run_kit(folder: Path) -> Iterator[Outcome]:
    """Run every case below a folder; models that the kit itself does not score are passed over."""
    for tests in sorted({path.parent for path in folder.rglob("*.xml")}):
        models = sorted(tests.glob("*.dmn"))
        if models and "non-compliant" not in tests.parts:
            for file in sorted(tests.glob("*.xml")):
                yield from _run_file(file, models)


def _run_file(file: Path, models: list[Path]) -> Iterator[Outcome]:
    level = next((part for part in file.resolve().parts if part in LEVELS), "")
    folder = f"{level}/{file.parent.name}" if level else file.parent.name

    def outcome(case: str, result: CaseResult) -> Outcome:
        return Outcome(level, folder, file.stem, case, result)

    try:
        name, cases = read_cases(read_regular(file), path=file.name)
    except (FileRefused, RulesError) as error:
        yield outcome("", CaseResult("ERROR", str(error), null=False))
        return
    main = next((one for one in models if one.name == Path(name).name), None)
    main = main or next((one for one in models if file.name.startswith(one.stem)), models[0])
    try:
        model = read_model(main)
    except (FileRefused, RulesError) as error:
        yield from (outcome(case.id, CaseResult("ERROR", str(error), null=False)) for case in cases)
        return
    for case in cases:
        yield outcome(case.id, _result(model, case))


def _result(model: Model, case: Case) -> CaseResult:
    try:
        result = run_case(model, case, now=_now())
    except Exception as error:  # noqa: BLE001 - a fault of ours fails its own case, not the rest of the kit
        return CaseResult("ERROR", f"{type(error).__name__}: {error}", null=False)
    external = [finding.message for finding in model.findings if finding.code in EXTERNAL]
    if result.outcome == "ERROR" and external:
        return CaseResult("IGNORED", external[0], result.null)
    return result


def totals(outcomes: list[Outcome]) -> list[str]:
    """Give the lines of the summary, each passed/total."""
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for one in outcomes:
        level = f"level {one.level[-1]}" if one.level else "no level"
        for name in (level, "all", *(() if one.result.null else ("expected value not null",))):
            total[name] += 1
            passed[name] += one.result.outcome == "SUCCESS"
    order = ("level 2", "level 3", "no level", "expected value not null", "all")
    return [f"{name}: {passed[name]}/{total[name]}" for name in order if total[name] or name != "no level"]


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """Write the results in the format of the kit: folder, test file, case, outcome, message."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for one in outcomes:
            message = " ".join(one.result.message.split())
            writer.writerow([one.folder, one.file, one.case, one.result.outcome, message])


# -- one decision ----------------------------------------------------------------------------------------------------


def _eval(args: argparse.Namespace) -> int:
    try:
        text, model = read_input(args.input), read_model(args.file, at=_at(args))
    except FileRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except RulesError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    try:
        given = read_json(text)
        if not isinstance(given, dict):
            raise InputRefused(name="input", expected="an object: input data by name", got=type(given).__name__)
        known = {**model.inputs, **{name: model.type_of(name) for name in model.decisions}}
        stray = [name for name in given if name not in known and name.split(".")[0] not in model.imports]
        if stray:
            raise InputRefused(name=stray[0], expected=f"one of {', '.join(model.inputs) or 'no input data'}", got="another name")
        inputs = {name: to_feel(value, model.type_of(name), name=name) for name, value in given.items()}
        decide = model.invoke if args.decision in model.services else model.evaluate
        result = decide(args.decision, inputs, now=_now())
        written = to_plain(result.value)
    except RulesError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    sys.stdout.write(written + "\n")
    for note in result.notes:
        sys.stderr.write(f"note: {note}\n")
    return 0


def _eval_unknown(args: argparse.Namespace) -> int:
    """Decide as far as the input goes. Files of the subset alone: the whole language is not cut into pieces."""
    try:
        text, data = read_input(args.input), read_regular(args.file)
    except FileRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        model = read_dmn(data, path=args.file.name).at(_at(args))
        decision = compile_partial(model, args.decision, may_be_null=() if args.not_null else None)
        verdict = decision.decide(_inputs(model, text))
    except RulesError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    if isinstance(verdict, Fails):
        sys.stderr.write(f"{verdict.code}: however the unknown inputs turn out\n")
        return 1
    if isinstance(verdict, Undecided):
        written = json.dumps({"undecided": verdict.inputs} if verdict.exact else {"undecided": verdict.inputs, "exact": False})
    else:
        written = to_plain(verdict.value)
    sys.stdout.write(written + "\n")
    return 0


def _why(args: argparse.Namespace) -> int:
    """Print how the value came and what would have to change. Files of the subset alone, as for --unknown."""
    try:
        text, data = read_input(args.input), read_regular(args.file)
    except FileRefused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    day = _at(args)
    try:
        whole = read_dmn(data, path=args.file.name)
        model = whole.at(day)
        inputs = _inputs(model, text)
        said: dict[str, object] = {}
        if args.why:
            said["derivation"] = derive(whole, args.decision, inputs, at=day).as_json()
        wanted: Value | Another = ANOTHER
        if args.why_not is not None:
            kind = model.decision(args.decision).type
            wanted = to_value(_dated(read_json(args.why_not), kind, args.decision), name=args.decision)
        said["changes"] = why_not(model, args.decision, inputs, wanted, fixed=args.fixed).as_json()
    except RulesError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return 0


def _inputs(model: DecisionModel, text: str) -> dict[str, object]:
    given = read_json(text)
    if not isinstance(given, dict):
        raise InputRefused(name="input", expected="an object: input data by name", got=type(given).__name__)
    return {name: _known(model, name, value) for name, value in given.items()}


def _known(model: DecisionModel, name: str, value: object) -> object:
    """Fit a value of the JSON to the inputs below a name: texts become dates where the declared type says so."""
    kind = model.inputs.get(name)
    if kind is not None:
        return _dated(value, kind, name)
    if not isinstance(value, dict) or not any(known.startswith(f"{name}.") for known in model.inputs):
        raise InputRefused(name=name, expected=f"one of {', '.join(model.inputs) or 'no input data'}", got="another name")
    return {part: _known(model, f"{name}.{part}", below) for part, below in value.items()}


def _dated(value: object, kind: InputType, name: str) -> object:
    if kind.base == "date" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value) if len(value) == len("2026-01-31") else value
        except ValueError:
            raise InputRefused(name=name, expected="date", got=value[:80]) from None
    if isinstance(value, dict) and kind.components:
        return {part: _dated(one, kind.components.get(part, ANY), f"{name}.{part}") for part, one in value.items()}
    if isinstance(value, (list, tuple)) and kind.item is not None:
        return [_dated(one, kind.item, name) for one in value]
    return value
