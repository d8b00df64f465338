"""Excerpts of construction contracts laid out like GF-2017-0201: cover, agreement, clauses, signatures."""

from __future__ import annotations

import datetime as dt

from samples.canvas import Canvas, Ink, Part
from samples.form import Draft, seal
from samples.values import companies, dates, identifiers, money, people, places, projects
from samples.values.value import Value

VARIANTS = ("scanned", "born_digital", "image_pdf", "consortium")
"""Where the pages end up: one image a page, a PDF with live text, a PDF of images. A consortium has two contractors."""

_TEXT = Ink("serif", 4.5, (28, 28, 30))
_HEAD = Ink("sans", 4.8, (24, 24, 26), bold=0.02)
_LEFT, _WIDTH = 28.0, 154.0

_CLAUSES = (
    "发包人应当按照约定向承包人提供施工现场、施工条件和基础资料，并对所提供资料的真实性、准确性和完整性负责。",
    "承包人应当按照设计文件、技术标准和合同约定组织施工，建立质量保证体系，对工程质量和施工安全承担相应责任。",
    "工程变更应当以书面形式提出。变更价款按照已标价工程量清单中相同或者类似项目的单价确定，没有类似项目的由双方协商。",
    "进度款按月支付。承包人应当于每月25日前提交当月已完工程量报告，发包人应当在收到报告后14天内完成审核并支付。",
    "隐蔽工程在隐蔽以前，承包人应当通知监理人检查。监理人没有按时到场检查的，承包人可以自行覆盖并做好记录。",
    "因不可抗力造成的工期延误，工期相应顺延；由此产生的费用由双方按照公平原则分担。",
    "缺陷责任期自工程通过竣工验收之日起计算。质量保证金在缺陷责任期届满后按照约定返还。",
    "双方因履行本合同发生争议的，应当先行协商；协商不成的，可以向工程所在地有管辖权的人民法院起诉。",
)


def draw(draft: Draft) -> None:
    """The pages of one excerpt."""
    _fill(draft)
    where = draft.values["place"].printed
    _cover(draft)
    _agreement(draft, where)
    _terms(draft)
    for number in range(draft.rng.randrange(3)):
        _clauses(draft, number)
    _signatures(draft)
    for number, page in enumerate(draft.pages[1:], start=1):
        page.write(105, 285, f"— {number} —", Ink("serif", 3.6), anchor="m")


def _fill(draft: Draft) -> None:
    rng = draft.rng
    where = places.region(rng)
    signed = dates.between(rng, dt.date(2025, 1, 10), dt.date(2026, 5, 30))
    start = signed + dt.timedelta(days=rng.randrange(5, 40))
    days = rng.choice((120, 180, 240, 300, 365, 400, 540, 730))
    finish = start + dt.timedelta(days=days - 1)
    price = money.price(rng)
    draft.say("section_name", projects.section(rng, where))
    draft.say("client", companies.public_body(rng, where))
    parties: tuple[str, ...] = (companies.name(rng, where).printed,)
    if draft.variant == "consortium":
        parties = (*parties, companies.designer(rng, where).printed)
    draft.say("contractor", Value("、".join(parties), parties))
    draft.say("manager", people.person(rng))
    figures = rng.choice((f"¥{price:,.2f}元", f"¥{price:.2f}元", f"￥{price:,.2f}元"))
    draft.say("price", Value(f"人民币（大写）{money.in_words(price)}（{figures}）", money.canonical(price)))
    draft.say("content", projects.works_content(rng))
    draft.say("place", places.site(rng, where))
    draft.say("start_on", dates.full(start))
    draft.say("finish_on", dates.full(finish))
    draft.say("duration", Value(f"{days}天", f"{days}"))
    draft.say("quality", Value.plain(rng.choice(("合格", "国家现行施工质量验收规范合格"))))
    draft.say("signed_on", dates.full(signed))


def _part(draft: Draft, code: str) -> Part:
    return Part(draft.values[code].printed, code, underlined=True)


def _paragraph(page: Canvas, y: float, parts: list[Part | str]) -> float:
    return page.flow(_LEFT, y, parts, _TEXT, _WIDTH, leading=1.72, indent=9.0) + 1.2


def _cover(draft: Draft) -> None:
    page = draft.page(210, 297)
    say = {code: value.printed for code, value in draft.values.items()}
    year = int(str(draft.values["signed_on"].value)[:4])
    page.write(182, 26, f"合同编号：{identifiers.contract_number(draft.rng, year)}", Ink("serif", 4.0), anchor="r")
    page.write(105, 70, "建设工程施工合同", Ink("sans", 13, (20, 20, 22), bold=0.025, tracking=0.15), anchor="m")
    ink = Ink("serif", 5.2)
    y = 138.0
    for label, text in (
        ("工程名称：", say["section_name"]),
        ("发 包 人：", say["client"]),
        ("承 包 人：", say["contractor"]),
    ):
        box = page.write(36, y, label, ink)
        y = page.flow(box[2] / page.scale + 1, y, [Part(text, underlined=True)], ink, 112, leading=1.6) + 7


def _agreement(draft: Draft, where: str) -> None:
    page = draft.page(210, 297)
    page.write(105, 24, "第一部分　合同协议书", Ink("sans", 6.2, bold=0.02), anchor="m")
    y = _paragraph(page, 40, ["发包人（全称）：", _part(draft, "client")])
    y = _paragraph(page, y, ["承包人（全称）：", _part(draft, "contractor")])
    y = _paragraph(
        page,
        y,
        ["双方就下列工程的施工及有关事项协商一致，遵循平等、自愿、公平和诚实信用的原则，订立本合同，共同遵守。"],
    )
    y = _head(page, y, "一、工程概况")
    y = _paragraph(page, y, ["1. 工程名称：", _part(draft, "section_name"), "。"])
    y = _paragraph(page, y, ["2. 工程地点：", _part(draft, "place"), "。"])
    y = _paragraph(
        page,
        y,
        ["3. 资金来源：", Part(draft.rng.choice(("财政资金", "自筹资金", "专项债券资金")), underlined=True), "。"],
    )
    y = _paragraph(page, y, ["4. 工程内容：", _part(draft, "content"), "。"])
    y = _head(page, y, "二、合同工期")
    y = _paragraph(page, y, ["计划开工日期：", _part(draft, "start_on"), "。"])
    y = _paragraph(page, y, ["计划竣工日期：", _part(draft, "finish_on"), "。"])
    _paragraph(
        page,
        y,
        ["工期总日历天数：", _part(draft, "duration"), "。总日历天数与前述起止日期不一致的，以总日历天数为准。"],
    )


def _terms(draft: Draft) -> None:
    page = draft.page(210, 297)
    y = _head(page, 28, "三、质量标准")
    y = _paragraph(page, y, ["工程质量标准：", _part(draft, "quality"), "。"])
    y = _head(page, y, "四、签约合同价与合同价格形式")
    words, _, figures = draft.values["price"].printed.removeprefix("人民币（大写）").partition("（")
    price: list[Part | str] = [
        "1. 签约合同价为：人民币（大写）",
        Part(words, "price", underlined=True),
        "（",
        Part(figures.removesuffix("）"), "price", underlined=True),
        "）。",
    ]
    y = _paragraph(page, y, price)
    y = _paragraph(page, y, [f"2. 合同价格形式：{draft.rng.choice(('固定单价合同', '固定总价合同'))}。"])
    y = _head(page, y, "五、项目经理")
    y = _paragraph(page, y, [draft.rng.choice(("承包人项目经理：", "项目经理：")), _part(draft, "manager"), "。"])
    y = _head(page, y, "六、合同文件构成")
    y = _paragraph(
        page,
        y,
        [
            "本协议书与中标通知书、投标函及其附录、专用条款、通用条款、技术标准和要求、图纸、已标价工程量清单共同构成合同文件。"
        ],
    )
    y = _head(page, y, "七、承诺")
    _paragraph(
        page, y, ["发包人承诺按照约定支付合同价款。承包人承诺按照约定完成施工，确保质量和安全，不进行转包及违法分包。"]
    )


def _clauses(draft: Draft, number: int) -> None:
    page = draft.page(210, 297)
    page.write(105, 24, "第二部分　通用条款（节选）", Ink("sans", 5.8, bold=0.02), anchor="m")
    y = 42.0
    for k, clause in enumerate(draft.rng.sample(_CLAUSES, 6), start=1):
        y = _paragraph(page, y, [f"{number + 1}.{k}　{clause}"])


def _signatures(draft: Draft) -> None:
    rng = draft.rng
    page = draft.page(210, 297)
    say = {code: value.printed for code, value in draft.values.items()}
    y = _head(page, 30, "八、签订时间与生效")
    y = _paragraph(page, y, ["本合同于", _part(draft, "signed_on"), "签订，自双方签字并加盖公章之日起生效。"])
    y = _paragraph(page, y, ["本合同一式陆份，具有同等法律效力，发包人执叁份，承包人执叁份。"]) + 16
    for x, role, body in (
        (28.0, "发包人", say["client"]),
        (110.0, "承包人", draft.values["contractor"].printed.split("、")[0]),
    ):
        page.write(x, y, f"{role}：（公章）", _HEAD)
        bottom = page.flow(x, y + 12, [body], _TEXT, 74, leading=1.5)
        page.write(x, bottom + 6, "法定代表人或其委托代理人：", _TEXT)
        page.write(x, bottom + 16, "（签字）", _TEXT)
        seal(draft, page, body, x + rng.uniform(30, 42), y + rng.uniform(12, 18), 42)
    if len(draft.values["contractor"].value) > 1:
        second = str(draft.values["contractor"].value[1])
        page.write(110, y + 70, "联合体成员：（公章）", _HEAD)
        page.flow(110, y + 82, [second], _TEXT, 74, leading=1.5)
        seal(draft, page, second, 148, y + 88, 42)


def _head(page: Canvas, y: float, text: str) -> float:
    page.write(_LEFT + 9, y + 1.5, text, _HEAD)
    return y + 12
