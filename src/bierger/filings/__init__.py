# SPDX-License-Identifier: EUPL-1.2
"""From the first answer to the receipt: drafts, attachments, submission."""
