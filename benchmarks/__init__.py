# SPDX-License-Identifier: EUPL-1.2
"""`make bench`: the whole system on a database of its own, measured over HTTP; one run, one table."""
