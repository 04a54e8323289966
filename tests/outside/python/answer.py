# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - it speaks with the test through its output
"""Keeps a verifier's modules in memory: answer.py SCRIPT reads a JSON list of words a line, answers whether SCRIPT's main took them.

One line of JSON for each: [true, what it printed] or [false, what it printed and why it stopped].
"""

import contextlib
import importlib.util
import io
import json
import sys
import traceback

specification = importlib.util.spec_from_file_location("script", sys.argv[1])
script = importlib.util.module_from_spec(specification)
specification.loader.exec_module(script)
answers = sys.stdout
for line in sys.stdin:
    words, holds = io.StringIO(), True
    with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        try:
            script.main(*json.loads(line))
        except SystemExit as stopped:
            holds = not stopped.code
            print(stopped.code)
        except Exception:  # noqa: BLE001 - whatever a verifier raises is a refusal, told in its own words
            holds = False
            traceback.print_exc()
    print(json.dumps([holds, words.getvalue()]), file=answers, flush=True)
