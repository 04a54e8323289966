# SPDX-License-Identifier: EUPL-1.2
"""Delivery: getting a result to a person. In this release the mailbox of a space; letters and other channels come beside it."""
