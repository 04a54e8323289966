# SPDX-License-Identifier: EUPL-1.2
"""Periodic work of flows."""

from bierger.flows.services import poll_timers

PERIODIC = {"timers": (0.5, poll_timers)}
