# SPDX-License-Identifier: EUPL-1.2
"""The conductor: one case of one administration, from its opening to its end."""
