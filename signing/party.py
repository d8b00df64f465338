"""Whether a certificate's holder is a certain enterprise."""

from __future__ import annotations

import unicodedata
from typing import Final

from signing.certificate import Holder
from signing.enclosure import Party

_BRACKETS: Final = str.maketrans("〔〕[]【】〈〉{}", "()()()()()")


def same_enterprise(holder: Holder, party: Party) -> bool:
    """Whether ``holder`` is ``party``: by the unified social credit code where both have one, else by the name.

    Codes decide alone: names change while a code never does, and no name outweighs another code. Names are equal when
    they are so after folding of width, brackets and white space. A party of which nothing is known is nobody.
    """
    if holder.credit_code and party.credit_code:
        return holder.credit_code == _fold(party.credit_code).upper()
    name = fold_name(party.name)
    return bool(name) and name in {fold_name(holder.organisation), fold_name(holder.common_name)}


def fold_name(name: str) -> str:
    """A name without what registers write one way and CAs another: width, shape of brackets, white space, case."""
    return _fold(name).translate(_BRACKETS).casefold()


def _fold(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char)[0] not in "ZC")
