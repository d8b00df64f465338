"""Business licences: landscape (since 2019), portrait (2015–2019), and the two-fold ones of before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from samples import ornaments
from samples.canvas import Canvas, Ink
from samples.form import Column, Draft, Row, fitted, labelled, seal, seal_number, split_date
from samples.sheets import two_fold
from samples.values import companies, dates, identifiers, money, people, places, projects
from samples.values.places import Region
from samples.values.value import Value

VARIANTS = (
    "landscape",
    "portrait",
    "landscape_original",
    "old_two_fold",
    "individual",
    "partnership",
    "branch",
    "landscape_no_term",
    "portrait_original",
    "sole_proprietor",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """How a kind of business calls the items of its licence; None where it has no such item."""

    kind: str
    types: tuple[str, ...]
    head: str
    place: str
    capital: str | None
    founded: str
    term: str | None


COMPANY = Subject(
    "company",
    (
        "有限责任公司(自然人投资或控股)",
        "有限责任公司（自然人独资）",
        "有限责任公司（法人独资）",
        "其他有限责任公司",
        "股份有限公司(非上市、自然人投资或控股)",
        "有限责任公司",
    ),
    "法定代表人",
    "住所",
    "注册资本",
    "成立日期",
    "营业期限",
)
INDIVIDUAL = Subject("individual", ("个体工商户",), "经营者", "经营场所", None, "注册日期", None)
PARTNERSHIP = Subject(
    "partnership", ("有限合伙企业", "普通合伙企业"), "执行事务合伙人", "主要经营场所", None, "成立日期", "合伙期限"
)
BRANCH = Subject(
    "branch",
    ("有限责任公司分公司", "其他有限责任公司分公司", "有限责任公司分公司（自然人投资或控股）"),
    "负责人",
    "营业场所",
    None,
    "成立日期",
    "营业期限",
)
SOLE = Subject("sole", ("个人独资企业",), "投资人", "住所", "资金数额", "成立日期", None)

_SUBJECTS = {"individual": INDIVIDUAL, "partnership": PARTNERSHIP, "branch": BRANCH, "sole_proprietor": SOLE}


def draw(draft: Draft) -> None:
    """One licence of the draft's variant."""
    subject = _SUBJECTS.get(draft.variant, COMPANY)
    where = places.region(draft.rng)
    if draft.variant == "old_two_fold":
        two_fold.draw(draft, where)
    elif draft.variant.startswith("portrait"):
        _fill(draft, subject, where, dates.between(draft.rng, dt.date(2015, 10, 1), dt.date(2018, 12, 28)))
        _portrait(draft, subject, where)
    else:
        _fill(draft, subject, where, dates.between(draft.rng, dt.date(2019, 3, 1), dt.date(2026, 6, 30)))
        _landscape(draft, subject, where)


def _fill(draft: Draft, subject: Subject, where: Region, issued: dt.date) -> None:
    """Invent the values; ``issued`` closes the licence, the business was founded before it."""
    rng = draft.rng
    name = {"individual": companies.shop, "partnership": companies.partnership, "branch": companies.branch}.get(
        subject.kind, companies.name
    )(rng, where)
    founded = dates.between(rng, dt.date(2001, 1, 2), issued)
    draft.say("uscc", identifiers.credit_code(rng, where.code, individual=subject.kind == "individual"))
    draft.say("name", name)
    draft.say("company_type", Value.plain(rng.choice(subject.types)))
    draft.say("legal_representative", people.person(rng))
    if subject.capital is not None:
        draft.say("registered_capital", money.capital(rng, foreign=subject is COMPANY and rng.random() < 0.08))
    draft.say("established_on", dates.full(founded))
    if subject.term is not None and draft.variant != "landscape_no_term":
        draft.say("term", _term(rng, founded))
    draft.say("address", places.address(rng, where, long=rng.random() < 0.4))
    draft.say("scope", projects.business_scope(rng, rng.choice((3, 6, 10, 16, 22))))
    draft.say("authority", companies.registrar(rng, where))
    draft.say("issued_on", Value(f"{issued.year}年{issued.month:02d}月{issued.day:02d}日", issued.isoformat()))


def _term(rng: Random, founded: dt.date) -> Value:
    form = rng.randrange(3)
    if form == 0:
        return dates.open_term()
    end = dates.later(founded, rng.choice((30, 50))) if form == 1 else None
    return dates.span(rng, founded, end)


def _landscape(draft: Draft, subject: Subject, where: Region) -> None:
    rng = draft.rng
    original = draft.variant == "landscape_original"
    hue = rng.choice(((150, 158, 132), (128, 145, 150), (150, 140, 120)))
    page = draft.page(
        297,
        210,
        colour=rng.choice(((254, 253, 250), (252, 250, 243), (250, 250, 250))),
        frame=(14, 24, 10),
        frame_colour=hue,
    )
    if rng.random() < 0.5:
        ornaments.watermark(page, "SPECIMEN", rng, em=9, grey=240)
    page.stamp(ornaments.emblem(round(28 * page.scale)), 148.5, 26, multiply=False)
    title = Ink("sans", 17, rng.choice(((172, 132, 40), (45, 42, 30), (120, 92, 30))), bold=0.028, tracking=0.35)
    page.write(148.5, 45, "营业执照", title, anchor="m")
    page.write(148.5, 66, "（正　本）" if original else "（副　本）", Ink("serif", 6), anchor="m")
    label = Ink("sans", rng.choice((4.7, 5.0)), (28, 28, 30), bold=0.03)
    value = Ink("serif", rng.choice((4.1, 4.3)), (50, 48, 52))
    page.write(31, 48, "统一社会信用代码", label.sized(4.6), width=46)
    page.write(31, 56, draft.values["uscc"].printed, value, code="uscc")
    if not original and rng.random() < 0.6:
        page.write(84, 56, rng.choice(("(1-1)", "（1/1）", "1-1")), value)
    page.stamp(
        ornaments.qr(f"https://licence.example.test/q?uniscid={draft.values['uscc'].value}", round(25 * page.scale)),
        232,
        59,
        multiply=False,
    )
    ornaments.caption(
        page,
        247,
        48,
        ("扫描二维码登录", "“企业信用信息", "公示系统”了解", "更多登记、备案、", "许可、监管信息。"),
        Ink("serif", 2.7),
    )

    left = Column(31, 28, 62, 84, 10.2)
    right = Column(160, 28, 191, 76, 10.2)
    y = left.draw(
        page,
        84,
        [
            *labelled(draft, "名称", "name"),
            *labelled(draft, "类型", "company_type"),
            *labelled(draft, subject.head, "legal_representative"),
        ],
        label,
        value,
    )
    scope = draft.values["scope"].printed
    left.draw(
        page,
        y,
        labelled(draft, "经营范围", "scope"),
        label,
        fitted(page, scope, value, left.value_width, 176 - y, left.leading),
    )
    rows = [
        *labelled(draft, subject.capital, "registered_capital"),
        *([Row("组成形式", "个人经营", None)] if subject is INDIVIDUAL else []),
        *labelled(draft, subject.founded, "established_on"),
        *labelled(draft, subject.term, "term"),
        *labelled(draft, subject.place, "address"),
    ]
    right.draw(page, 84, rows, label, value)
    page.write(172, 150, "登记机关", label, width=32)
    issued = dt.date.fromisoformat(str(draft.values["issued_on"].value))
    split_date(
        page,
        200,
        rng.uniform(167, 171),
        issued,
        value.sized(4.6),
        label,
        code="issued_on",
        gap=rng.uniform(2.0, 3.2),
        drop=rng.uniform(-0.6, 0.9),
    )
    _authority(draft, page, where, 232, rng.uniform(150, 156), 40)
    foot = Ink("serif", 3.2, (70, 70, 70))
    page.write(15, 199, "企业信用信息公示系统网址：http://www.gsxt.example.test", foot)
    page.write(160, 199, "市场主体应当于每年1月1日至6月30日报送公示年度报告。", foot)


def _authority(draft: Draft, page: Canvas, where: Region, cx: float, cy: float, diameter: float) -> None:
    """The registration authority stands only in the seal, as on most licences."""
    number = seal_number(draft.rng, where.code) if draft.rng.random() < 0.5 else ""
    seal(draft, page, draft.values["authority"].printed, cx, cy, diameter, code="authority", number=number)


def _portrait(draft: Draft, subject: Subject, where: Region) -> None:
    rng = draft.rng
    original = draft.variant.endswith("original")
    page = draft.page(
        210,
        297,
        colour=(253, 252, 246),
        frame=(10, 16, 9),
        frame_colour=rng.choice(((170, 160, 120), (140, 150, 140))),
        ground=(244, 242, 232),
    )
    page.stamp(ornaments.emblem(round(30 * page.scale)), 105, 42, multiply=False)
    page.write(105, 62, "营业执照", Ink("sans", 19, (40, 36, 28), bold=0.028, tracking=0.4), anchor="m")
    page.write(105, 86, "（正　本）" if original else "（副　本）", Ink("serif", 6), anchor="m")
    label = Ink("sans", 4.9, (30, 30, 32), bold=0.03)
    value = Ink(rng.choice(("serif", "serif", "sans")), 4.5, (48, 46, 50))
    uscc = draft.values["uscc"].printed
    box = page.write(74, 97, "统一社会信用代码", label)
    page.write(box[2] / page.scale + 4, 97.4, uscc, value.sized(4.8), code="uscc")
    column = Column(30, 26, 62, 118, 11.0)
    head = [
        *labelled(draft, "名称", "name"),
        *labelled(draft, "类型", "company_type"),
        *labelled(draft, subject.place, "address"),
        *labelled(draft, subject.head, "legal_representative"),
        *labelled(draft, subject.capital, "registered_capital"),
        *labelled(draft, subject.founded, "established_on"),
        *labelled(draft, subject.term, "term"),
    ]
    y = column.draw(page, 110, head, label, value)
    column.draw(
        page,
        y,
        labelled(draft, "经营范围", "scope"),
        label,
        fitted(page, draft.values["scope"].printed, value, column.value_width, 232 - y, 1.25),
    )
    page.stamp(
        ornaments.qr(f"https://licence.example.test/q?uniscid={uscc}", round(30 * page.scale)), 46, 256, multiply=False
    )
    page.write(90, 240, "登记机关", label, width=32)
    issued = dt.date.fromisoformat(str(draft.values["issued_on"].value))
    split_date(page, 114, 260, issued, value.sized(4.8), label, code="issued_on", gap=2.4, drop=rng.uniform(-0.6, 0.6))
    _authority(draft, page, where, 150, rng.uniform(242, 250), 42)
    page.write(
        105,
        289.4,
        "企业信用信息公示系统网址：http://www.gsxt.example.test",
        Ink("serif", 3.2, (70, 70, 70)),
        anchor="m",
    )
