# SPDX-License-Identifier: EUPL-1.2
"""Migrations of site: rights on the tables of libraries."""
