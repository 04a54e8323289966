# SPDX-License-Identifier: EUPL-1.2
"""What people do, in a real browser, against the demonstration as `./bierger demo` starts it."""
