# SPDX-License-Identifier: EUPL-1.2
"""Tests of rules: FEEL, DMN, analysis of tables."""
