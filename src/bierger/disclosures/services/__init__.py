# SPDX-License-Identifier: EUPL-1.2
"""Record a reading; seal what was recorded; order that a reading is told later; open who read; erase what is old."""

from bierger.disclosures.services.delays import end_delay, extend_delay, order_delay
from bierger.disclosures.services.erasure import erase_readings, forget_case, forget_chain
from bierger.disclosures.services.notarise import seal_all, seal_batch
from bierger.disclosures.services.oversight import open_reading
from bierger.disclosures.services.recording import purpose_of_case, record

__all__ = [
    "end_delay",
    "erase_readings",
    "extend_delay",
    "forget_case",
    "forget_chain",
    "open_reading",
    "order_delay",
    "purpose_of_case",
    "record",
    "seal_all",
    "seal_batch",
]
