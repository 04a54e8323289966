# SPDX-License-Identifier: EUPL-1.2
"""Published, immutable versions of procedures; which one is in force; information sheets; search.

Front door: `services` (publish, activate, withdraw), `selectors` (package, active, sheet, search), `types`, `errors`.
"""
