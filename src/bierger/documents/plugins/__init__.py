# SPDX-License-Identifier: EUPL-1.2
"""Exchangeable parts, without rows: the sandbox for untrusted bytes, codes, document types, reading a log from outside."""
