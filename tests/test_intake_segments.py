"""Words of a layer become line segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.page import LayerWord
from pipeline.intake.segments import segments


def word(text: str, x0: float, x1: float, y0: float = 100, height: float = 10) -> LayerWord:
    return LayerWord(text, x0, y0, x1, y0 + height)


def texts(*words: LayerWord) -> list[str]:
    return [s.text for s in segments(words)]


def test_neighbours_join_and_far_columns_part() -> None:
    assert texts(word("名称", 0, 20), word("：", 20, 30), word("样例公司", 31, 70)) == ["名称：样例公司"]
    assert texts(word("名称", 0, 20), word("日期", 36, 56)) == ["名称", "日期"]
    assert texts(word("名", 0, 10), word("称", 22, 32)) == ["名 称"]


def test_order_of_the_file_does_not_matter() -> None:
    assert texts(word("c", 0, 9, y0=200), word("b", 10, 19), word("a", 0, 9)) == ["ab", "c"]


def test_slightly_raised_words_stay_on_their_line() -> None:
    assert texts(word("100", 0, 30), word("m", 30, 38), word("2", 38, 42, y0=99, height=6)) == ["100m2"]


def test_text_over_text_is_not_mixed() -> None:
    over = texts(word("1,000.00", 100, 160), word("9,999.99", 100, 160))
    assert sorted(over) == ["1,000.00", "9,999.99"]


def test_different_sizes_side_by_side_are_apart() -> None:
    assert texts(word("TITLE", 0, 80, height=40), word("note", 82, 100, y0=115)) == ["TITLE", "note"]


coordinates = st.floats(min_value=-500, max_value=2000, allow_nan=False)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=4), coordinates, coordinates, st.floats(-5, 60), st.floats(-5, 60)))
)
def test_no_word_is_lost_or_invented(raw: list[tuple[str, float, float, float, float]]) -> None:
    words = [LayerWord(t, x, y, x + w, y + h) for t, x, y, w, h in raw]
    kept = [w for w in words if w.text.strip() and w.x1 > w.x0 and w.y1 > w.y0]
    joined = segments(words)
    squeezed = sorted("".join("".join(w.text for w in kept).split()))
    assert sorted("".join("".join(s.text for s in joined).split())) == squeezed
    assert len(joined) <= len(kept)
