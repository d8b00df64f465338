"""Every forgery and every right seal before four validators, side by side: certlight has no wrong answer.

The table is written to ``out/seal-matrix.md``. Every attack is shown on the seal of one library, turn and turn about.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from signing.validation.validate import validate
from tests.components import require
from tests.signing import judges
from tests.signing.attacks.attack import ATTACKS, Attack
from tests.signing.attacks.catalogue import built, policy, report
from tests.signing.forms import own, several, single
from tests.signing.forms.form import FORMS
from tests.signing.judges import Opinion

SOURCES: Final = (own, several, single)
OUT: Final = Path(__file__).resolve().parents[2] / "out" / "seal-matrix.md"
EVIDENCE_ONLY: Final = frozenset({"certificate", "timestamp", "revocation", "dss"})
"""Families whose files are intact: pdfsig, asked for integrity, is right to say so."""


@dataclass(frozen=True)
class Row:
    """One file and what each says of it."""

    name: str
    maker: str
    forged: bool
    certlight: Opinion
    endesive: Opinion
    pyhanko: Opinion
    pdfsig: Opinion
    intact: bool
    """Right as far as integrity goes."""

    @property
    def cells(self) -> str:
        """A line of the table."""
        return f"| {self.name} | {self.maker} | {self.certlight} | {self.endesive} | {self.pyhanko} | {self.pdfsig} |"


def _attack(attack: Attack, maker: str) -> Row:
    pdf = built(attack, maker)
    return Row(
        str(attack),
        maker,
        True,
        judges.certlight(report(attack, maker)),
        judges.endesive(pdf, attack.setting),
        judges.pyhanko(pdf, attack.setting),
        judges.pdfsig(pdf),
        attack.family in EVIDENCE_ONLY,
    )


@functools.cache
def rows() -> tuple[Row, ...]:
    """The whole table."""
    found = [_attack(attack, attack.makers[number % len(attack.makers)]) for number, attack in enumerate(ATTACKS)]
    for form in FORMS:
        pdf = form.build()
        found.append(
            Row(
                form.name,
                "–",
                False,
                judges.certlight(validate(pdf, policy(form.setting))),
                judges.endesive(pdf, form.setting),
                judges.pyhanko(pdf, form.setting),
                judges.pdfsig(pdf),
                True,
            )
        )
    return tuple(found)


@pytest.fixture(scope="module")
def table() -> tuple[Row, ...]:
    require("pdfsig")
    found = rows()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(_markdown(found), encoding="utf-8")
    return found


def test_certlight_has_no_wrong_answer(table: tuple[Row, ...]) -> None:
    assert [row.name for row in table if row.certlight.accepts == row.forged] == []


def test_the_attacks_bite(table: tuple[Row, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Others, used as documented, take forgeries for right: they are no straw men."""
    with capsys.disabled():
        sys.stdout.write(f"\n{_summary(table)}(all of it in {OUT.name})\n")
    assert any(row.forged and row.endesive.accepts for row in table)
    assert any(row.forged and row.pyhanko.accepts for row in table)


def _summary(table: tuple[Row, ...]) -> str:
    forged, right = [row for row in table if row.forged], [row for row in table if not row.forged]
    broken = [row for row in forged if not row.intact]
    lines = ["| | forgeries accepted | right seals refused |", "|---|---|---|"]
    for name in ("certlight", "endesive", "pyhanko", "pdfsig"):
        asked = broken if name == "pdfsig" else forged
        wrong = sum(getattr(row, name).accepts for row in asked)
        silent = sum(getattr(row, name).accepts and "more follows" not in getattr(row, name).words for row in asked)
        hint = f" ({silent} without a hint that more follows)" if silent < wrong else ""
        lines.append(
            f"| {name} | {wrong} of {len(asked)}{hint} | "
            f"{sum(not getattr(row, name).accepts for row in right)} of {len(right)} |"
        )
    return "\n".join(lines) + "\n"


def _markdown(table: tuple[Row, ...]) -> str:
    head = (
        "| | sealed by | certlight | endesive.pdf.verify | pyHanko, default settings | pdfsig -nocert |\n"
        + "|---" * 6
        + "|"
    )
    parts = ["# Seals before four validators", "", "Bold: accepted.", "", _summary(table), "## Forgeries", "", head]
    parts += [row.cells for row in table if row.forged]
    parts += ["", "## Right seals", "", head, *(row.cells for row in table if not row.forged), ""]
    return "\n".join(parts)
