"""Entered against recognised: outcomes and lights as the domain defines them."""

from __future__ import annotations

import pytest

from certlight.light import Light
from extractors.geometry import Box
from extractors.reading import Canonical, FieldReading
from extractors.template import FieldClass, FieldSpec, KindName
from tests.readings import line, reading, spec, valid_uscc
from verifier.compare import compare_field, light_of
from verifier.thresholds import Thresholds
from verifier.verdict import FieldCheck, Outcome

LIMITS = Thresholds()
USCC = valid_uscc("91210100MA0XYT4K8")


def compared(
    of: FieldSpec,
    entered: Canonical | None,
    read: FieldReading | None,
    *,
    marked: FieldReading | None = None,
    has_mark: bool = False,
    others: dict[str, FieldReading] | None = None,
) -> FieldCheck:
    found = compare_field("field", of, entered, marked, read, has_mark, LIMITS, others or {})
    assert found is not None
    return found


def swapped(text: str, index: int, char: str) -> str:
    return text[:index] + char + text[index + 1 :]


def confidences(text: str, low: dict[int, float]) -> list[float]:
    return [low.get(i, 0.99) for i in range(len(text))]


@pytest.mark.parametrize(
    ("outcome", "key", "digital"),
    [
        ("match", Light.GREEN, Light.GREEN),
        ("near", Light.YELLOW, Light.YELLOW),
        ("mismatch", Light.RED, Light.YELLOW),
        ("unreadable", Light.RED, Light.YELLOW),
        ("missing", Light.RED, Light.YELLOW),
        ("misplaced", Light.RED, Light.YELLOW),
    ],
)
def test_the_light_table(outcome: Outcome, key: Light, digital: Light) -> None:
    assert light_of(outcome, "key") is key
    assert light_of(outcome, "digital") is digital
    assert light_of(outcome, "info") is Light.GREEN


@pytest.mark.parametrize(
    ("kind", "printed", "entered"),
    [
        ("uscc", USCC, USCC.lower()),
        ("date", "二〇二五年三月一日", "2025-3-1"),
        ("date_range", "2015年12月18日至长期", "2015-12-18/"),
        ("money", "人民币伍仟万元整", "5000万元"),
        ("cert_no", "（辽）JZ安许证字〔2020〕012345", "(辽)JZ安许证字[2020]012345"),
        ("org_name", "样张建设（沈阳）有限公司", "样张建设(沈阳)有限公司"),
        ("person", "阿依·古丽", "阿依•古丽"),
        ("list", "房屋建筑工程壹级；市政公用工程贰级", ("市政公用工程二级", "房屋建筑工程一级")),
        ("days", "365日历天", "365天"),
    ],
)
def test_equal_after_normalising_is_green(kind: KindName, printed: str, entered: Canonical) -> None:
    found = compared(spec(kind), entered, reading(kind, printed))
    assert (found.outcome, found.light, found.rule) == ("match", Light.GREEN, "equal")
    assert found.entered == entered


def test_equal_but_faint_is_near() -> None:
    found = compared(spec("uscc"), USCC, reading("uscc", line(USCC, confidences(USCC, {4: 0.41}))))
    assert (found.outcome, found.rule) == ("near", "low_confidence")
    assert "0.41" in found.reason.zh


def test_one_wrong_digit_is_a_mismatch_with_both_values_and_a_diff() -> None:
    found = compared(spec("date"), "2026-03-01", reading("date", "2025年03月01日"))
    assert (found.outcome, found.light) == ("mismatch", Light.RED)
    assert found.reason.zh == "某项：填写 2026-03-01，证照为 2025-03-01"
    assert [(p.entered, p.recognised) for p in found.diff if not p.same] == [("6", "5")]
    assert found.regions[0].page == 0


def test_a_doubtful_digit_is_near_and_a_confident_one_beside_it_is_not() -> None:
    printed = "2025年03月01日"
    faint = line(printed, confidences(printed, {3: 0.7}), emission=False)
    assert compared(spec("date"), "2026-03-01", reading("date", faint)).outcome == "near"
    assert compared(spec("date"), "2026-03-02", reading("date", faint)).outcome == "mismatch"


def test_evidence_decides_between_near_and_mismatch_for_a_date_typed_in_another_style() -> None:
    printed = "2025年03月01日"
    unsure = line(printed, others={"2026年03月01日": -3.1})
    found = compared(spec("date"), "2026-03-01", reading("date", unsure))
    assert (found.outcome, found.rule) == ("near", "evidence")
    certain = line(printed, confidences(printed, {3: 0.9}), others={"2026年03月01日": -8.4})
    assert compared(spec("date"), "2026-03-01", reading("date", certain)).outcome == "mismatch"


def test_chinese_numerals_are_asked_about_in_chinese_numerals() -> None:
    printed = "二○一九年十二月廿一日"
    asked = line(printed, others={"二○一八年十二月廿一日": -2.0})
    # 廿 cannot be told from 二十 by the value, so the style of the day is not reproduced and the year still is.
    found = compared(spec("date"), "2018-12-21", reading("date", asked))
    assert found.outcome in ("near", "mismatch")
    plain = line("二○一九年十二月二十日", others={"二○一八年十二月二十日": -2.0})
    assert compared(spec("date"), "2018-12-20", reading("date", plain)).rule == "evidence"


def test_amounts_are_asked_about_in_the_printed_unit() -> None:
    figures = line("5,000.00万元", others={"6,000.00万元": -3.0})
    assert compared(spec("money"), "60000000", reading("money", figures)).rule == "evidence"
    words = line("人民币伍仟万元整", others={"人民币陆仟万元整": -3.0})
    assert compared(spec("money"), "6000万", reading("money", words)).rule == "evidence"
    assert compared(spec("money"), "7000万", reading("money", words)).outcome == "mismatch"


def test_codes_never_match_by_evidence() -> None:
    wrong = swapped(USCC, 16, "B")
    found = compared(spec("uscc"), wrong, reading("uscc", line(USCC, others={wrong: -0.1})))
    assert found.light is not Light.GREEN


def test_a_reading_that_passes_its_check_digit_convicts_an_entry_that_does_not() -> None:
    wrong = swapped(USCC, 16, "B")
    assert USCC[16] == "8"
    found = compared(spec("uscc"), wrong, reading("uscc", USCC))
    assert (found.outcome, found.rule) == ("mismatch", "check_digit")


def test_a_misread_look_alike_in_a_code_is_near_never_green() -> None:
    misread = swapped(USCC, 16, "B")
    found = compared(spec("uscc"), USCC, reading("uscc", line(misread, emission=False)))
    assert (found.outcome, found.rule) == ("near", "confusable")


def test_a_letter_the_code_cannot_hold_is_resolved_and_said_so() -> None:
    printed = USCC.replace("0", "O")
    found = compared(spec("uscc"), USCC, reading("uscc", printed))
    assert (found.outcome, found.rule, found.recognised) == ("match", "repaired", USCC)
    assert "字形" in found.reason.zh


def test_a_lost_character_makes_a_code_near_and_a_foreign_text_a_mismatch() -> None:
    assert compared(spec("uscc"), USCC, reading("uscc", USCC[:9] + USCC[10:])).outcome == "near"
    assert compared(spec("uscc"), USCC, reading("uscc", "样张建设有限公司")).outcome == "mismatch"


def test_names_match_on_the_evidence_of_the_recogniser() -> None:
    printed = line("刘最", confidences("刘最", {1: 0.55}), others={"刘辰": -0.3, "刘展": -1.2, "刘震": -6.4})
    found = compared(spec("person"), "刘辰", reading("person", printed))
    assert (found.outcome, found.rule, found.recognised) == ("match", "evidence", "刘最")
    assert compared(spec("person"), "刘展", reading("person", printed)).outcome == "match"
    assert compared(spec("person"), "刘震", reading("person", printed)).light is not Light.GREEN


def test_between_look_alikes_only_a_near_tie_is_a_match() -> None:
    printed = line("叶曰明", confidences("叶曰明", {1: 0.85}), others={"叶日明": -1.4})
    assert compared(spec("person"), "叶日明", reading("person", printed)).outcome == "near"


def test_a_mark_that_contradicts_the_labelled_place_is_not_green() -> None:
    marked = reading("date", line("2031-06-06", box=Box(100, 800, 400, 840)))
    labelled = reading("date", "2026-06-06")
    found = compared(spec("date"), "2031-06-06", labelled, marked=marked, has_mark=True)
    assert (found.outcome, found.light) == ("near", Light.YELLOW)
    assert "2026-06-06" in found.reason.zh


def test_evidence_does_not_take_away_what_was_read() -> None:
    printed = line("样张路12号（东）", others={"样张路12号（东": -0.2})
    assert compared(spec("address"), "样张路12号（东", reading("address", printed)).outcome == "near"


def test_a_faint_bracket_does_not_make_a_name_doubtful() -> None:
    printed = "样张（沈阳）公司"
    faint = line(printed, confidences(printed, {2: 0.2, 5: 0.3}))
    assert compared(spec("org_name"), printed, reading("org_name", faint)).outcome == "match"


def test_company_forms_are_compared_exactly() -> None:
    found = compared(spec("org_name"), "样张建设有限公司", reading("org_name", "样张建设有限责任公司"))
    assert found.outcome == "mismatch"


def test_look_alike_characters_are_near_unless_the_recogniser_excludes_them() -> None:
    open_question = line("未名桥梁有限公司", emission=False)
    assert compared(spec("org_name"), "末名桥梁有限公司", reading("org_name", open_question)).outcome == "near"
    excluded = line("未名桥梁有限公司", per_edit=-11.0)
    assert compared(spec("org_name"), "末名桥梁有限公司", reading("org_name", excluded)).outcome == "mismatch"


def test_traditional_characters_are_near() -> None:
    printed = reading("org_name", line("常青實業有限公司", per_edit=-11.0))
    found = compared(spec("org_name"), "常青实业有限公司", printed)
    assert (found.outcome, found.rule) == ("near", "traditional")


def test_half_a_name_is_another_name() -> None:
    faint = line("张三", [0.9, 0.9], emission=False)
    assert compared(spec("person"), "李四", reading("person", faint)).outcome == "mismatch"


@pytest.mark.parametrize(
    ("printed", "entered"),
    [
        ("沈阳市和平区样张路12号3号楼501室", "沈阳市和平区样张路12号3幢501"),
        ("辽宁省沈阳市和平区样张路12号", "沈阳市和平区样张路12号"),
        ("沈阳市和平区样张路12号（入驻样张孵化器）", "沈阳市和平区样张路12号"),
    ],
)
def test_formatting_variants_of_an_address_are_near(printed: str, entered: str) -> None:
    found = compared(spec("address", "digital"), entered, reading("address", line(printed, per_edit=-11.0)))
    assert (found.outcome, found.rule) == ("near", "formatting")


def test_another_house_number_is_a_mismatch() -> None:
    found = compared(spec("address"), "沈阳市和平区样张路13号", reading("address", "沈阳市和平区样张路12号"))
    assert found.outcome == "mismatch"


SCOPE = "建筑工程施工；市政公用工程施工；建筑材料销售；工程机械租赁"
MIXED = "市政公用工程施工；建筑工程施工；工程机械租赁；建筑材料销售"


def test_the_order_of_clauses_matters_unless_the_template_says_otherwise() -> None:
    printed = reading("long_text", line(SCOPE, per_edit=-11.0))
    assert compared(spec("long_text"), MIXED, printed).outcome == "mismatch"
    assert compared(spec("long_text", ordered=False), MIXED, printed).outcome == "match"
    assert compared(spec("long_text", ordered=False), MIXED.replace("租赁", "销售"), printed).outcome == "mismatch"


GRADES = ("建筑工程施工总承包壹级", "市政公用工程施工总承包贰级")


def test_an_entry_must_be_a_member_of_its_list() -> None:
    printed = reading("list", line(GRADES[0]), line(GRADES[1], box=Box(100, 200, 500, 240)), code="grades")
    chosen = spec("text", member_of="grades")
    assert compared(chosen, "市政公用工程施工总承包二级", printed).outcome == "match"
    found = compared(chosen, "市政公用工程施工总承包一级", printed)
    assert (found.outcome, found.recognised) == ("mismatch", "市政公用工程施工总承包二级")
    assert [region.box.y0 for region in found.regions] == [200]


def test_lists_are_equal_as_sets() -> None:
    printed = reading("list", *GRADES)
    assert compared(spec("list"), GRADES[::-1], printed).outcome == "match"
    assert compared(spec("list"), GRADES[:1], printed).outcome == "mismatch"


def test_nothing_typed_and_nothing_read() -> None:
    assert compared(spec("date"), None, reading("date", "2025-03-01")).outcome == "missing"
    assert compared(spec("date"), " ", None).outcome == "missing"
    optional = spec("date", required=False)
    assert compare_field("field", optional, "", None, reading("date", "2025-03-01"), False, LIMITS, {}) is None
    assert compared(optional, "2025-03-01", None).outcome == "unreadable"
    assert compared(optional, "2025-03-01", None, has_mark=True).outcome == "unreadable"


def test_an_empty_mark_says_where_the_value_stands() -> None:
    found = compared(spec("date"), "2025-03-01", reading("date", "2025年3月1日"), has_mark=True)
    assert found.outcome == "unreadable"
    assert "页面其他位置" in found.reason.zh


def test_an_entry_of_the_wrong_form_says_which_form_is_expected() -> None:
    found = compared(spec("date"), "明年三月", reading("date", "2025年3月1日"))
    assert (found.outcome, found.rule) == ("mismatch", "entry_unparsable")
    assert "2025-03-01" in found.reason.zh


def test_a_mark_on_another_field_is_misplaced() -> None:
    own = reading("date", "2025年03月01日")
    other = reading("date", "2020年01月01日", code="issued_on")
    held = reading("date", "2020年01月01日", source="marked")
    found = compared(
        spec("date"), "2025-03-01", own, marked=held, has_mark=True, others={"field": own, "issued_on": other}
    )
    assert (found.outcome, found.source, found.rule) == ("misplaced", "marked", "mark_of:issued_on")
    assert "issued_on" in found.reason.zh


def test_a_wrong_entry_under_a_right_mark_is_a_mismatch_even_if_another_field_says_the_same() -> None:
    own = reading("date", "2025年03月01日")
    twin = reading("date", "2025年03月01日", code="issued_on")
    held = reading("date", "2025年03月01日", source="marked")
    found = compared(
        spec("date"), "2025-03-02", own, marked=held, has_mark=True, others={"field": own, "issued_on": twin}
    )
    assert found.outcome == "mismatch"


def test_a_mark_decides_over_the_extraction() -> None:
    held = reading("date", "2025年03月01日", source="marked")
    found = compared(spec("date"), "2025-03-01", reading("date", "2020-01-01"), marked=held, has_mark=True)
    assert (found.outcome, found.source) == ("match", "marked")


def test_a_mark_on_a_stain_is_unreadable() -> None:
    stain = reading("date", line("凸l", [0.2, 0.3]), source="marked")
    assert compared(spec("date"), "2025-03-01", None, marked=stain, has_mark=True).outcome == "unreadable"


@pytest.mark.parametrize("field_class", ["key", "digital", "info"])
def test_a_value_split_over_lines_is_asked_about_line_by_line(field_class: FieldClass) -> None:
    first, second = line("样张市和平区辰光"), line("路12号", others={"路13号": -1.0})
    found = compared(spec("address", field_class), "样张市和平区辰光路13号", reading("address", first, second))
    assert found.rule == "evidence"


def test_a_period_with_a_misread_word_between_its_dates_is_near() -> None:
    found = compared(
        spec("date_range"), "2025-08-18/2028-08-17", reading("date_range", "2025年08月18日型2028年08月17日")
    )
    assert (found.outcome, found.rule) == ("near", "misread")
    other = compared(
        spec("date_range"), "2021-01-01/2024-12-31", reading("date_range", "2025年08月18日型2028年08月17日")
    )
    assert other.outcome == "mismatch"


def test_faint_words_around_the_numbers_of_a_date_do_not_matter_but_a_faint_point_does() -> None:
    printed = "2025年03月01日"
    faint = line(printed, confidences(printed, {4: 0.2}))
    assert compared(spec("date"), "2025-03-01", reading("date", faint)).outcome == "match"
    amount = line("12.5万元", confidences("12.5万元", {2: 0.3}))
    assert compared(spec("money"), "125000", reading("money", amount)).outcome == "near"


def test_an_entry_that_is_one_of_two_contradicting_amounts_is_near() -> None:
    printed = reading("money", "¥1,000,001.00（大写：壹佰万元整）")
    assert compared(spec("money"), "1000000", printed).rule == "contradiction"
    assert compared(spec("money"), "2000000", printed).outcome == "mismatch"
