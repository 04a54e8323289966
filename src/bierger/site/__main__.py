# SPDX-License-Identifier: EUPL-1.2
"""`python -m bierger.site`: the command line; `./bierger` in the clone calls it."""

import sys

from bierger.site.cli import main

sys.exit(main(sys.argv[1:]))
