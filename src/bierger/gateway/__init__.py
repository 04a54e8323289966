# SPDX-License-Identifier: EUPL-1.2
"""The gateway: addresses for machines. In this release the log, readable by anybody."""
