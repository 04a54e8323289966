# SPDX-License-Identifier: EUPL-1.2
"""`./bierger demo`: the demonstration, until Ctrl-C."""

from __future__ import annotations

import argparse
import os

from bierger.site.demo import ports
from bierger.site.demo.errors import ProductionRefusedError
from bierger.site.demo.place import Place, data_folder
from bierger.site.demo.supervisor import Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000, help="port of the site; the simulators take the next one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= ports.HIGHEST:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {ports.HIGHEST}, not {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Errors: DemonstrationError, EmbeddedPostgresError."""
    environment = os.environ.setdefault("BIERGER_ENV", "demo")
    if environment != "demo":
        raise ProductionRefusedError(environment)
    return Supervisor(Place(data=data_folder(), host=arguments.host, port=arguments.port)).run()
