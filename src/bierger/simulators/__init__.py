# SPDX-License-Identifier: EUPL-1.2
"""What stands outside Bierger, played for demonstrations and tests: an identity provider and the registers.

A program of its own with its own port and cookies; refused by production settings. It shares the pure core with Bierger
and nothing else, so that swapping it for the real provider is configuration.
"""
