# SPDX-License-Identifier: EUPL-1.2
"""The codes an answer can be refused with. Screens have one sentence for each, in every language.

`require` is the exception: its sentence belongs to the package (text key `require.<params["code"]>`).
"""

from collections.abc import Mapping
from types import MappingProxyType

ERROR_PARAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "required": (),
        "bad-characters": (),
        "too-long": ("max",),
        "too-short": ("min",),
        "too-many-values": (),
        "not-a-number": (),
        "too-many-decimals": ("max",),
        "too-small": ("min",),
        "too-large": ("max",),
        "not-a-date": (),
        "date-impossible": (),
        "date-in-future": (),
        "date-in-past": (),
        "date-too-early": ("min",),
        "date-too-late": ("max",),
        "not-a-boolean": (),
        "not-a-choice": (),
        "bad-email": (),
        "bad-phone": (),
        "bad-matricule": (),
        "bad-organisation-number": (),
        "bad-iban": (),
        "bad-postal-code": (),
        "bad-commune": (),
        "bad-parcel": (),
        "bad-place": (),
        "bad-media-type": ("accept",),
        "file-empty": (),
        "file-too-large": ("max",),
        "too-many-files": ("max",),
        "require": ("code",),
    }
)
ERROR_CODES = frozenset(ERROR_PARAMS)
