# SPDX-License-Identifier: EUPL-1.2
"""Processes as rows: tokens, tasks, timers. Runs bierger_core.process for whoever sits above."""
