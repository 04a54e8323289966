# SPDX-License-Identifier: EUPL-1.2
"""The officer's desk: worklist, case, tasks. It shows and asks; what happens is `cases.services`' business."""
