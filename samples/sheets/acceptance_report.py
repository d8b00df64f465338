"""Reports on the acceptance of finished works (竣工验收报告), in table form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from samples import grid
from samples.canvas import Ink
from samples.form import Draft, seal
from samples.values import companies, dates, money, places, projects
from samples.values.value import Value

VARIANTS = ("building", "unit_works")


def draw(draft: Draft) -> None:
    """One report of the draft's variant."""
    rng = draft.rng
    where = places.region(rng)
    start = dates.between(rng, dt.date(2022, 3, 1), dt.date(2024, 4, 30))
    finish = start + dt.timedelta(days=rng.randrange(200, 620))
    accepted = finish + dt.timedelta(days=rng.randrange(5, 60))
    area = Decimal(rng.randrange(1500_00, 80000_00)) / 100
    wan = Decimal(rng.randrange(300_00, 90000_00)) / 100
    draft.say("section_name", projects.section(rng, where))
    draft.say("client", companies.public_body(rng, where))
    draft.say("contractor", companies.name(rng, where))
    draft.say("designer", companies.designer(rng, where))
    draft.say("surveyor", companies.surveyor(rng, where))
    draft.say("supervisor", companies.supervisor(rng, where))
    draft.say("start_on", dates.full(start))
    draft.say("finish_on", dates.full(finish))
    draft.say("accepted_on", dates.full(accepted))
    draft.say("conclusion", Value.plain(rng.choice((
        "验收合格，同意交付使用。",
        "本工程已按设计文件和合同约定完成，质量符合现行验收规范，观感质量好，资料齐全，综合验收合格。",
        "经五方责任主体共同验收，工程质量合格，同意通过竣工验收。",
    ))))  # fmt: skip
    unit = rng.choice(("㎡", "m²", "平方米"))
    draft.say("area", Value(f"{area}{unit}", f"{money.canonical(area)} m2"))
    draft.say(
        "price",
        Value(f"{wan}万元", money.canonical(wan * 10000))
        if rng.random() < 0.6
        else Value(f"{wan * 10000:.2f}元", money.canonical(wan * 10000)),
    )
    _table(draft)


def _table(draft: Draft) -> None:
    rng = draft.rng
    say = {code: value.printed for code, value in draft.values.items()}
    page = draft.page(210, 297)
    unit_works = draft.variant == "unit_works"
    title = "单位工程竣工验收报告" if unit_works else "建设工程竣工验收报告"
    page.write(
        105, 24, title, Ink(rng.choice(("serif", "sans")), 8.6, (22, 22, 24), bold=0.025, tracking=0.15), anchor="m"
    )
    label, value = Ink("sans", 4.2, (28, 28, 30)), Ink("serif", 4.3, (34, 34, 38))

    def wide(text: str, code: str, least: float = 11.5) -> tuple[float, tuple[grid.Cell, ...]]:
        return least, (grid.label(0.2, text), grid.value(0.8, say[code], code))

    def pair(a: str, code_a: str, b: str, code_b: str) -> tuple[float, tuple[grid.Cell, ...]]:
        return 11.5, (
            grid.label(0.2, a),
            grid.value(0.3, say[code_a], code_a),
            grid.label(0.2, b),
            grid.value(0.3, say[code_b], code_b),
        )

    rows = [
        wide("工程名称", "section_name"),
        pair("建筑面积", "area", rng.choice(("工程造价", "合同造价")), "price"),
        wide("建设单位", "client"), wide("施工单位", "contractor"), wide("设计单位", "designer"),
        wide("勘察单位", "surveyor"), wide("监理单位", "supervisor"),
        pair("开工日期", "start_on", "竣工日期", "finish_on"),
        wide("验收日期", "accepted_on"),
        wide("验收结论", "conclusion", 30),
    ]  # fmt: skip
    y = grid.draw(page, 22, 42, 166, rows, label, value)
    height = 48.0
    bodies = (
        ("建设单位", "监理单位", "施工单位")
        if unit_works
        else ("建设单位", "勘察单位", "设计单位", "施工单位", "监理单位")
    )
    codes = {
        "建设单位": "client",
        "勘察单位": "surveyor",
        "设计单位": "designer",
        "施工单位": "contractor",
        "监理单位": "supervisor",
    }
    width = 166 / len(bodies)
    page.frame(22, y, 188, y + height)
    for k, body in enumerate(bodies):
        x = 22 + k * width
        if k:
            page.rule(x, y, x, y + height)
        page.write(x + width / 2, y + 3, f"{body}（公章）", label.sized(3.5), anchor="m")
        page.write(x + width / 2, y + height - 7, "年　月　日", value.sized(3.5), anchor="m")
        seal(
            draft,
            page,
            say[codes[body]],
            x + width / 2 + rng.uniform(-1, 1),
            y + height / 2 + rng.uniform(-1, 3),
            min(36.0, width - 1),
        )
