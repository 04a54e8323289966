# SPDX-License-Identifier: EUPL-1.2
"""Decision tables beside their peers, and the proof of a large one: `make bench-rules`, `python -m benchmarks.rules`."""
