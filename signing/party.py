"""Whether a certificate's holder is a certain enterprise: one rule for sealing and for validating.

What a certificate proves is the name and the code that its authority has put there. The unified social credit code is
decisive (GB 32100-2015), but not alone: some authorities let applicants fill in attributes that a code is read from, so
the name has to fit as well. Where the code is known, a name alone is no proof.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum
from typing import Final

from signing.certificate import Holder
from signing.enclosure import Party

_BRACKETS: Final = str.maketrans("〔［【〈《｛", "((((((") | str.maketrans("〕］】〉》｝", "))))))")
"""NFKC makes （ ） into ( ) and leaves these."""
_SQUARE: Final = str.maketrans("[]{}", "()()")
"""What NFKC makes of full-width square and curly brackets."""


class Match(IntEnum):
    """How well a holder fits a party, best first."""

    SAME = 0
    NAME_DIFFERS = 1
    """The code is the same, the name is not."""
    CODE_UNPROVED = 2
    """The name is the same; the party's code is known, the certificate has none."""
    OTHER = 3


def match(holder: Holder, party: Party) -> Match:
    """How well the certificate's holder fits."""
    same_name = bool(party.name) and folded(party.name) in _names(holder)
    if party.credit_code and holder.credit_code:
        if party.credit_code.strip().upper() != holder.credit_code:
            return Match.OTHER
        return Match.SAME if same_name or not party.name else Match.NAME_DIFFERS
    if party.name and not same_name:
        return Match.OTHER
    return Match.CODE_UNPROVED if party.credit_code else Match.SAME


def same_enterprise(holder: Holder, party: Party) -> bool:
    """Whether ``holder`` may seal as ``party``: the same, or of the same name where its authority certifies no code.

    The latter is yellow when it is validated, for a person to look at. A party of which nothing is known is nobody.
    """
    found = match(holder, party)
    if found is Match.CODE_UNPROVED:
        return bool(party.name)
    return found is Match.SAME and bool(party.name or party.credit_code)


def folded(name: str) -> str:
    """The name with width, brackets, case and white space folded away; what else differs, differs."""
    plain = unicodedata.normalize("NFKC", name).translate(_BRACKETS).translate(_SQUARE).casefold()
    return "".join(plain.split())


def _names(holder: Holder) -> set[str]:
    """The organisation, or the common name where that carries it: both are certified."""
    names = {folded(holder.organisation)}
    if holder.credit_code or not holder.organisation:
        # Many authorities put themselves into O and the enterprise into CN; the code vouches for that.
        names.add(folded(holder.common_name))
    return names - {""}
