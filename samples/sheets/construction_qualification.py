"""Qualification certificates of construction companies: the landscape form and the portrait copy."""

from __future__ import annotations

import datetime as dt

from samples import ornaments
from samples.canvas import Canvas, Ink
from samples.form import Column, Draft, Row, seal, split_date
from samples.values import companies, dates, identifiers, money, people, places, projects
from samples.values.value import Value

VARIANTS = ("landscape", "portrait", "registration_number")

YEARS_VALID = 5


def draw(draft: Draft) -> None:
    """One certificate of the draft's variant."""
    rng = draft.rng
    where = places.region(rng)
    issued = dates.between(rng, dt.date(2025, 2, 1), dt.date(2026, 6, 30))
    old_number = draft.variant == "registration_number"
    grades = projects.grades(rng, rng.choice((1, 2, 3, 4, 5)))
    draft.say("company", companies.name(rng, where))
    draft.say("address", places.address(rng, where, long=rng.random() < 0.3))
    draft.say(
        "uscc",
        identifiers.registration_number(rng, where.code) if old_number else identifiers.credit_code(rng, where.code),
    )
    draft.say("legal_representative", people.person(rng))
    draft.say("capital", money.capital(rng))
    draft.say(
        "economic_nature",
        Value.plain(
            rng.choice(("有限责任公司(自然人投资或控股)", "有限责任公司（法人独资）", "股份有限公司", "民营企业"))
        ),
    )
    draft.say("cert_no", identifiers.qualification_number(rng))
    draft.say("valid_until", dates.printed(rng, dates.later(issued, YEARS_VALID)))
    draft.say("grades", Value("\n".join(grades), grades))
    draft.say("authority", companies.construction_authority(rng, where))
    draft.say("issued_on", dates.full(issued))
    if draft.variant == "portrait":
        _portrait(draft, issued)
    else:
        _landscape(draft, issued)


def _row(draft: Draft, label: str, code: str) -> Row:
    return Row(label, draft.values[code].printed, code)


def _landscape(draft: Draft, issued: dt.date) -> None:
    rng = draft.rng
    page = draft.page(
        297,
        210,
        colour=rng.choice(((250, 252, 250), (253, 251, 244))),
        frame=(10, 10, 9),
        frame_colour=(104, 132, 120),
        ground=(240, 244, 240),
    )
    page.stamp(ornaments.emblem(round(26 * page.scale)), 148.5, 33, multiply=False)
    page.write(148.5, 48, "建筑业企业资质证书", Ink("sans", 13.5, (150, 32, 28), bold=0.028, tracking=0.18), anchor="m")
    page.write(148.5, 65, "（副　本）", Ink("serif", 5.4), anchor="m")
    label = Ink("sans", 4.7, (30, 30, 30), bold=0.02)
    value = Ink("serif", 4.4, (46, 46, 50))
    number_label = "营业执照注册号" if draft.variant == "registration_number" else "统一社会信用代码"
    wide = Column(34, 38, 77, 110, 9.6, colon="：")
    y = wide.draw(
        page,
        79,
        [_row(draft, "企业名称", "company"), _row(draft, rng.choice(("详细地址", "注册地址")), "address")],
        label,
        value,
    )
    left = Column(34, 38, 77, 72, 9.6, colon="：")
    right = Column(156, 22, 183, 76, 9.6, colon="：")
    pairs = (
        ((number_label, "uscc"), ("法定代表人", "legal_representative")),
        (("注册资本", "capital"), ("经济性质", "economic_nature")),
        (("证书编号", "cert_no"), (rng.choice(("有效期", "有效期至")), "valid_until")),
    )
    for (left_label, left_code), (right_label, right_code) in pairs:
        below = left.draw_row(page, y, _row(draft, left_label, left_code), label, value)
        y = max(below, right.draw_row(page, y, _row(draft, right_label, right_code), label, value))
    wide.draw_label(page, y, "资质类别及等级", label)
    _grades(draft, page, 77, y + 0.3, value)
    page.stamp(
        ornaments.qr(f"https://qualification.example.test/{draft.values['cert_no'].value}", round(25 * page.scale)),
        240,
        88,
        multiply=False,
    )
    _foot(draft, page, 168, 166, issued, label, value)


def _portrait(draft: Draft, issued: dt.date) -> None:
    page = draft.page(210, 297, colour=(252, 252, 248), frame=(11, 11, 9), frame_colour=(150, 120, 110))
    page.stamp(ornaments.emblem(round(30 * page.scale)), 105, 42, multiply=False)
    page.write(105, 62, "建筑业企业资质证书", Ink("serif", 13.5, (140, 28, 26), bold=0.03, tracking=0.1), anchor="m")
    label = Ink("sans", 4.9, (30, 30, 30))
    value = Ink("serif", 4.7, (46, 46, 50))
    column = Column(30, 40, 76, 104, 12, colon="：")
    rows = [
        _row(draft, "证书编号", "cert_no"),
        _row(draft, "单位名称", "company"),
        _row(draft, "统一社会信用代码", "uscc"),
        _row(draft, "法定代表人", "legal_representative"),
        _row(draft, "注册地址", "address"),
        _row(draft, "注册资本", "capital"),
        _row(draft, "经济性质", "economic_nature"),
        _row(draft, "有效期至", "valid_until"),
    ]
    y = column.draw(page, 86, rows, label, value)
    column.draw_label(page, y, "资质类别及等级", label)
    _grades(draft, page, 76, y + 0.2, value)
    page.stamp(
        ornaments.qr(f"https://qualification.example.test/{draft.values['cert_no'].value}", round(28 * page.scale)),
        48,
        252,
        multiply=False,
    )
    _foot(draft, page, 92, 244, issued, label, value)


def _grades(draft: Draft, page: Canvas, x: float, y: float, ink: Ink) -> None:
    for grade in draft.values["grades"].value:
        page.write(x, y, grade, ink, code="grades")
        y += ink.size * 1.4


def _foot(draft: Draft, page: Canvas, x: float, y: float, issued: dt.date, label: Ink, value: Ink) -> None:
    authority = draft.values["authority"].printed
    box = page.write(x, y, "发证机关：", label)
    page.write(box[2] / page.scale + 1, y + 0.2, authority, value, code="authority")
    page.write(x, y + 13, "发证日期：", label)
    split_date(page, box[2] / page.scale + 1, y + 13, issued, value, value, code="issued_on", gap=0.6)
    purpose = draft.rng.choice(("", "资质审批专用章"))
    # With a line of text under the star the seal sits lower, or that line would cover the date.
    seal(draft, page, authority, x + draft.rng.uniform(52, 62), y + (12 if purpose else 8), 38, centre_line=purpose)
