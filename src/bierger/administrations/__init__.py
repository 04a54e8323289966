# SPDX-License-Identifier: EUPL-1.2
"""Tenants: the State bodies and communes that Bierger serves, their services, officers, roles and colours."""
