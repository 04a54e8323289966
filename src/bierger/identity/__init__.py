# SPDX-License-Identifier: EUPL-1.2
"""People, organisations, the spaces they act in, mandates, and the sign-in through an OpenID Connect provider."""
