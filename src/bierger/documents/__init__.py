# SPDX-License-Identifier: EUPL-1.2
"""Documents: uploads kept encrypted, acts sealed, rendered and logged, and anybody's check of them.

Others enter through `services` (verbs), `selectors` (reads), `types` and `errors`; `tasks` says which topics are heard.
"""
