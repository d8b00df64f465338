"""The form of a type of documents, as a page or a program needs it to ask for the entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from extractors.template import KindName

GROUPS: Final[Mapping[str, Text]] = {
    "basic": Text("基本信息", "Basic"),
    "qualification": Text("资质", "Qualification"),
    "people": Text("人员", "People"),
    "honour": Text("荣誉与认证", "Honours and certifications"),
    "performance": Text("业绩", "Performance"),
    "management": Text("管理", "Management"),
}
"""Categories of types, in the order pages show them."""

CLASSES: Final[Mapping[str, Text]] = {
    "key": Text("关键实质性信息", "key field"),
    "digital": Text("数字化智能识别信息", "digital field"),
    "info": Text("一般信息", "informational"),
}


@dataclass(frozen=True, slots=True)
class Help:
    """How to enter values of a kind."""

    hint: Text
    example: str


_DATE = Text("按证照填写日期。", "The date as on the certificate.")
_CODE = Text("逐字填写，不要遗漏任何一位。", "Every character as printed.")
_TEXT = Text("与证照原文一致。", "As printed.")
HELP: Final[Mapping[KindName, Help]] = {
    "uscc": Help(Text("18 位统一社会信用代码，或 15 位注册号。", "18 characters, or 15 digits."), "91210100MA2A3B4C5D"),
    "digits15": Help(Text("15 位数字。", "15 digits."), "210100000012345"),
    "cn_id": Help(Text("18 位居民身份证号码。", "18 characters."), "11010519491231002X"),
    "cert_no": Help(_CODE, "D221012345"),
    "digits": Help(_CODE, "20210045"),
    "date": Help(_DATE, "2026-03-01"),
    "date_range": Help(Text("起止日期；长期有效写“长期”。", "From and to; 长期 for no end."), "2021-03-01至2031-02-28"),
    "month": Help(Text("年和月。", "Year and month."), "2026-03"),
    "money": Help(
        Text("可写元、万元、亿元或大写；外币写币种。", "Yuan, 万元, 亿元 or words; currency if not yuan."), "5000万元"
    ),
    "quantity": Help(Text("数值和单位。", "Number and unit."), "12800㎡"),
    "days": Help(Text("天数。", "Days."), "365天"),
    "person": Help(Text("姓名，与证照一致。", "The name as printed."), "张三"),
    "org_name": Help(Text("单位全称，与证照一致。", "The full name as printed."), "辽宁某某建设工程有限公司"),
    "address": Help(_TEXT, "辽宁省沈阳市和平区某某路1号"),
    "text": Help(_TEXT, "某某住宅小区一标段施工"),
    "long_text": Help(_TEXT, "房屋建筑工程施工；市政公用工程施工"),
    "list": Help(Text("逐项填写。", "One entry each."), "建筑工程施工总承包壹级"),
    "enum": Help(Text("从列出的选项中选择。", "One of the words listed."), ""),
}
"""For every kind of field: what to write, and an example of it."""
