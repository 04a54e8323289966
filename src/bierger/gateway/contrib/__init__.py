# SPDX-License-Identifier: EUPL-1.2
"""Protocols of others, spoken for machines."""
