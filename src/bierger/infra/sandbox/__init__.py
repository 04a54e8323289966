# SPDX-License-Identifier: EUPL-1.2
"""Untrusted bytes are opened in a process of their own.

A spawned worker (never forked: a process in which Typst has run hangs for ever in a fork) that has no network, no secrets in its
environment, little memory, little time, and gets and gives nothing but frames of JSON and bytes. An app has a module that calls
`worker.main` with what the worker can do, and makes a `Sandbox` of pools for it.
"""

from bierger.infra.sandbox.pool import WAIT_SECONDS, Answer, Lanes, Limits, Pool, Sandbox, Worker
from bierger.infra.sandbox.refusals import Refused

__all__ = ["WAIT_SECONDS", "Answer", "Lanes", "Limits", "Pool", "Refused", "Sandbox", "Worker"]
