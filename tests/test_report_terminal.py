"""The terminal view: colours for people, plain words for pipes, no way for a value to steer the terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from certlight.text import Language
from tests.report_examples import drawn_page, example_result, example_verdict, hostile_result
from verifier.report import DocumentResult, print_documents
from verifier.report.diff import Piece
from verifier.report.terminal import ELLIPSIS, VALUE_CELLS, shorten

PAGE = drawn_page()
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def printed(*documents: DocumentResult, width: int = 140, terminal: bool = False, language: Language = "zh") -> str:
    out = io.StringIO()
    colours = "truecolor" if terminal else None
    console = Console(
        file=out, width=width, force_terminal=terminal, color_system=colours, legacy_windows=False, _environ={}
    )
    print_documents(console, documents, language)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_escape_sequences_when_piped(width: int, language: Language) -> None:
    text = printed(example_result(example_verdict(), pages=[PAGE]), width=width, language=language)
    assert not CONTROL.search(text)
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_colours_on_a_terminal() -> None:
    text = printed(example_result(example_verdict(), pages=[PAGE]), terminal=True)
    assert "\x1b[1;31m■ 红灯" in text
    assert "\x1b[32m● 绿灯" in text
    assert "\x1b[33m▲ 黄灯" in text


@pytest.mark.parametrize("width", [80, 140])
def test_every_field_with_both_values_and_reason(width: int) -> None:
    text = printed(example_result(example_verdict(), pages=[PAGE]), width=width)
    for expected in (
        "■ 红灯",
        "▲ 黄灯",
        "● 绿灯",
        "营业执照",
        "91210100MA0EXAMPL8",
        "91210100MA0EXAMPL3",
        "证照已过期",
        "印章压字",
    ):
        assert expected in text
    assert "末位" in text


def test_english_has_no_chinese_but_values() -> None:
    text = printed(example_result(example_verdict(), pages=[PAGE]), language="en").replace("2016年3月8日", "")
    assert not re.search("[\u4e00-\u9fff]", text)
    assert "■ Red" in text


def test_a_read_document_lists_its_fields() -> None:
    for width in (80, 140):
        text = printed(example_result(None, pages=[PAGE]), width=width)
        assert "2016-03-18" in text
        assert "红灯" not in text


def test_markup_of_the_terminal_library_is_not_obeyed() -> None:
    text = printed(hostile_result("[bold red]x[/] :smile:", PAGE), width=200)
    assert "[bold red]x[/]" in text
    assert ":smile:" in text


@given(st.text(st.characters(), max_size=60), st.sampled_from([50, 140]))
def test_no_value_reaches_the_terminal_as_control(text: str, width: int) -> None:
    out = printed(hostile_result(text, PAGE), width=width)
    assert not CONTROL.search(out)
    out.encode()


@given(
    st.lists(st.tuples(st.text("ab营业", min_size=1, max_size=120), st.sampled_from(["same", "diff"])), max_size=6),
    st.integers(20, 96),
)
def test_shortened_values_fit_and_keep_the_first_difference(parts: list[tuple[str, str]], cells: int) -> None:
    pieces = tuple(Piece(text, kind) for text, kind in parts)  # type: ignore[arg-type]
    short = shorten(pieces, cells)
    assert sum(cell_len(p.text) for p in short) <= cells + 2 * cell_len(ELLIPSIS) + 2
    whole = sum(cell_len(p.text) for p in pieces) <= cells
    assert (short == pieces) is whole or not whole
    first = next((p for p in pieces if p.kind == "diff"), None)
    if first is not None:
        kept = next(p for p in short if p.kind == "diff")
        assert first.text.startswith(kept.text.rstrip(ELLIPSIS))
        assert kept.text.rstrip(ELLIPSIS)


def test_a_long_scope_is_cut_around_its_difference() -> None:
    pieces = (Piece("经营" * 200, "same"), Piece("甲", "diff"), Piece("范围" * 200, "same"))
    short = shorten(pieces)
    assert Piece("甲", "diff") in short
    assert short[0].text.startswith(ELLIPSIS)
    assert short[-1].text.endswith(ELLIPSIS)
    assert sum(cell_len(p.text) for p in short) <= VALUE_CELLS + 2
