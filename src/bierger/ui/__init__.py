# SPDX-License-Identifier: EUPL-1.2
"""Components and form fields that draw themselves; every public module may be used by the screens of other apps."""
