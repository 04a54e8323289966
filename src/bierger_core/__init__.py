# SPDX-License-Identifier: EUPL-1.2
"""The law of Bierger in plain Python: no framework, no I/O, no clock, no randomness.

Everything that changes from call to call is an argument: state, instant, salt, signer. So the same rule gives the same
answer on a page, in a batch, in a test and in ten years.
"""
