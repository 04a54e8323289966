# SPDX-License-Identifier: EUPL-1.2
"""The population register, as the tests of cases have it."""

from tests.apps.documents.fixtures import data_folder
from tests.registers import register, simulators

__all__ = ["data_folder", "register", "simulators"]
