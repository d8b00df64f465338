"""The real scans beside the project: read right where a person can read them, and nothing invented where nobody can."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import Desk, read
from pipeline.intake.intake import take
from tests.bench.real import FOLDER, RealScore, entries, illegible, score
from tests.one_engine import Remembering, real_engine

pytestmark = [
    pytest.mark.engine,
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real scans are not beside the project"),
]

LEAST_EXACT = 0.95
"""Share of the values that must be exact after canonicalisation."""


def labelled() -> list[dict[str, Any]]:
    return [row for row in entries() if isinstance(row.get("truth"), dict)]


@cache
def scored(file: str) -> tuple[RealScore, str | None]:
    """Values read as a licence, and the type the scan was taken for when nobody said which."""
    row = next(row for row in labelled() if row["file"] == file)
    desk = Desk(Remembering(real_engine()))
    with take([FOLDER / file]) as document:
        told = read(document, desk).result.doc_type
    return score(FOLDER / file, file, 0, row["truth"], desk), told


@pytest.mark.parametrize("file", [row["file"] for row in labelled()], ids=lambda file: Path(file).stem)
def test_a_licence_is_known_and_most_of_it_read(file: str) -> None:
    """One scan may have its quirks; together they must be far better, see the next test."""
    found, told = scored(file)
    assert told == "business_license"
    assert found.exact >= 0.7 * found.values, found.wrong


def test_nearly_all_values_of_all_licences_are_exact() -> None:
    scores = [scored(row["file"])[0] for row in labelled()]
    values, exact = sum(s.values for s in scores), sum(s.exact for s in scores)
    assert values > 100
    assert exact >= LEAST_EXACT * values, [(s.file, s.wrong) for s in scores if s.wrong]


@pytest.mark.parametrize("stem", ["sjkj_blurred", "ll_0634"])
def test_an_illegible_scan_is_never_green_and_yields_no_value(stem: str) -> None:
    (row,) = [row for row in entries() if Path(str(row["file"])).stem == stem]
    found = illegible(FOLDER / str(row["file"]), stem, Desk(real_engine()))
    assert found.light != "green"
    assert found.wrong == [], "values read from what nobody can read"


def test_the_garbled_text_layer_of_a_tender_is_not_believed() -> None:
    with take([FOLDER / "contracts" / "tender_garbled_textlayer_anqing.pdf"]) as document:
        outcome = read(document, Desk(real_engine()))
    told = {notice.code for notice in outcome.result.reading.notices}
    assert told & {"layer.garbled", "layer.mismatch", "layer.hidden"}
    assert all(field.source != "text_layer" for field in outcome.result.reading.fields.values())
