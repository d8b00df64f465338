"""Notices of award (中标通知书): running text and table."""

from __future__ import annotations

import datetime as dt

from samples import grid
from samples.canvas import Ink, Part
from samples.form import Draft, seal
from samples.values import companies, dates, identifiers, money, people, places, projects
from samples.values.value import Value

VARIANTS = ("text", "table")


def draw(draft: Draft) -> None:
    """One notice of the draft's variant."""
    rng = draft.rng
    where = places.region(rng)
    notified = dates.between(rng, dt.date(2025, 3, 1), dt.date(2026, 6, 30))
    price = money.price(rng)
    days = rng.choice((90, 120, 180, 240, 300, 365, 450, 540, 730))
    draft.say("section_name", projects.section(rng, where))
    draft.say("section_no", identifiers.section_number(rng, notified.year, where.code))
    draft.say("tenderer", companies.public_body(rng, where))
    draft.say("winner", companies.name(rng, where))
    draft.say(
        "bid_price", Value(f"{money.figures(rng, price)}（大写：{money.in_words(price)}）", money.canonical(price))
    )
    draft.say("manager", people.person(rng))
    draft.say("manager_register_no", identifiers.practitioner_number(rng, where.short, notified.year - 3))
    draft.say("duration", Value(f"{days}{rng.choice(('日历天', '天', '个日历天'))}", f"{days}"))
    draft.say(
        "quality", Value.plain(rng.choice(("合格", "符合国家施工质量验收规范合格标准", "合格（争创省优质工程）")))
    )
    draft.say(
        "scale",
        Value.plain(
            rng.choice(
                (
                    f"总建筑面积约{rng.randrange(2000, 60000)}平方米",
                    f"道路全长{rng.randrange(300, 6000)}米，红线宽{rng.randrange(18, 50)}米",
                )
            )
        ),
    )
    draft.say("notified_on", dates.printed(rng, notified) if rng.random() < 0.4 else dates.full(notified))
    if draft.variant == "table":
        _table(draft)
    else:
        _text(draft)


def _text(draft: Draft) -> None:
    rng = draft.rng
    say = {code: value.printed for code, value in draft.values.items()}
    page = draft.page(210, 297, frame=rng.choice(((9.0, 9.0, 7.0), None)), frame_colour=(190, 120, 110))
    page.write(
        105,
        36,
        "中 标 通 知 书",
        Ink(
            rng.choice(("serif", "sans")),
            11,
            (176, 30, 28) if rng.random() < 0.5 else (24, 24, 26),
            bold=0.025,
            tracking=0.08,
        ),
        anchor="m",
    )
    ink = Ink("serif", 4.9, (34, 34, 36))
    number = rng.choice(("招标编号：", "标段编号：", "项目编号："))
    left = 182 - page.length(number + say["section_no"], ink.sized(4.2))
    page.write(left, 58, number, ink.sized(4.2))
    page.write(left + page.length(number, ink.sized(4.2)), 58, say["section_no"], ink.sized(4.2), code="section_no")
    if rng.random() < 0.6:
        page.flow(28, 72, ["致：", Part(say["winner"], "winner")], ink, 154)
    else:
        page.flow(28, 72, [Part(say["winner"], "winner"), "："], ink, 154)
    opening = f"{rng.choice(('你方', '贵公司'))}于{rng.choice(('规定的递交截止时间前', '本次招标活动中'))}递交的"
    body: list[Part | str] = [
        opening,
        Part(say["section_name"], "section_name"),
        "投标文件已被我方接受，经评标委员会评审并公示，现确定你方为该标段的中标人。主要中标内容如下：",
    ]
    y = page.flow(28, 84, body, ink, 154, leading=1.75, indent=9.8)
    figures, _, words = say["bid_price"].partition("（大写：")
    items: tuple[tuple[str, list[Part | str]], ...] = (
        ("中标价：", [Part(figures, "bid_price"), "（大写：", Part(words.removesuffix("）"), "bid_price"), "）"]),
        (rng.choice(("工期：", "中标工期：")), [Part(say["duration"], "duration")]),
        (rng.choice(("质量标准：", "工程质量：")), [Part(say["quality"], "quality")]),
        (rng.choice(("项目经理：", "项目负责人：")), [Part(say["manager"], "manager")]),
        ("注册编号：", [Part(say["manager_register_no"], "manager_register_no")]),
        ("建设规模：", [Part(say["scale"], "scale")]),
    )
    for label, parts in items:
        y = page.flow(28, y + 2.4, [label, *parts], ink, 154, leading=1.6, indent=9.8)
    closing = "请你方在接到本通知书后30日内与我方签订书面合同，并在签订合同前按招标文件的约定提交履约担保。特此通知。"
    y = page.flow(28, y + 2.4, [closing], ink, 154, leading=1.75, indent=9.8)
    y = max(y + 10, 208)
    box = page.write(88, y, rng.choice(("招标人：", "建设单位：")), ink)
    page.write(box[2] / page.scale + 1, y, say["tenderer"], ink, code="tenderer")
    page.write(174, y + 16, say["notified_on"], ink, anchor="r", code="notified_on")
    seal(draft, page, say["tenderer"], rng.uniform(138, 150), y + 8, 40)


def _table(draft: Draft) -> None:
    rng = draft.rng
    say = {code: value.printed for code, value in draft.values.items()}
    page = draft.page(210, 297)
    page.write(105, 30, "中标通知书", Ink("sans", 10, (24, 24, 26), bold=0.025, tracking=0.3), anchor="m")
    label, value = Ink("sans", 4.3, (30, 30, 32)), Ink("serif", 4.4, (36, 36, 40))
    rows = (
        (
            13,
            (
                grid.label(0.22, rng.choice(("标段名称", "工程名称", "项目名称"))),
                grid.value(0.78, say["section_name"], "section_name"),
            ),
        ),
        (
            13,
            (grid.label(0.22, rng.choice(("标段编号", "招标编号"))), grid.value(0.78, say["section_no"], "section_no")),
        ),
        (13, (grid.label(0.22, rng.choice(("招标人", "建设单位"))), grid.value(0.78, say["tenderer"], "tenderer"))),
        (13, (grid.label(0.22, rng.choice(("中标人", "中标单位"))), grid.value(0.78, say["winner"], "winner"))),
        (17, (grid.label(0.22, "中标价"), grid.value(0.78, say["bid_price"], "bid_price"))),
        (13, (grid.label(0.22, "建设规模"), grid.value(0.78, say["scale"], "scale"))),
        (
            13,
            (
                grid.label(0.22, rng.choice(("项目经理", "项目负责人"))),
                grid.value(0.26, say["manager"], "manager"),
                grid.label(0.18, "注册编号"),
                grid.value(0.34, say["manager_register_no"], "manager_register_no"),
            ),
        ),
        (
            13,
            (
                grid.label(0.22, "工期"),
                grid.value(0.26, say["duration"], "duration"),
                grid.label(0.18, "质量标准"),
                grid.value(0.34, say["quality"], "quality"),
            ),
        ),
        (
            18,
            (grid.label(0.22, "备注"), grid.value(0.78, "中标人应当自本通知书发出之日起30日内与招标人订立书面合同。")),
        ),
    )
    y = grid.draw(page, 25, 54, 160, rows, label, value)
    page.write(36, y + 18, "招标人（盖章）：", label)
    page.write(116, y + 18, "招标代理机构（盖章）：", label)
    page.write(178, y + 44, say["notified_on"], value, anchor="r", code="notified_on")
    seal(draft, page, say["tenderer"], 66, y + 30, 40)
    agency = companies.name(rng, places.region(rng), trade="招标代理", form="有限公司").printed
    seal(draft, page, agency, 152, y + 36, 38)
