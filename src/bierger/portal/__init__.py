# SPDX-License-Identifier: EUPL-1.2
"""The citizen's and the firm's screens."""
