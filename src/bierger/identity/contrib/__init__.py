# SPDX-License-Identifier: EUPL-1.2
"""The wire to the identity provider."""
