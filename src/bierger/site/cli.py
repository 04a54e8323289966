# SPDX-License-Identifier: EUPL-1.2
"""The command line's table: name, module, one line of help, and the database role the command plays.

A command is a module with `add_arguments(parser)` and `run(arguments) -> int` (exit status). Only the module of the
command that was asked for is imported, so that `check` and `verify` work without Django, a database or a configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from bierger.infra.postgres.errors import EmbeddedPostgresError
from bierger.infra.postgres.roles import Role
from bierger.site.demo import borrowed
from bierger.site.demo.errors import DemonstrationError
from bierger.site.environment import ConfigurationError
from bierger.site.sentences import sentence

ENDED_BY_READER = 141  # 128 + SIGPIPE, as a shell reports it


class CommandModule(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


@dataclass(frozen=True)
class Command:
    """`database`: the role whose address the command finds in DATABASE_URL; the demonstration's if none is set. What it does
    with `arguments.offline` needs none.

    `fresh`: the command may begin on a folder that holds no demonstration yet.
    `passes_on`: the arguments belong to another program and are handed over untouched, as `arguments.arguments`.
    """

    module: str
    help: str
    database: Role | None = None
    fresh: bool = False
    passes_on: bool = False


_HERE = "bierger.site.commands"
COMMANDS: dict[str, Command] = {
    "demo": Command("bierger.site.demo.command", "start the demonstration, until Ctrl-C"),
    "check": Command(f"{_HERE}.check", "prove packages and run their scenarios"),
    "publish": Command(f"{_HERE}.publish", "store a package as an immutable version", "owner"),
    "activate": Command(f"{_HERE}.activate", "offer a published version", "owner"),
    "withdraw": Command(f"{_HERE}.withdraw", "stop offering a published version", "owner"),
    "list": Command(f"{_HERE}.list", "list published versions", "owner"),
    "verify": Command(f"{_HERE}.verify", "verify an act: authentic or not, and why"),
    "log": Command(f"{_HERE}.log", "see a log: status, verify, prove, audit, watch; keep one: init, serve, append, mend, begin"),
    "keys": Command(f"{_HERE}.keys", "list, rotate, retire or revoke the keys that sign", "worker"),
    "rules": Command(f"{_HERE}.rules", "take a decision of a DMN file, or run the DMN conformance kit"),
    "backup": Command(f"{_HERE}.backup", "back up database, attachments, log and keys", "owner"),
    "restore": Command(f"{_HERE}.restore", "restore a backup", "owner", fresh=True),
    "retention": Command(f"{_HERE}.retention", "say what is kept how long; erase, hold, verify a proof", "worker"),
    "worker": Command(f"{_HERE}.worker", "run jobs, timers and the log's sequencer", "worker"),
    "jobs": Command(f"{_HERE}.jobs", "show what waits or failed, and try it again", "owner"),
    "rebuild-log": Command(f"{_HERE}.rebuild_log", "write the log's folder again from the database", "owner"),
    "clock": Command(f"{_HERE}.clock", "show or confirm the clock; move the demonstration's", "owner"),
    "manage": Command(f"{_HERE}.manage", "Django's own commands, for example migrate", "owner", passes_on=True),
    "demo-prepare": Command(f"{_HERE}.demo_prepare", "fill the demonstration's database (demo calls it)", "owner"),
}


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit status: 0 done, 1 refused with a sentence, 2 wrong use."""
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())  # noqa: T201 - this is the terminal
        return 0 if words else 2
    name, rest = words[0], list(words[1:])
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"Did you mean “{near[0]}”?" if near else "`./bierger help` lists them."
        return _complain(f"There is no command “{name}”. {hint}", status=2)
    try:
        return _run(name, COMMANDS[name], rest)
    except (DemonstrationError, EmbeddedPostgresError, ConfigurationError) as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `./bierger list | head`
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENDED_BY_READER


def _run(name: str, command: Command, rest: list[str]) -> int:
    # The table above is the whole list of what can be imported here; no contract's arrow is hidden by it.
    module = cast("CommandModule", importlib.import_module(command.module))  # noqa: TID251 - as above, from our table
    parser = argparse.ArgumentParser(prog=f"bierger {name}", description=sentence(command.help))
    if command.passes_on:
        arguments = argparse.Namespace(arguments=rest)
    else:
        module.add_arguments(parser)
        arguments = parser.parse_args(rest)
    if command.database is None or getattr(arguments, "offline", False):
        return module.run(arguments)
    with borrowed.database(command.database, fresh=command.fresh) if borrowed.wanted() else contextlib.nullcontext():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bierger.site.settings")
        return module.run(arguments)


def _overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{command.help}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: ./bierger COMMAND [-h] ...", "", *lines])


def _complain(sentence: str, status: int = 1) -> int:
    print(f"bierger: {sentence}", file=sys.stderr)  # noqa: T201 - this is the terminal
    return status
