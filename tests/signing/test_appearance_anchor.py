"""Seals find the words they belong to."""

from __future__ import annotations

import pytest

from certlight.errors import InputRefused, UsageError
from signing.appearance.anchor import find_anchor
from signing.appearance.ink import SEAL_RED, Ink
from signing.appearance.picture import SealPicture, one_page
from signing.appearance.placement import Placement, place
from tests.pdf_makers import PageSpec, pdf, text
from tests.signing.seal_pages import words

SIZE = 14 / 72 * 25.4
"""Millimetres of an em of the words on the pages."""


@pytest.fixture
def picture() -> SealPicture:
    ink = Ink(SEAL_RED)
    ink.circle((20, 20), 19, 2)
    return one_page(ink.content(), 40, 40, {})


def over(x: float, y: float, em: float) -> tuple[float, float]:
    """Top-left corner of a 40 mm seal over words of ``em`` ems that begin at x, baseline y."""
    return x + em * SIZE / 2 - 20, y - 0.38 * SIZE - 20


@pytest.mark.parametrize("invisible", [False, True])
@pytest.mark.parametrize("asked", ["发包人（盖章）", "发包人(盖章)", "发 包 人：（盖 章）", "发包人〔盖章〕"])
@pytest.mark.parametrize("written", ["发包人（盖章）", "发包人：（盖章）", "发包人(盖章)"])
def test_the_seal_is_centred_over_the_words(asked: str, written: str, invisible: bool, picture: SealPicture) -> None:
    data = words([(20, 40, "甲方信息"), (60, 150, written)], invisible=invisible)
    found = find_anchor(data, asked, picture)
    ems = len(written) if "(" not in written else len(written) - 2 + 2 * 0.364
    assert (found.x, found.y) == pytest.approx(over(60, 150, ems), abs=1.5)
    assert found.page == 0
    assert place(data, found, picture).page == 0


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_are_found_however_the_page_is_turned(rotate: int, picture: SealPicture) -> None:
    data = words([(60, 150, "发包人（盖章）")], rotate=rotate)
    found = find_anchor(data, "发包人（盖章）", picture)
    x, y = 60 + 3.5 * SIZE, 150 - 0.38 * SIZE
    middle = {0: (x, y), 90: (297 - y, x), 180: (210 - x, 297 - y), 270: (y, 210 - x)}[rotate]
    assert (found.x + 20, found.y + 20) == pytest.approx(middle, abs=1.5)


def test_spread_words_are_one_label_and_columns_are_apart(picture: SealPicture) -> None:
    data = words([(20, 100, "发　　包　　人"), (75, 100, "（盖章）"), (120, 100, "承包人（盖章）")])
    assert find_anchor(data, "发包人（盖章）", picture).x == pytest.approx((20 + 75 + 4 * SIZE) / 2 - 20, abs=2)
    assert find_anchor(data, "承包人（盖章）", picture).x == pytest.approx(over(120, 100, 7)[0], abs=1.5)
    with pytest.raises(UsageError):
        find_anchor(words([(10, 100, "发包人"), (150, 100, "（盖章）")]), "发包人（盖章）", picture)


def test_words_in_the_order_of_the_page_not_of_the_file(picture: SealPicture) -> None:
    data = words([(75, 100, "（盖章）"), (20, 200, "别的"), (55, 100, "发包人")])
    assert find_anchor(data, "发包人（盖章）", picture).page == 0


@pytest.mark.parametrize("shift", [0.0, 0.15, 0.9])
def test_words_drawn_twice_count_once(shift: float, picture: SealPicture) -> None:
    once = "发包人（盖章）"
    # Character by character, as a recognised layer over printed text is; PDFium itself drops what is repeated whole.
    twice = [(60.0, 150.0, once)]
    twice += [(60.0 + k * SIZE + shift, 150.0 + shift, char) for k, char in enumerate(once)]
    data = words(twice)
    assert find_anchor(data, "发包人（盖章）", picture, occurrence=0).y == pytest.approx(over(60, 150, 7)[1], abs=1.5)
    with pytest.raises(UsageError):
        find_anchor(data, "发包人（盖章）", picture, occurrence=1)


def test_of_several_the_last_is_taken_unless_another_is_asked_for(picture: SealPicture) -> None:
    label = "（盖章）"
    data = words([(60, 60, label), (120, 60, label)], [(60, 90, label)], [(60, 250, "无")])
    places = {
        (found.page, round(found.x + 20), round(found.y + 20))
        for found in (find_anchor(data, label, picture, occurrence=k) for k in range(3))
    }
    assert len(places) == 3
    last = find_anchor(data, label, picture)
    assert last == find_anchor(data, label, picture, occurrence=2)
    assert last.page == 1
    assert find_anchor(data, label, picture, occurrence=-3) == find_anchor(data, label, picture, occurrence=0)
    assert find_anchor(data, label, picture, page=0) == find_anchor(data, label, picture, occurrence=1)
    assert find_anchor(data, label, picture, page=-2) == last
    for occurrence in (3, -4):
        with pytest.raises(UsageError) as refusal:
            find_anchor(data, label, picture, occurrence=occurrence)
        assert refusal.value.code == "seal.anchor_absent"
        assert "3" in refusal.value.message.zh


def test_beside_stands_to_the_right(picture: SealPicture) -> None:
    data = words([(60, 150, "发包人（盖章）")])
    found = find_anchor(data, "发包人（盖章）", picture, beside="right", width_mm=30)
    assert found.x == pytest.approx(60 + 7 * SIZE + 2, abs=1)
    assert found.y == pytest.approx(150 - 0.38 * SIZE - 15, abs=1.5)
    assert found.width == 30


@pytest.mark.parametrize("at", [(5, 8), (5, 295), (190, 8), (190, 295)])
def test_the_seal_stays_on_the_page(at: tuple[float, float], picture: SealPicture) -> None:
    data = words([(*at, "盖章")])
    found = find_anchor(data, "盖章", picture)
    place(data, found, picture)


def test_words_outside_the_visible_page_do_not_count(picture: SealPicture) -> None:
    page = PageSpec(text(50, 50, "SEAL HERE"), crop=(0, 200, 595, 842))
    with pytest.raises(UsageError):
        find_anchor(pdf([page]), "seal here", picture)
    shown = PageSpec(text(50, 250, "SEAL HERE"), crop=(0, 200, 595, 842))
    found = find_anchor(pdf([shown]), "SEAL  HERE", picture)
    assert found.y + 20 == pytest.approx((842 - 255) / 72 * 25.4, abs=1.5)


def test_absent_words_are_refused_without_repeating_the_page(picture: SealPicture) -> None:
    data = words([(60, 150, "发包人：张三 110101199003078515")])
    with pytest.raises(UsageError) as refusal:
        find_anchor(data, "承包人（盖章）", picture)
    assert refusal.value.code == "seal.anchor_absent"
    shown = refusal.value.message.zh + refusal.value.remedy.zh + str(refusal.value)
    assert "张三" not in shown
    assert "1101" not in shown


@pytest.mark.parametrize("asked", ["", "  ", "：__", "章" * 61])
def test_nothing_to_look_for_is_refused(asked: str, picture: SealPicture) -> None:
    with pytest.raises(UsageError) as refusal:
        find_anchor(words([(60, 150, "章")]), asked, picture)
    assert refusal.value.code == "seal.anchor_malformed"


def test_pages_that_are_not_there_and_files_that_are_no_pdf(picture: SealPicture) -> None:
    with pytest.raises(UsageError) as refusal:
        find_anchor(words([(60, 150, "章")]), "章", picture, page=3)
    assert refusal.value.code == "seal.place_page"
    with pytest.raises(InputRefused):
        find_anchor(b"%PDF-1.4 nothing", "章", picture)


def test_a_page_without_words(picture: SealPicture) -> None:
    with pytest.raises(UsageError) as refusal:
        find_anchor(pdf([PageSpec("")]), "章", picture)
    assert refusal.value.code == "seal.anchor_absent"


def test_the_found_place_is_a_plain_placement(picture: SealPicture) -> None:
    assert isinstance(find_anchor(words([(60, 150, "章")]), "章", picture), Placement)
