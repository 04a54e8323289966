# SPDX-License-Identifier: EUPL-1.2
"""The counter: asks the core, stores the answer, shows it."""
