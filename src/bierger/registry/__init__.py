# SPDX-License-Identifier: EUPL-1.2
"""Authentic sources asked over HTTP: what a register already knows is not asked of people again."""
