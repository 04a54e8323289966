# SPDX-License-Identifier: EUPL-1.2
"""`python -m benchmarks.inside STEP JSON`: runs a step, prints its answer as one line of JSON."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from benchmarks.inside import acts, capture, letters, log, profile, readings, seed  # noqa: E402 - models need the registry

STEPS = {
    "seed": seed.run,
    "capture": capture.run,
    "profile": profile.run,
    "acts-ask": acts.ask,
    "acts-wait": acts.wait,
    "letters": letters.run,
    "log": log.run,
    "readings": readings.run,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2]))))
