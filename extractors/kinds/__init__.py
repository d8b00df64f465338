"""Kinds of values: how a printed or typed value becomes one canonical form.

Canonical forms are strings (tuples of strings for lists), as ``--json`` prints them: dates ISO 8601, ranges ``from/to``
with an open end empty, money a decimal string in yuan (another currency: its ISO 4217 code after a space).
"""

from extractors.kinds.canonical import canonical
from extractors.kinds.codes import Repair, check_digit_ok, repair
from extractors.kinds.money import MoneyReading, amounts
from extractors.kinds.text import clauses, simplified

__all__ = ["MoneyReading", "Repair", "amounts", "canonical", "check_digit_ok", "clauses", "repair", "simplified"]
