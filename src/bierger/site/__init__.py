# SPDX-License-Identifier: EUPL-1.2
"""The only place that names every app: settings, addresses, workers, command line."""
