# SPDX-License-Identifier: EUPL-1.2
"""Why: how a value came (`derivation`), what would have to change (`changes`), both in words (`words`)."""
