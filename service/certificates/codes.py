"""The unique code (唯一标识码) of a digital certificate: ``CL1.BUSINESSLICENSE.7Q2M9V….001.K``.

Shaped after GB/T 36904-2018, whose codes are a root, the type, the issuer, a serial number, a version and a check
character by ISO 7064 MOD 37,36 (GB/T 17710-2008). The root of that standard is given out to authorities; ``CL1`` says
that this platform issued the code and that no authority did. Public lookup answers whoever knows a code, so the serial
number is 100 random bits: codes cannot be counted through, and need no issuer's part to be unique.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from stdnum.iso7064 import mod_37_36

ROOT: Final = "CL1"
LONGEST: Final = 64
_SERIAL_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which people misread."""
_SERIAL_LENGTH: Final = 20
"""Five bits each."""
_FORM: Final = re.compile(rf"{ROOT}\.[0-9A-Z]{{1,32}}\.[{_SERIAL_ALPHABET}]{{{_SERIAL_LENGTH}}}\.[0-9]{{3}}\.[0-9A-Z]")


def new_code(doc_type: str, version: int) -> str:
    """A code nobody has seen, for version ``version`` of a document of ``doc_type``."""
    kind = "".join(letter for letter in doc_type.upper() if letter.isascii() and letter.isalnum())[:32]
    serial = "".join(secrets.choice(_SERIAL_ALPHABET) for _ in range(_SERIAL_LENGTH))
    # A thousandth version starts over: the serial number alone makes the code unique.
    parts = (ROOT, kind, serial, f"{version % 1000:03d}")
    return ".".join((*parts, str(mod_37_36.calc_check_digit("".join(parts)))))


def read_code(text: str) -> str | None:
    """The code as it is kept, of one that somebody typed; None where it cannot be one of ours."""
    if len(text) > 2 * LONGEST:
        return None
    code = "".join(text.split()).upper()
    if _FORM.fullmatch(code) is None or not mod_37_36.is_valid(code.replace(".", "")):
        return None
    return code
