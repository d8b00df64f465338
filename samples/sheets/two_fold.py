"""The business licence before 2015: two pages side by side, a 15-digit number, the date in Chinese characters."""

from __future__ import annotations

import datetime as dt

from samples import ornaments
from samples.canvas import Ink
from samples.form import Column, Draft, Row, fitted, labelled, seal
from samples.values import companies, dates, identifiers, money, people, places, projects
from samples.values.places import Region
from samples.values.value import Value


def draw(draft: Draft, where: Region) -> None:
    """The form stands on the left; notes, the record of annual checks, seal and date on the right."""
    rng = draft.rng
    issued = dates.between(rng, dt.date(2006, 2, 1), dt.date(2014, 12, 20))
    founded = dates.between(rng, dt.date(1995, 1, 5), issued)
    draft.say("uscc", identifiers.registration_number(rng, where.code))
    draft.say("name", companies.name(rng, where, form=rng.choice(("有限公司", "有限责任公司"))))
    draft.say("address", places.address(rng, where, long=rng.random() < 0.3))
    draft.say("legal_representative", people.person(rng))
    draft.say("registered_capital", money.capital(rng))
    draft.say(
        "company_type",
        Value.plain(rng.choice(("有限责任公司", "有限公司(自然人独资)", "有限责任公司（自然人投资或控股）"))),
    )
    draft.say("scope", projects.business_scope(rng, rng.choice((3, 5, 8))))
    draft.say("established_on", Value(f"{founded.year}年{founded.month:02d}月{founded.day:02d}日", founded.isoformat()))
    draft.say("term", dates.span(rng, founded, dates.later(founded, 50), joiner="至"))
    draft.say("authority", companies.registrar(rng, where, old=True))
    draft.say("issued_on", dates.in_characters(issued))
    page = draft.page(297, 210, colour=rng.choice(((228, 232, 238), (236, 232, 238), (240, 240, 236))))
    page.rule(148.5, 6, 148.5, 204, 0.3, (205, 208, 214))
    page.write(20, 16, "企业法人营业执照", Ink("sans", 12.5, (30, 30, 34), bold=0.03), width=104)
    ink = Ink("sans", 4.2, (34, 34, 38), bold=0.02)
    value = Ink(rng.choice(("serif", "sans")), 4.4, (44, 44, 50))
    page.write(72, 36, "（副　本）", Ink("serif", 5.6), anchor="m")
    page.write(62, 46, "注册号", ink.sized(4.2))
    page.write(79, 46, draft.values["uscc"].printed, value, code="uscc")
    column = Column(20, 30, 53, 90, 9.4)
    rows = [
        *labelled(draft, "名称", "name"),
        *labelled(draft, "住所", "address"),
        *labelled(draft, "法定代表人姓名", "legal_representative"),
        *labelled(draft, "注册资本", "registered_capital"),
        Row("实收资本", draft.values["registered_capital"].printed, None),
        *labelled(draft, "公司类型", "company_type"),
    ]
    y = column.draw(page, 58, rows, ink, value)
    column.draw(
        page,
        y,
        labelled(draft, "经营范围", "scope"),
        ink,
        fitted(page, draft.values["scope"].printed, value, column.value_width, 176 - y, 1.25),
    )
    column.draw(
        page, 182, [*labelled(draft, "成立日期", "established_on"), *labelled(draft, "营业期限", "term")], ink, value
    )
    page.write(222, 26, "须　　知", Ink("sans", 4.2), anchor="m")
    notes = (
        "1. 本执照是企业法人资格和合法经营的凭证。",
        "2. 本执照分为正本和副本，二者效力相同。",
        "3. 正本应当置于住所的醒目位置。",
        "4. 本执照不得伪造、涂改、出租、出借、转让。",
        "5. 登记事项发生变化，应当申请变更登记。",
        "6. 每年三月一日至六月三十日应当参加年度检验。",
    )
    ornaments.caption(page, 166, 36, notes, Ink("serif", 3.2), 1.75)
    page.write(222, 78, "年度检验情况", Ink("sans", 4.0), anchor="m")
    page.frame(168, 86, 276, 112)
    for x in (195, 222, 249):
        page.rule(x, 86, x, 112)
    printed_below = rng.random() < 0.4
    if printed_below:
        page.write(234, 158, draft.values["authority"].printed, Ink("sans", 5.2), anchor="m", code="authority")
    page.write(
        234, 176, draft.values["issued_on"].printed, Ink("serif", 4.6, tracking=0.15), anchor="m", code="issued_on"
    )
    seal(
        draft,
        page,
        draft.values["authority"].printed,
        234,
        rng.uniform(156, 162),
        40,
        code=None if printed_below else "authority",
    )
