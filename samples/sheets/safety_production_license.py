"""Safety production licences of construction companies: the landscape permit and the older portrait one."""

from __future__ import annotations

import datetime as dt

from samples import ornaments
from samples.canvas import Canvas, Ink
from samples.form import Column, Draft, Row, seal, split_date
from samples.values import companies, dates, identifiers, people, places
from samples.values.value import Value

VARIANTS = ("landscape", "portrait", "expired", "seal_only")

YEARS_VALID = 3


def draw(draft: Draft) -> None:
    """One permit of the draft's variant."""
    rng = draft.rng
    where = places.region(rng)
    first, last = (
        (dt.date(2016, 3, 1), dt.date(2020, 5, 1))
        if draft.variant == "expired"
        else (dt.date(2025, 6, 1), dt.date(2026, 6, 30))
    )
    start = dates.between(rng, first, last)
    issued = dates.between(rng, start - dt.timedelta(days=20), start)
    draft.say("cert_no", identifiers.safety_permit_number(rng, where.short, start.year))
    draft.say("company", companies.name(rng, where))
    draft.say("principal", people.person(rng))
    draft.say("address", places.address(rng, where, long=rng.random() < 0.3))
    draft.say(
        "economic_type",
        Value.plain(
            rng.choice(
                ("有限责任公司(自然人投资或控股)", "有限责任公司（法人独资）", "其他有限责任公司", "股份有限公司")
            )
        ),
    )
    draft.say("scope", Value.plain("建筑施工"))
    draft.say("valid", dates.span(rng, start, dates.later(start, YEARS_VALID), joiner=rng.choice(("至", " 至 "))))
    draft.say("authority", companies.construction_authority(rng, where))
    draft.say("issued_on", dates.full(issued))
    if draft.variant == "portrait":
        _portrait(draft, issued)
    else:
        _landscape(draft, issued)


def _rows(draft: Draft, company: str, principal: str) -> list[Row]:
    labels = (
        (company, "company"),
        (principal, "principal"),
        ("单位地址", "address"),
        ("经济类型", "economic_type"),
        ("许可范围", "scope"),
        ("有效期", "valid"),
    )
    return [Row(label, draft.values[code].printed, code) for label, code in labels]


def _landscape(draft: Draft, issued: dt.date) -> None:
    rng = draft.rng
    page = draft.page(
        297,
        206,
        colour=rng.choice(((252, 252, 226), (253, 250, 236), (250, 252, 240))),
        frame=(9, 9, 8),
        frame_colour=(110, 122, 96),
    )
    page.stamp(ornaments.emblem(round(36 * page.scale), gold=(196, 152, 50)), 148.5, 38, multiply=False)
    page.write(
        148.5,
        60,
        "安全生产许可证",
        Ink("sans", 17.5, rng.choice(((96, 78, 24), (60, 52, 20))), bold=0.028, tracking=0.22),
        anchor="m",
    )
    _number(draft, page, 148.5, 84)
    label = Ink("sans", 5.0, (30, 30, 30), bold=0.02)
    value = Ink("serif", 4.6, (52, 52, 52))
    column = Column(64, 34, 104, 150, 9.3, colon="：")
    column.draw(page, 101, _rows(draft, rng.choice(("单位名称", "企业名称")), "主要负责人"), label, value)
    page.stamp(
        ornaments.qr(f"https://permit.example.test/{draft.values['cert_no'].value}", round(27 * page.scale)),
        38,
        140,
        multiply=False,
    )
    authority = draft.values["authority"].printed
    if draft.variant == "seal_only":
        page.write(184, 163, "发证机关：", label)
        _press(draft, page, authority, 226, 168, in_seal=True)
    else:
        box = page.write(184, 163, "发证机关：", label)
        page.write(box[2] / page.scale + 1, 163.3, authority, value, code="authority")
        _press(draft, page, authority, rng.uniform(222, 234), rng.uniform(166, 170), in_seal=False)
    split_date(page, 198, 175, issued, value, label, code="issued_on", gap=1.4, drop=rng.uniform(-0.4, 0.5))
    page.write(286, 198.6, "安全生产监督管理部门 监制", Ink("sans", 3.2, (80, 80, 80)), anchor="r")


def _portrait(draft: Draft, issued: dt.date) -> None:
    page = draft.page(
        210, 297, colour=(253, 251, 240), frame=(11, 11, 10), frame_colour=(120, 130, 90), ground=(244, 243, 226)
    )
    page.stamp(ornaments.emblem(round(34 * page.scale)), 105, 46, multiply=False)
    page.write(105, 70, "安全生产许可证", Ink("serif", 15, (150, 30, 26), bold=0.03, tracking=0.2), anchor="m")
    page.write(105, 90, "（副　本）", Ink("serif", 6), anchor="m")
    _number(draft, page, 105, 104)
    label = Ink("sans", 5.0, (30, 30, 30), bold=0.02)
    value = Ink("serif", 4.8, (50, 50, 52))
    column = Column(30, 30, 66, 112, 14, colon="：")
    column.draw(page, 122, _rows(draft, "企业名称", "法定代表人"), label, value)
    authority = draft.values["authority"].printed
    box = page.write(82, 232, "发证机关：", label)
    page.write(box[2] / page.scale + 1, 232.2, authority, value, code="authority")
    split_date(page, 108, 248, issued, value, label, code="issued_on", gap=1.8)
    _press(draft, page, authority, 142, 240, in_seal=False)


def _number(draft: Draft, page: Canvas, x: float, y: float) -> None:
    ink = Ink("sans", 5.0, (40, 40, 40))
    number = draft.values["cert_no"].printed
    label = draft.rng.choice(("编号：", "编　号：", "证书编号："))
    width = page.length(label + number, ink)
    page.write(x - width / 2, y, label, ink)
    page.write(x - width / 2 + page.length(label, ink), y, number, ink, code="cert_no")


def _press(draft: Draft, page: Canvas, authority: str, cx: float, cy: float, *, in_seal: bool) -> None:
    purpose = "" if in_seal else draft.rng.choice(("", "行政许可专用章", "安全生产许可专用章"))
    seal(draft, page, authority, cx, cy, 38, centre_line=purpose, code="authority" if in_seal else None)
