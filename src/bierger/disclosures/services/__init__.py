# SPDX-License-Identifier: EUPL-1.2
"""Record a reading; seal what was recorded; order that a reading is told later; erase what is old."""

from bierger.disclosures.services.delays import extend_delay, order_delay
from bierger.disclosures.services.erasure import erase_readings
from bierger.disclosures.services.notarise import seal_batch
from bierger.disclosures.services.recording import purpose_of_case, record

__all__ = ["erase_readings", "extend_delay", "order_delay", "purpose_of_case", "record", "seal_batch"]
