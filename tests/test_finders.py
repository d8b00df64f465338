"""Values are found where a form puts them: beside, below, straddling, wrapped, in columns; and nothing else is."""

from __future__ import annotations

import pytest

from extractors.extract import extract
from extractors.geometry import Box
from extractors.text import TextLine
from tests.printed_pages import HEIGHT, SIZE, WIDTH, at, fields, form, page, raws, strip
from tests.readings import valid_uscc

CODE = valid_uscc("91210100MA0XYT12X")
FORM = form(
    {
        "code": {"kind": "uscc", "labels": ["统一社会信用代码"], "find": [{"how": "right_of"}, {"how": "below"}]},
        "name": {"kind": "org_name", "labels": ["名称"]},
        "kind": {"labels": ["类型"], "find": [{"how": "right_of", "lines": 2}]},
        "person": {"kind": "person", "labels": ["法定代表人"]},
        "capital": {"kind": "money", "labels": ["注册资本"], "find": [{"how": "right_of", "lines": 1}]},
        "since": {"kind": "date", "labels": ["成立日期"]},
        "term": {"kind": "date_range", "labels": ["营业期限"]},
        "address": {"kind": "address", "labels": ["住所"]},
        "scope": {"kind": "long_text", "labels": ["经营范围"]},
        "authority": {"kind": "org_name", "labels": ["登记机关"]},
    },
    stops=["实收资本"],
    second_labels=["Name of Organization", "Certificate No.", "Address"],
)


def test_label_and_value_in_one_line() -> None:
    assert raws(FORM, page(at(100, 100, "名　　称　沈阳样张建设有限公司")))["name"] == "沈阳样张建设有限公司"
    assert raws(FORM, page(at(100, 100, "名称：沈阳样张建设有限公司")))["name"] == "沈阳样张建设有限公司"


def test_label_in_upright_strips_beside_values() -> None:
    layout = page(
        strip(100, 100, "名类"), strip(220, 100, "称型"),
        at(320, 115, "沈阳样张建设有限公司"), at(320, 175, "有限责任公司"),
    )  # fmt: skip
    assert raws(FORM, layout) == {"name": "沈阳样张建设有限公司", "kind": "有限责任公司"}


def test_two_columns_keep_their_values() -> None:
    layout = page(
        at(100, 100, "名称"), at(260, 100, "沈阳样张有限公司"), at(1000, 100, "注册资本"), at(1200, 100, "伍仟万元整"),
        at(100, 160, "类型"), at(260, 160, "有限责任公司"), at(1000, 160, "成立日期"), at(1200, 160, "2019年03月01日"),
    )  # fmt: skip
    assert raws(FORM, layout) == {
        "name": "沈阳样张有限公司",
        "kind": "有限责任公司",
        "capital": "伍仟万元整",
        "since": "2019年03月01日",
    }


def test_a_wrapped_value_ends_where_the_next_label_begins() -> None:
    layout = page(
        at(100, 100, "住所"), at(260, 100, "辽宁省沈阳市和平区样张路"), at(260, 140, "一百二十号三楼"),
        at(100, 190, "经营范围"), at(260, 190, "建筑工程施工；"), at(260, 230, "园林绿化。"),
    )  # fmt: skip
    assert raws(FORM, layout) == {
        "address": "辽宁省沈阳市和平区样张路一百二十号三楼",
        "scope": "建筑工程施工；园林绿化。",
    }


def test_a_wrapped_value_stops_at_the_neighbouring_column() -> None:
    layout = page(
        at(100, 100, "名称"), at(260, 100, "沈阳样张建设"), at(1000, 100, "住所"), at(1200, 100, "沈阳市和平区"),
        at(260, 140, "有限公司"), at(1200, 140, "样张路1号"),
    )  # fmt: skip
    assert raws(FORM, layout) == {"name": "沈阳样张建设有限公司", "address": "沈阳市和平区样张路1号"}


def test_a_value_of_one_line_does_not_take_the_line_below() -> None:
    layout = page(at(100, 100, "注册资本"), at(300, 100, "伍仟万元整"), at(300, 140, "叁佰万元整"))
    assert raws(FORM, layout)["capital"] == "伍仟万元整"


def test_a_value_further_down_is_not_a_wrapped_line() -> None:
    layout = page(at(100, 100, "住所"), at(260, 100, "沈阳市和平区样张路1号"), at(260, 100 + 3 * SIZE, "另一段文字"))
    assert raws(FORM, layout)["address"] == "沈阳市和平区样张路1号"


def test_an_inline_label_wraps_back_to_the_margin_when_its_line_is_full() -> None:
    full = "单位名称"
    template = form({"name": {"kind": "org_name", "labels": [full]}, "other": {"labels": ["备注"]}})
    wrapped = page(at(100, 100, f"{full}：沈阳样张园林绿化工程建设"), at(100, 140, "有限公司"))
    assert raws(template, wrapped)["name"] == "沈阳样张园林绿化工程建设有限公司"
    short = page(
        at(100, 60, "本证书由发证机关颁发持证人应当妥善保管不得涂改出借转让"),
        at(100, 100, f"{full}：沈阳样张有限公司"),
        at(100, 140, "特此通知"),
    )
    assert raws(template, short)["name"] == "沈阳样张有限公司"


def test_a_value_that_straddles_its_centred_label() -> None:
    layout = page(
        at(100, 40, "名称"), at(260, 40, "沈阳样张建设有限公司"),
        at(100, 130, "住所"), at(260, 108, "辽宁省沈阳市和平区样张路"), at(260, 152, "一百二十号三楼"),
    )  # fmt: skip
    assert raws(FORM, layout)["address"] == "辽宁省沈阳市和平区样张路一百二十号三楼"


def test_a_value_of_three_lines_around_its_label() -> None:
    layout = page(
        at(100, 40, "名称"), at(260, 40, "沈阳样张建设有限公司"),
        at(260, 160, "辽宁省沈阳市和平区样张路"),
        at(100, 200, "住所"), at(260, 200, "一百二十号样张大厦三楼"),
        at(260, 240, "三零一室"),
    )  # fmt: skip
    assert raws(FORM, layout)["address"] == "辽宁省沈阳市和平区样张路一百二十号样张大厦三楼三零一室"


def test_a_lone_line_far_off_the_label_is_not_its_value() -> None:
    layout = page(at(100, 130, "住所"), at(260, 175, "辽宁省沈阳市和平区样张路"))
    assert "address" not in raws(FORM, layout)


def test_second_language_labels_are_neither_values_nor_ends_of_values() -> None:
    layout = page(
        at(100, 100, "名称"), at(400, 100, "沈阳样张园林绿化工程"),
        at(100, 136, "Name of Organization", size=20, wide=240), at(400, 140, "建设有限公司"),
        at(100, 190, "住所"), at(400, 190, "沈阳市和平区样张路1号"),
        at(100, 226, "Address", size=20, wide=90),
    )  # fmt: skip
    assert raws(FORM, layout) == {"name": "沈阳样张园林绿化工程建设有限公司", "address": "沈阳市和平区样张路1号"}


def test_the_copy_number_behind_a_credit_code() -> None:
    for behind in (" 1-1", "　1-1", "1-1", "（1-1）"):
        found = fields(FORM, page(at(100, 100, f"统一社会信用代码：{CODE}{behind}")))
        assert found["code"].value == CODE, behind


def test_a_code_below_its_label() -> None:
    layout = page(at(100, 100, "统一社会信用代码"), at(100, 140, CODE), at(900, 140, "类型　有限责任公司"))
    assert raws(FORM, layout)["code"] == CODE


def test_what_stands_under_a_label_beside_is_not_below_it() -> None:
    layout = page(at(100, 100, "统一社会信用代码"), at(900, 140, CODE))
    assert "code" not in raws(FORM, layout)


class TestOtherPrint:
    """A copy stamp, a watermark or a large title beside a value is not a part of it."""

    def test_a_large_title(self) -> None:
        layout = page(at(100, 100, "法定代表人"), at(300, 100, "张样"), at(400, 85, "营业执照", size=60))
        assert raws(FORM, layout)["person"] == "张样"

    def test_slanted_print(self) -> None:
        stamp = at(420, 100, "再复印无效")
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = stamp.quad
        slanted = TextLine(stamp.text, 0.9, ((ax, ay), (bx, by + 8), (cx, cy + 8), (dx, dy)), stamp.chars)
        layout = page(at(100, 100, "名称"), at(200, 100, "沈阳样张厂"), slanted)
        assert raws(FORM, layout)["name"] == "沈阳样张厂"

    def test_a_watermark_across_the_page_is_no_row(self) -> None:
        stamp = at(200, 100, "仅供投标使用")
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = stamp.quad
        across = TextLine(stamp.text, 0.9, ((ax, ay), (bx, by + 60), (cx, cy + 60), (dx, dy)), stamp.chars)
        layout = page(at(100, 110, "名称"), across, at(500, 110, "沈阳样张建设有限公司"))
        assert [row.text for row in layout.rows] == ["名称沈阳样张建设有限公司"]
        assert raws(FORM, layout)["name"] == "沈阳样张建设有限公司"


def test_a_date_set_close_under_the_authority_is_not_its_second_line() -> None:
    layout = page(at(1000, 1000, "登记机关"), at(1180, 1000, "沈阳市样张局"), at(1180, 1040, "2019年3月1日"))
    assert raws(FORM, layout)["authority"] == "沈阳市样张局"


def test_a_label_that_is_not_read_ends_a_value() -> None:
    assert raws(FORM, page(at(100, 100, "注册资本：伍仟万元实收资本：叁佰万元")))["capital"] == "伍仟万元"


def test_blanks_inside_a_date() -> None:
    layout = page(at(100, 100, "成立日期"), at(300, 100, "2019　年　03　月　01　日"))
    assert fields(FORM, layout)["since"].value == "2019-03-01"


def test_a_date_in_pieces() -> None:
    pieces = [at(300, 100, "2019", wide=70), at(390, 100, "年"), at(440, 100, "03", wide=35), at(500, 100, "月")]
    layout = page(at(100, 100, "成立日期"), *pieces, at(550, 100, "01", wide=35), at(610, 100, "日"))
    assert fields(FORM, layout)["since"].value == "2019-03-01"


def test_the_spans_are_the_ink_of_the_value() -> None:
    found = fields(FORM, page(at(100, 100, "名称：沈阳样张建设有限公司")))["name"]
    assert [region.box for region in found.regions] == [Box(100 + 3 * SIZE, 100, 100 + 13 * SIZE, 100 + SIZE)]


class TestOtherWays:
    def test_between_two_phrases_over_lines(self) -> None:
        template = form(
            {"works": {"find": [{"how": "between", "after": "就", "before": "工程施工"}]}, "end": {"labels": ["止"]}}
        )
        layout = page(at(100, 100, "双方就沈阳样张学校"), at(100, 140, "扩建工程施工及有关事项协商一致"))
        assert raws(template, layout)["works"] == "沈阳样张学校扩建"

    def test_between_without_an_end_is_the_rest_of_the_line(self) -> None:
        template = form({"works": {"find": [{"how": "between", "after": "项目："}]}})
        assert raws(template, page(at(100, 100, "项目：样张楼"), at(100, 140, "下一行")))["works"] == "样张楼"

    def test_between_at_the_end_of_the_page(self) -> None:
        template = form({"works": {"find": [{"how": "between", "after": "项目："}]}})
        assert raws(template, page(at(100, 100, "项目："))) == {}

    def test_a_column_of_a_table(self) -> None:
        template = form(
            {
                "kinds": {"kind": "list", "labels": ["险种"], "find": [{"how": "table_column", "rows": 5}]},
                "month": {"labels": ["月份"]},
            }
        )
        rows = [at(100, 100, "险种"), at(400, 100, "月份")]
        rows += [at(100, 150 + 50 * i, kind) for i, kind in enumerate(["养老", "失业", "工伤"])]
        rows += [at(400, 150 + 50 * i, "202401", wide=100) for i in range(3)]
        assert raws(template, page(*rows))["kinds"] == "养老\n失业\n工伤"

    def test_a_pattern_takes_its_named_group_over_lines(self) -> None:
        template = form({"no": {"find": [{"how": "regex", "pattern": "第\n?(?P<value>\\d+\n?\\d+)号"}]}})
        found = fields(template, page(at(100, 100, "编号第12"), at(100, 140, "34号")))["no"]
        assert found.raw == "1234"
        assert [span.text for span in found.spans] == ["12", "34"]

    def test_a_pattern_looks_only_in_its_region(self) -> None:
        pattern = {"how": "regex", "pattern": r"^(?P<value>\d{8})$", "region": [0.0, 0.5, 1.0, 1.0]}
        template = form({"no": {"find": [pattern]}})
        above, below = at(100, 0.2 * HEIGHT, "12345678"), at(100, 0.8 * HEIGHT, "87654321")
        assert raws(template, page(above, below))["no"] == "87654321"
        assert raws(template, page(above)) == {}

    def test_a_code_found_by_its_check_digit_stands_alone(self) -> None:
        template = form({"code": {"kind": "uscc", "find": [{"how": "check_digit"}]}})
        assert raws(template, page(at(100, 100, f"代码{CODE}，特此")))["code"] == CODE
        assert raws(template, page(at(100, 100, CODE.lower())))["code"] == CODE.lower()
        wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
        assert raws(template, page(at(100, 100, wrong))) == {}

    def test_a_window_of_a_longer_number_is_no_code(self) -> None:
        template = form({"code": {"kind": "uscc", "find": [{"how": "check_digit"}]}})
        assert raws(template, page(at(100, 100, f"3{CODE}"))) == {}
        assert raws(template, page(at(100, 100, f"{CODE}3"))) == {}


def test_the_first_page_that_states_a_matter_wins() -> None:
    first, second = (
        page(at(100, 100, f"名称：沈阳样张{word}有限公司"), index=index) for index, word in enumerate(("建设", "园林"))
    )
    assert raws(FORM, first, second)["name"] == "沈阳样张建设有限公司"


def test_a_later_page_does_not_win_by_a_colon() -> None:
    """Annexes repeat the labels of the first page, often set more plainly."""
    pages = [page(at(100, 100, "名称　沈阳样张建设有限公司"))]
    pages += [page(at(100, 100, "名称：沈阳样张园林有限公司"), index=index) for index in range(6, 8)]
    blank = [page(index=index) for index in range(1, 6)]
    assert raws(FORM, pages[0], *blank, *pages[1:])["name"] == "沈阳样张建设有限公司"


class TestRows:
    def test_values_printed_slightly_off_their_label_share_its_row(self) -> None:
        assert len(page(at(100, 100, "名称"), at(260, 112, "沈阳样张建设有限公司")).rows) == 1

    def test_tightly_set_rows_stay_apart(self) -> None:
        """Boxes of neighbouring rows overlap by a fifth where letters have long strokes."""
        rows = page(at(100, 100, "名称"), at(260, 124, "有限责任公司"), at(100, 124, "类型"), at(260, 100, "样张公司"))
        assert [row.text for row in rows.rows] == ["名称样张公司", "类型有限责任公司"]


@pytest.mark.parametrize("lines", [(), (at(0, 0, "　"),), (at(0, 0, "名称"),), (at(WIDTH - 60, HEIGHT - 30, "住所"),)])
def test_pages_with_nothing_to_find(lines: tuple[TextLine, ...]) -> None:
    reading = extract(FORM, [page(*lines)], 1.0, lambda: ())
    assert dict(reading.fields) == {}
