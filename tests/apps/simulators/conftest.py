# SPDX-License-Identifier: EUPL-1.2
"""The simulators that these tests ask over HTTP."""

from tests.registers import simulators

__all__ = ["simulators"]
