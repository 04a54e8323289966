# SPDX-License-Identifier: EUPL-1.2
"""Parts without tables: the closure of a version, a folder on disk, search words, the search itself."""
