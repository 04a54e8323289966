# SPDX-License-Identifier: EUPL-1.2
"""The demonstration: a small process without Django that starts, watches and stops everything else."""
