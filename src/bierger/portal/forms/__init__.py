# SPDX-License-Identifier: EUPL-1.2
"""Forms: the steps of a draft, and the tasks an administration waits for."""

from bierger.portal.forms.begun import BRAKED, BegunForm, begun_form, collect_files, only_files
from bierger.portal.forms.drafts import (
    OPENED,
    attached,
    bundle_parts,
    bundle_rows,
    check_errors,
    check_rows,
    commune_choices,
    plain,
    raw_of,
    served_choices,
    step_page,
)
from bierger.portal.forms.mandates import Asked, mandate_fields, read_mandate
from bierger.portal.forms.tasks import ANSWER_FILES, TaskPage, task_page

__all__ = [
    "ANSWER_FILES",
    "BRAKED",
    "OPENED",
    "Asked",
    "BegunForm",
    "TaskPage",
    "attached",
    "begun_form",
    "bundle_parts",
    "bundle_rows",
    "check_errors",
    "check_rows",
    "collect_files",
    "commune_choices",
    "mandate_fields",
    "only_files",
    "plain",
    "raw_of",
    "read_mandate",
    "served_choices",
    "step_page",
    "task_page",
]  # fmt: skip
