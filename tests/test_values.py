"""Which part of the text beside a label is the value, kind by kind."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.kinds.canonical import KINDS
from extractors.template import KindName
from extractors.values import pick, plausible, typical
from tests.readings import valid_id, valid_uscc

CODE = valid_uscc("91210100MA0XYT12X")
NUMBER = valid_id("21010219900307001")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("uscc", CODE, CODE),
        ("uscc", f"{CODE}1-1", CODE),
        ("uscc", f"{CODE}（1-1）", CODE),
        ("uscc", f"编码{CODE}", CODE),
        ("uscc", "410100100003919-1/1", "410100100003919"),
        ("uscc", "4101001000039191/1", "410100100003919"),
        ("uscc", "9121010OMA0XYT12", "9121010OMA0XYT12"),
        ("uscc", "未填写", ""),
        ("digits15", "号410100100003919", "410100100003919"),
        ("cn_id", f"{NUMBER}签发", NUMBER),
        ("cn_id", "21010219900307001×", "21010219900307001×"),
        ("digits", "账号：2100 ".replace(" ", "") + "0012", "21000012"),
        ("date", "自2019年3月1日起", "2019年3月1日"),
        ("date", "二〇一九年三月一日", "二〇一九年三月一日"),
        ("date", "2019-03-01", "2019-03-01"),
        ("date", "2019.3.1止", "2019.3.1"),
        ("date", "20190301", "20190301"),
        ("date", "编号120190301", ""),
        ("date", "2019年3月", "2019年3月"),
        ("date", "长期", ""),
        ("date_range", "2019年3月1日至2039年2月28日", "2019年3月1日至2039年2月28日"),
        ("date_range", "自2019年3月1日至长期", "自2019年3月1日至长期"),
        ("date_range", "至2026年3月1日", "至2026年3月1日"),
        ("date_range", "2019年3月1日至", "2019年3月1日至"),
        ("date_range", "2019.03.01-长期有效", "2019.03.01-长期"),
        ("date_range", "无固定期限", "无固定期限"),
        ("date_range", "2019年3月1日至2021年3月1日（2021年延期）", "2019年3月1日至2021年3月1日"),
        ("date_range", "以章程为准", ""),
        ("days", "365日历天", "365日历天"),
        ("days", "总计 90 天".replace(" ", ""), "90天"),
        ("person", "张样（签字）", "张样"),
        ("person", "阿卜杜拉·样张", "阿卜杜拉·样张"),
        ("person", "：李样", "李样"),
        ("person", "13800000000", ""),
        ("org_name", "沈阳样张建设有限公司。", "沈阳样张建设有限公司"),
        ("org_name", "沈阳市样张监督管理局2019年3月1日", "沈阳市样张监督管理局"),
        ("org_name", "沈阳市样张监督管理局二〇一九年三月一日", "沈阳市样张监督管理局"),
        ("org_name", "2019年样张厂", "2019年样张厂"),
        ("address", "：沈阳市样张路1号，", "沈阳市样张路1号"),
        ("long_text", "：建筑施工；园林绿化。", "建筑施工；园林绿化。"),
    ],
)  # fmt: skip
def test_the_value_is_cut_out(kind: KindName, text: str, value: str) -> None:
    start, end = pick(kind, text)
    assert text[start:end] == value


@pytest.mark.parametrize(
    ("kind", "text", "shaped"),
    [
        ("org_name", "沈阳样张公司", True),
        ("org_name", "Sample Construction Ltd", True),
        ("org_name", "公司", False),
        ("org_name", "2019年3月", False),
        ("address", "样张路1号", True),
        ("address", "12345678", False),
        ("address", "路1号", False),
        ("money", "伍仟万元整", True),
        ("money", "元", False),
        ("cert_no", "D221000000", True),
        ("cert_no", "证书编号", False),
        ("cert_no", "12", False),
        ("text", "", False),
        ("text", "建", True),
    ],
)
def test_the_shape_of_a_kind(kind: KindName, text: str, shaped: bool) -> None:
    assert plausible(kind, text) is shaped


def test_a_sentence_is_no_typical_name() -> None:
    assert typical("org_name", "沈阳样张建设有限公司")
    assert typical("org_name", "沈阳样张建设（集团）")
    assert not typical("org_name", "应当于每年提交年度报告")
    assert typical("address", "应当于每年提交年度报告")


@given(
    st.sampled_from(KINDS),
    st.text(alphabet="0123456789年月日至自长期万元整张样公司局路号（）()-./·：，。X×O〇二", max_size=60),
)
def test_the_cut_lies_inside_the_text_and_is_empty_only_at_a_point(kind: KindName, text: str) -> None:
    start, end = pick(kind, text)
    assert 0 <= start <= end <= len(text)


@given(st.text(alphabet="年月日至0123456789 ", max_size=40), st.dates(min_value=date(1900, 1, 1)))
def test_a_date_is_found_whatever_stands_after_it(behind: str, day: date) -> None:
    printed = f"{day:%Y}年{day:%m}月{day:%d}日"
    start, end = pick("date", f"签发于{printed}{behind}")
    assert f"签发于{printed}{behind}"[start:end] == printed
