# SPDX-License-Identifier: EUPL-1.2
"""The population register, as the tests of cases have it."""

from tests.registers import register, simulators

__all__ = ["register", "simulators"]
