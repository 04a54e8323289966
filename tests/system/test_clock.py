# SPDX-License-Identifier: EUPL-1.2
"""One clock: it can be moved in the demonstration, stopped in a test, and neither in production."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError
from django.test import override_settings

from bierger.infra import clock
from bierger.infra.errors import ClockRefused
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.site.cli import COMMANDS
from bierger.site.commands import clock as command


def test_moving_the_clock_of_the_demonstration_moves_it_for_everybody(transactional, as_owner):
    with override_settings(BIERGER_ENV="demo"):
        with as_owner():
            assert command.run(argparse.Namespace(by=timedelta(days=90), trust=False)) == 0
        with acting_as(ANONYMOUS):
            assert timedelta(days=89) < clock.now() - clock.real_now() < timedelta(days=91)
        with as_owner():
            clock.move(timedelta(days=-90))
        with acting_as(ANONYMOUS):
            assert abs(clock.now() - clock.real_now()) < timedelta(minutes=1)


def test_its_command_signs_in_as_the_owner():
    assert COMMANDS["clock"].database == "owner"


def test_neither_web_nor_worker_moves_it(transactional, as_worker):
    """Rights end by this clock: who can turn it back could give themselves what was taken away."""
    with override_settings(BIERGER_ENV="demo"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            clock.move(timedelta(days=-90))
        with as_worker(), pytest.raises(ProgrammingError, match="permission denied"):
            clock.move(timedelta(days=-90))


def test_production_refuses_to_move_it(transactional, capsys):
    with override_settings(BIERGER_ENV="production"):
        with pytest.raises(ClockRefused):
            clock.move(timedelta(days=1))
        assert command.run(argparse.Namespace(by=timedelta(days=1), trust=False)) == 1


def test_a_stopped_clock_stands(frozen):
    frozen(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert clock.now() == datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert clock.today().isoformat() == "2027-01-01"  # it is past midnight in Luxembourg


@pytest.mark.parametrize(("text", "span"), [("+90d", timedelta(days=90)), ("36h", timedelta(hours=36)), ("-15m", timedelta(minutes=-15))])
def test_spans(text, span):
    assert command._span(text) == span


@pytest.mark.parametrize("text", ["", "soon", "1y", "--5d"])
def test_other_words_are_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        command._span(text)


@pytest.mark.parametrize("said", ["-90d", "+36h", "15m"])
def test_the_command_line_takes_a_span_with_a_dash(said):
    parser = argparse.ArgumentParser(prog="clock", exit_on_error=False)
    command.add_arguments(parser)
    assert parser.parse_args([said]).by == command._span(said)
