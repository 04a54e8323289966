# SPDX-License-Identifier: EUPL-1.2
"""The registers of the demonstration country, asked over HTTP with a bearer secret."""
