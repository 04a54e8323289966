# SPDX-License-Identifier: EUPL-1.2
"""Tables as sets of bits: columns cut at the constants of their cells, each piece with the rules it satisfies."""
