"""From the ink inside the user's boxes to a value."""

from __future__ import annotations

import pytest

from extractors.marks import marked_value
from extractors.reading import FieldReading
from extractors.text import TextLine
from tests.printed_pages import at
from tests.readings import line, spec, valid_uscc

CODE = valid_uscc("91210100MA0XYT12X")


def marked(kind: str, *lines: str | TextLine | tuple[int, TextLine], **more: object) -> FieldReading:
    """The value of lines on page 0, one under the other, or where they were set."""
    placed = []
    for i, part in enumerate(lines):
        if isinstance(part, tuple):
            placed.append(part)
        else:
            placed.append((0, at(100, 100 + 50 * i, part) if isinstance(part, str) else part))
    found = marked_value("field", spec(kind, **more), placed)  # type: ignore[arg-type]
    assert found is not None
    assert found.source == "marked"
    return found


def test_a_tight_box_holds_the_value() -> None:
    found = marked("org_name", "沈阳样张建设有限公司", labels=["名称"])
    assert found.value == found.raw == "沈阳样张建设有限公司"


@pytest.mark.parametrize(
    "text",
    [
        "名称：沈阳样张建设有限公司",
        "名　称　沈阳样张建设有限公司",
        "企业名称沈阳样张建设有限公司",
        "企业名稱：沈阳样张建设有限公司",
    ],
)
def test_a_label_boxed_together_with_the_value_is_left_out(text: str) -> None:
    found = marked("org_name", text, labels=["名称", "企业名称", "企业名稱"])
    assert found.raw == "沈阳样张建设有限公司"
    assert [span.text for span in found.spans] == ["沈阳样张建设有限公司"]


def test_a_label_that_was_misread_in_one_letter() -> None:
    assert marked("uscc", f"统一杜会信用代码：{CODE}", labels=["统一社会信用代码"]).value == CODE


def test_a_value_that_begins_like_its_label_is_not_cut() -> None:
    assert marked("text", "名称", labels=["名称"]).raw == "名称"
    assert marked("org_name", "名城样张有限公司", labels=["名称"]).raw == "名城样张有限公司"


def test_what_does_not_belong_to_the_kind_is_left_out() -> None:
    assert marked("uscc", f"{CODE} 1-1").value == CODE
    assert marked("date", "签发于2019年3月1日，特此").value == "2019-03-01"
    assert marked("person", "张样（签字）").value == "张样"


def test_a_value_over_several_lines() -> None:
    found = marked("address", "辽宁省沈阳市和平区", "样张路一百二十号", labels=["住所"])
    assert found.raw == "辽宁省沈阳市和平区样张路一百二十号"
    assert len(found.spans) == 2


def test_entries_of_a_list_stay_apart() -> None:
    found = marked("list", "建筑工程施工总承包", "壹级", "市政工程贰级", entry_ends="级", labels=["资质"])
    assert found.raw == "建筑工程施工总承包壹级\n市政工程贰级"


def test_marks_on_several_pages_in_the_order_of_the_marks() -> None:
    found = marked("address", (3, at(100, 100, "辽宁省沈阳市")), (1, at(100, 100, "样张路一百二十号")))
    assert found.raw == "辽宁省沈阳市样张路一百二十号"
    assert [region.page for region in found.regions] == [3, 1]


def test_a_value_that_leaves_a_page_and_comes_back() -> None:
    """Scope of business, page 0, page 1, and a remark marked on page 0 again."""
    found = marked(
        "long_text", (0, at(100, 100, "建筑施工；")), (1, at(100, 100, "园林绿化；")), (0, at(100, 200, "房屋拆除。"))
    )
    assert found.raw == "建筑施工；园林绿化；房屋拆除。"


def test_something_else_than_the_kind_is_told_as_it_reads() -> None:
    found = marked("date", "沈阳样张建设有限公司", labels=["成立日期"])
    assert found.value is None
    assert found.raw == "沈阳样张建设有限公司"


def test_a_marked_label_alone_is_told_as_it_reads() -> None:
    found = marked("date", "成立日期：", labels=["成立日期"])
    assert found.value is None
    assert found.raw


def test_nothing_legible_is_none() -> None:
    assert marked_value("field", spec("text"), []) is None
    assert marked_value("field", spec("text"), [(0, at(0, 0, " 　"))]) is None


def test_the_regions_are_the_ink_of_the_value() -> None:
    (region,) = marked("org_name", at(100, 100, "名称：沈阳样张公司"), labels=["名称"]).regions
    assert region.box.x0 == pytest.approx(190)
    assert region.box.x1 == pytest.approx(370)


def test_the_confidence_is_that_of_the_weakest_character_of_the_value() -> None:
    text = line("名称沈阳样张公司", [0.3, 0.3, 0.99, 0.99, 0.7, 0.99, 0.99, 0.99])
    assert marked("org_name", text, labels=["名称"]).confidence == 0.7
