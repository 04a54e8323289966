# SPDX-License-Identifier: EUPL-1.2
"""Where those who write procedures try things out. Nothing that is tried here is kept."""
