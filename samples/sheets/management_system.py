"""Management-system certificates (quality, environment, occupational health): Chinese and bilingual forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from samples import ornaments
from samples.canvas import Canvas, Ink, Part
from samples.form import Column, Draft, Row, seal
from samples.values import companies, dates, identifiers, places, projects
from samples.values.value import Value

VARIANTS = ("quality", "environment_labelled", "safety_bilingual", "quality_bilingual", "environment")

YEARS_VALID = 3


@dataclass(frozen=True, slots=True)
class System:
    """A kind of management system: its certificate's title, English name, letter in numbers, standards."""

    key: str
    title: str
    system: str
    english: str
    letter: str
    standards: tuple[str, ...]


_SYSTEMS = {
    "quality": System(
        "quality",
        "质量管理体系认证证书",
        "质量管理体系",
        "Quality Management System",
        "Q",
        ("GB/T 19001-2016/ISO 9001:2015", "GB/T19001-2016/ISO9001:2015", "GB/T 19001-2016"),
    ),
    "environment": System(
        "environment",
        "环境管理体系认证证书",
        "环境管理体系",
        "Environmental Management System",
        "E",
        ("GB/T 24001-2016/ISO 14001:2015", "GB/T24001-2016/ISO14001:2015"),
    ),
    "safety": System(
        "safety",
        "职业健康安全管理体系认证证书",
        "职业健康安全管理体系",
        "Occupational Health and Safety Management System",
        "S",
        ("GB/T 45001-2020/ISO 45001:2018", "GB/T45001-2020/ISO45001:2018"),
    ),
}


def draw(draft: Draft) -> None:
    """One certificate of the draft's variant."""
    rng = draft.rng
    system = _SYSTEMS[draft.variant.partition("_")[0]]
    where = places.region(rng)
    issued = dates.between(rng, dt.date(2025, 9, 1), dt.date(2026, 6, 30))
    first = dates.between(rng, dt.date(2014, 1, 6), issued - dt.timedelta(days=400))
    draft.say("company", companies.name(rng, where))
    draft.say("certificate_name", Value.plain(system.title))
    draft.say("cert_no", identifiers.system_certificate_number(rng, system.letter, issued.year))
    draft.say("standard", Value.plain(rng.choice(system.standards)))
    draft.say("scope", projects.certified_scope(rng, system.key))
    draft.say("uscc", identifiers.credit_code(rng, where.code))
    draft.say("address", places.address(rng, where))
    draft.say("first_issued_on", _date(rng, first))
    draft.say("issued_on", _date(rng, issued))
    draft.say("valid_until", _date(rng, dates.later(issued, YEARS_VALID)))
    draft.say("issuer", companies.certification_body(rng))
    form = draft.variant.partition("_")[2]
    hue = rng.choice(((96, 160, 160), (110, 130, 180), (170, 150, 90)))
    page = draft.page(210, 297, colour=(253, 253, 253), frame=(9, 9, 11), frame_colour=hue, ground=(238, 240, 244))
    _logo(page, rng)
    {"": _centred, "labelled": _labelled, "bilingual": _bilingual}[form](draft, page, system)


def _date(rng: Random, day: dt.date) -> Value:
    return dates.printed(rng, day) if rng.random() < 0.6 else dates.full(day)


def _logo(page: Canvas, rng: Random) -> None:
    """The mark of an invented certification body: a ring of petals."""
    side = round(24 * page.scale)
    sheet = ornaments.paper(side, side, (255, 255, 255), rng, grain=0)
    colour = rng.choice(((30, 70, 140), (20, 120, 90), (150, 40, 40)))
    ornaments.draw_curves(
        sheet, ornaments.rosette((side / 2, side / 2), side * 0.46, 6, 9), colour, max(1, side // 120)
    )
    page.stamp(ornaments.picture(sheet), 105, 36)


def _centred(draft: Draft, page: Canvas, system: System) -> None:
    """Sentences in the middle of the page: 兹证明 … 符合 … 标准."""
    say = {code: value.printed for code, value in draft.values.items()}
    page.write(105, 54, say["certificate_name"], _title(system), anchor="m", code="certificate_name")
    text = Ink("sans", 4.0, (50, 50, 54))
    _labelled_line(
        page, 178, 78, draft.rng.choice(("证书编号：", "注册号：", "证书注册号：")), say["cert_no"], "cert_no", text
    )
    page.write(105, 90, "兹 证 明", text.sized(4.6), anchor="m")
    page.write(105, 101, say["company"], Ink("sans", 7.2, (20, 20, 24), bold=0.02), anchor="m", code="company")
    y = 115.0
    for label, code in (("统一社会信用代码：", "uscc"), ("注册地址：", "address")):
        y = page.flow(32, y, [label, Part(say[code], code)], text, 146, align="m") + 3
    strong = Ink("sans", 5.0, (24, 24, 28), bold=0.02)
    y = (
        page.flow(
            28, y + 5, [system.system, "符合 ", Part(say["standard"], "standard"), " 标准"], strong, 154, align="m"
        )
        + 5
    )
    y = (
        page.flow(
            28,
            y,
            [draft.rng.choice((f"{system.system}适用于：", "认证范围：", "该体系覆盖范围："))],
            strong,
            154,
            align="m",
        )
        + 2
    )
    page.flow(34, y, [Part(say["scope"], "scope")], strong.sized(4.7), 142, align="m")
    small = Ink("serif", 4.1, (50, 50, 54))
    _pairs(
        page,
        212,
        (
            (30, "初次发证日期：", say["first_issued_on"], "first_issued_on"),
            (118, "颁证日期：", say["issued_on"], "issued_on"),
        ),
        small,
    )
    _pairs(page, 221, ((30, "证书有效期至：", say["valid_until"], "valid_until"),), small)
    _foot(draft, page)


def _labelled(draft: Draft, page: Canvas, system: System) -> None:
    """A form of labels and values."""
    say = {code: value.printed for code, value in draft.values.items()}
    page.write(105, 54, say["certificate_name"], _title(system), anchor="m", code="certificate_name")
    label = Ink("sans", 4.5, (30, 30, 34), bold=0.02)
    value = Ink("serif", 4.5, (40, 40, 46))
    rows = (
        ("证书编号", "cert_no"),
        ("获证组织名称", "company"),
        ("统一社会信用代码", "uscc"),
        ("注册地址", "address"),
        ("认证标准", "standard"),
        ("认证范围", "scope"),
        ("初次获证日期", "first_issued_on"),
        ("颁证日期", "issued_on"),
        ("有效期至", "valid_until"),
    )
    Column(30, 38, 74, 106, 12.5, colon="：").draw(
        page, 82, [Row(text, say[code], code) for text, code in rows], label, value
    )
    _foot(draft, page)


def _bilingual(draft: Draft, page: Canvas, system: System) -> None:
    """Each label in Chinese with its English under it."""
    say = {code: value.printed for code, value in draft.values.items()}
    page.write(105, 50, say["certificate_name"], _title(system), anchor="m", code="certificate_name")
    page.write(105, 66, f"CERTIFICATE OF {system.english.upper()}", Ink("serif", 3.9, (70, 70, 76)), anchor="m")
    label = Ink("sans", 4.3, (30, 30, 34), bold=0.02)
    english = Ink("serif", 3.0, (110, 110, 116))
    value = Ink("serif", 4.5, (36, 36, 42))
    rows = (
        ("证书编号", "Certificate No.", "cert_no"),
        ("组织名称", "Name of Organization", "company"),
        ("统一社会信用代码", "Unified Social Credit Code", "uscc"),
        ("注册地址", "Registered Address", "address"),
        ("认证标准", "Standard", "standard"),
        ("认证范围", "Scope of Certification", "scope"),
        ("初次发证日期", "Initial Issue Date", "first_issued_on"),
        ("发证日期", "Date of Issue", "issued_on"),
        ("有效期至", "Valid Until", "valid_until"),
    )
    y = 82.0
    for zh, en, code in rows:
        page.write(30, y, f"{zh}：", label)
        page.write(30, y + 5.6, en, english)
        y = max(page.flow(76, y - 0.1, [Part(say[code], code)], value, 104) + 3.5, y + 14.5)
    _foot(draft, page)


def _title(system: System) -> Ink:
    return Ink("sans", 11.5 if len(system.title) < 12 else 9.4, (24, 24, 30), bold=0.025, tracking=0.12)


def _labelled_line(page: Canvas, right: float, y: float, label: str, text: str, code: str, ink: Ink) -> None:
    """Label and value as one line that ends at ``right``."""
    left = right - page.length(label + text, ink)
    page.write(left, y, label, ink)
    page.write(left + page.length(label, ink), y, text, ink, code=code)


def _pairs(page: Canvas, y: float, pairs: tuple[tuple[float, str, str, str], ...], ink: Ink) -> None:
    for x, label, text, code in pairs:
        page.write(x, y, label, ink)
        page.write(x + page.length(label, ink), y, text, ink, code=code)


def _foot(draft: Draft, page: Canvas) -> None:
    """QR code, the issuer's name, and its seal over a corner of it or standing free."""
    issuer = draft.values["issuer"].printed
    page.stamp(
        ornaments.qr(f"https://cert.example.test/{draft.values['cert_no'].value}", round(21 * page.scale)),
        42,
        246,
        multiply=False,
    )
    ornaments.caption(
        page,
        56,
        240,
        ("本证书的有效性可扫描左侧二维码查询", "获证组织须按期接受监督审核方可保持证书有效"),
        Ink("sans", 3.1, (70, 70, 76)),
        1.7,
    )
    page.write(105, 261, issuer, Ink("sans", 6.2, (28, 40, 90), bold=0.02), anchor="m", code="issuer")
    page.write(105, 270.5, "Certification body (specimen)", Ink("serif", 3.0, (110, 110, 116)), anchor="m")
    seal(
        draft,
        page,
        issuer,
        draft.rng.uniform(158, 166),
        draft.rng.uniform(246, 256),
        36,
        centre_line=draft.rng.choice(("证书专用章", "认证专用章")),
    )
