# SPDX-License-Identifier: EUPL-1.2
"""A situation as a folder of files: which procedures somebody needs, found with the fewest questions. Import from here only.

    situation = load(files, vocabulary=words, packages={"commune/terrace-permit": package, ...})
    prove(situation) + prove_scenarios(situation, run_scenarios(situation))     -> findings; () when it may be published
    guide = Guide(situation, date(2026, 3, 2))                                  prepared once per version and day
    guide.next({"terrace": True})                                               -> Next: the page to ask, or None
    guide.plan({"terrace": True})                                               -> Plan: what is needed, what is open and why

What a guide gives depends on the version, the day and the answers alone.
"""

from .digest import digest
from .guide import Guide, Next, SituationUndecided
from .load import HARMLESS, MAX_ENTRIES, load, procedures_of
from .plan import Line, Plan, Settles
from .prove import prove
from .scenarios import ScenarioResult, prove_scenarios, run_scenarios
from .types import STATES, Entry, Situation

__all__ = [
    "HARMLESS",
    "MAX_ENTRIES",
    "STATES",
    "Entry",
    "Guide",
    "Line",
    "Next",
    "Plan",
    "ScenarioResult",
    "Settles",
    "Situation",
    "SituationUndecided",
    "digest",
    "load",
    "procedures_of",
    "prove",
    "prove_scenarios",
    "run_scenarios",
]
