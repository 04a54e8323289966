# SPDX-License-Identifier: EUPL-1.2
"""Templates, PDFs and photos are opened in a process of their own (`infra.sandbox`). `run` is the one door."""

from bierger.documents.plugins.sandbox.pool import run, stop
from bierger.infra.sandbox import Answer, Limits

__all__ = ["Answer", "Limits", "run", "stop"]
