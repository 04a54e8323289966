# SPDX-License-Identifier: EUPL-1.2
"""Exchangeable parts: where the log's files lie, where private keys lie."""
