# SPDX-License-Identifier: EUPL-1.2
"""Steps of the bench that need Django, each in a process of its own under one database role."""
