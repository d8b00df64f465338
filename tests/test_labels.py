"""Printed labels are found however they are set, and only where they are labels."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.labels import SECOND, STOP, find_labels
from tests.printed_pages import at, form, labels, page, strip

FORM = form(
    {
        "code": {"labels": ["统一社会信用代码", "注册号"]},
        "name": {"labels": ["名称", "企业名称"]},
        "kind": {"labels": ["类型", "主体类型"]},
        "address": {"labels": ["住所"]},
        "person": {"labels": ["法定代表人", "法定代表人姓名", "负责人"]},
        "authority": {"labels": ["登记机关"]},
        "valid": {"labels": ["有效期"]},
    },
    stops=["正本", "实收资本"],
    second_labels=["Name of Organization", "Address"],
)


def text_of(found: object) -> str:
    hit = found
    return hit.row.text[hit.start : hit.end]  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("gap", ["", " ", "　　", "　　　　"])
def test_letter_spaced_labels(gap: str) -> None:
    hit = labels(FORM, page(at(100, 100, f"名{gap}称　辽宁样张建设有限公司")))["name"]
    assert text_of(hit) == "名称"
    assert hit.slips == 0


def test_a_label_in_pieces() -> None:
    pieces = page(at(100, 100, "名"), at(300, 102, "称"), at(420, 100, "样张公司"))
    hit = labels(FORM, pieces)["name"]
    assert text_of(hit) == "名称"
    assert hit.box.x0 == 100
    assert hit.box.x1 == 330


def test_letters_too_far_apart_are_no_label() -> None:
    assert labels(FORM, page(at(100, 100, "名"), at(100 + 30 * 10, 100, "称"), at(800, 100, "样张公司"))) == {}


def test_labels_merged_into_upright_strips() -> None:
    """名称 over 类型, their first letters and their last letters each detected as one line running downwards."""
    found = labels(
        FORM,
        page(
            strip(100, 100, "名类"), strip(220, 100, "称型"), at(320, 115, "样张有限公司"), at(320, 175, "有限责任公司")
        ),
    )  # fmt: skip
    assert text_of(found["name"]) == "名称"
    assert text_of(found["kind"]) == "类型"
    assert found["name"].row.text == "名称样张有限公司"
    assert found["kind"].row.text == "类型有限责任公司"


@pytest.mark.parametrize(
    "printed", ["统一杜会信用代码", "统一社会信川代码", "统社会信用代码", "统一社会信用代代码", "统一社会信甩弋码"]
)
def test_slips_of_the_reader_in_a_long_label(printed: str) -> None:
    hit = labels(FORM, page(at(100, 100, f"{printed}：91210100MA0XXXXX0X")))["code"]
    assert hit.slips > 0
    assert hit.score > 0.7
    assert hit.row.text[hit.end] == "："


@pytest.mark.parametrize("other", ["统一财会信息代号", "组织机构代码", "社会团体代码证"])
def test_another_long_label_is_not_a_misread_one(other: str) -> None:
    assert "code" not in labels(FORM, page(at(100, 100, f"{other}：912101")))


def test_traditional_characters() -> None:
    assert text_of(labels(FORM, page(at(100, 100, "名稱：樣張公司")))["name"]) == "名稱"


def test_a_two_letter_label_is_never_guessed() -> None:
    assert "name" not in labels(FORM, page(at(100, 100, "名利：样张公司")))


@pytest.mark.parametrize(
    "sentence",
    [
        "应当于每年向登记机关提交年度报告",
        "本证书自有效期届满前三个月",
        "持证人变更法定代表人的应当换证",
        "已在企业名称库中登记",
    ],
)
def test_a_label_mentioned_in_a_sentence_is_not_a_label(sentence: str) -> None:
    hits = labels(FORM, page(at(100, 1200, sentence, size=24)))
    assert not set(hits) & {"authority", "valid", "name", "person"}


def test_a_label_behind_other_text_counts_after_a_gap_or_with_a_colon() -> None:
    beside = page(at(100, 100, "名称"), at(200, 100, "样张公司"), at(700, 100, "类型"), at(800, 100, "有限责任公司"))
    assert set(labels(FORM, beside)) == {"name", "kind"}
    assert set(labels(FORM, page(at(100, 100, "名称：样张公司类型：有限责任公司")))) == {"name", "kind"}


def test_the_longer_label_wins_where_two_overlap() -> None:
    found = labels(FORM, page(at(100, 100, "企业名称：样张公司"), at(100, 200, "法定代表人姓名　张样")))
    assert found["name"].label == "企业名称"
    assert found["person"].label == "法定代表人姓名"


def test_an_exact_label_beats_a_longer_one_that_only_resembles() -> None:
    """法定代表人 with the name 徐名 behind it is one letter away from 法定代表人姓名."""
    hit = labels(FORM, page(at(100, 100, "法定代表人徐名")))["person"]
    assert hit.label == "法定代表人"
    assert hit.row.text[hit.end :] == "徐名"


def test_stops_and_second_labels_are_told_apart() -> None:
    hits = find_labels(page(at(100, 100, "实收资本　伍佰万元"), at(100, 140, "Name of Organization")), FORM)
    assert sorted((hit.field, text_of(hit)) for hit in hits) == [(STOP, "实收资本"), (SECOND, "NameofOrganization")]


class TestLostFirstLetter:
    """Of the widely set 住　　所 the detector may lose the first letter."""

    def rows(self, x: float, text: str = "所"):  # type: ignore[no-untyped-def]
        above = [at(100, 100 + 60 * i, label, wide=240) for i, label in enumerate(["统一社会信用代码", "法定代表人"])]
        return page(*above, at(x, 220, f"{text}　沈阳市样张路1号"))

    def test_the_last_letter_counts_where_labels_end(self) -> None:
        assert text_of(labels(FORM, self.rows(310))["address"]) == "所"

    def test_not_elsewhere(self) -> None:
        assert "address" not in labels(FORM, self.rows(430))

    def test_not_inside_a_line(self) -> None:
        assert "address" not in labels(FORM, self.rows(250, "事务所"))

    def test_not_beside_the_whole_label(self) -> None:
        layout = self.rows(310)
        whole = page(*layout.text.lines, at(100, 400, "住所：沈阳市样张路2号"))
        assert [text_of(hit) for hit in find_labels(whole, FORM) if hit.field == "address"] == ["住所"]


@given(st.text(alphabet="名称类型住所法定代表人登记机关：:（） 　统一社会信用代码x1", max_size=40))
def test_hits_lie_inside_their_row_and_never_overlap(text: str) -> None:
    if not text.strip():
        return
    hits = find_labels(page(at(100, 100, text)), FORM)
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(hit.row.text)
        assert hit.score > 0.5
    ranges = sorted({(hit.start, hit.end) for hit in hits})
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))
