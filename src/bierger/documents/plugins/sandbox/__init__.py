# SPDX-License-Identifier: EUPL-1.2
"""Untrusted bytes are opened in a process of their own.

Templates come from packages, PDFs and photos from anybody. Each is handed to a spawned worker (never forked: a process in which
Typst has run hangs for ever in a fork) that has no network, no secrets in its environment, little memory, little time, and
gets and gives nothing but frames of JSON and bytes. `run` is the one door.
"""

from bierger.documents.plugins.sandbox.pool import Answer, Limits, run, stop

__all__ = ["Answer", "Limits", "run", "stop"]
