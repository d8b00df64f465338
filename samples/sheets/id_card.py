"""Identity cards as they are handed in: both sides copied onto one sheet. The portrait is a plain silhouette."""

from __future__ import annotations

import datetime as dt

from PIL import Image, ImageDraw

from samples import ornaments
from samples.canvas import Canvas, Ink, Part
from samples.form import Draft
from samples.values import dates, identifiers, people, places
from samples.values.value import Value

VARIANTS = ("portrait_sheet", "landscape_sheet", "long_term")

CARD = (85.6, 54.0)
"""Width and height of the card in mm (ISO/IEC 7810 ID-1)."""


def draw(draft: Draft) -> None:
    """Both sides of one card."""
    rng = draft.rng
    where = places.region(rng)
    sex = rng.choice(people.SEXES)
    long_term = draft.variant == "long_term"
    born = (
        dates.between(rng, dt.date(1955, 1, 1), dt.date(1968, 12, 31))
        if long_term
        else dates.between(rng, dt.date(1972, 1, 1), dt.date(1999, 12, 31))
    )
    issued = dates.between(rng, dt.date(2018, 1, 1), dt.date(2026, 3, 31))
    draft.say("name", people.person(rng))
    draft.say("sex", Value.plain(sex))
    draft.say("nation", Value.plain(rng.choice(people.NATIONS)))
    draft.say("born_on", Value(f"{born.year}年{born.month}月{born.day}日", born.isoformat()))
    draft.say("address", places.address(rng, where))
    draft.say("id_number", identifiers.identity_number(rng, where.code, born, sex))
    draft.say(
        "authority",
        Value.plain(
            f"{where.city}公安局{'' if where.district[-1] not in '区' else where.district.removesuffix('区') + '分局'}"
        ),
    )
    draft.say("valid", _valid(issued, None if long_term else dates.later(issued, 20, less_a_day=False)))
    if draft.variant == "landscape_sheet":
        k = rng.uniform(1.35, 1.45)
        page = draft.page(297, 210)
        corners = ((16.0, 60.0), (281.0 - CARD[0] * k, 60.0))
    else:
        k = rng.uniform(1.35, 1.75)
        page = draft.page(210, 297)
        corners = ((105 - CARD[0] * k / 2, 36.0), (105 - CARD[0] * k / 2, 60.0 + CARD[1] * k + 20))
    for x, y in corners:
        _blank(page, x, y, k)
    _back(draft, page, *corners[0], k)
    _front(draft, page, *corners[1], k, born)


def _valid(start: dt.date, end: dt.date | None) -> Value:
    last = f"{end:%Y.%m.%d}" if end else "长期"
    return Value(f"{start:%Y.%m.%d}-{last}", f"{start.isoformat()}/{end.isoformat() if end else ''}")


def _blank(page: Canvas, x: float, y: float, k: float) -> None:
    """The card's own ground: rounded, pale, with flowing lines, 样张 across it."""
    width, height = round(CARD[0] * k * page.scale), round(CARD[1] * k * page.scale)
    card = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle(
        (0, 0, width - 1, height - 1),
        radius=round(3.2 * k * page.scale),
        fill=(233, 241, 246, 255),
        outline=(170, 180, 188, 255),
        width=2,
    )
    for row in range(0, height, max(6, height // 60)):
        draw.line((8, row, width - 8, row), fill=(226, 234, 242, 255))
    page.stamp(card, x + CARD[0] * k / 2, y + CARD[1] * k / 2, multiply=False)
    mark = ornaments.slanted(page.fonts, "样张", round(17 * k * page.scale), (212, 222, 230), 20, tracking=0.4)
    page.stamp(mark, x + CARD[0] * k * 0.46, y + CARD[1] * k / 2, multiply=False)


def _front(draft: Draft, page: Canvas, x: float, y: float, k: float, born: dt.date) -> None:
    say = {code: value.printed for code, value in draft.values.items()}
    label = Ink("sans", 2.7 * k, (70, 120, 165))
    value = Ink("sans", 3.1 * k, (30, 30, 32))

    def put(dx: float, dy: float, text: str, ink: Ink, code: str | None = None) -> None:
        page.write(x + dx * k, y + dy * k, text, ink, code=code)

    for dx, dy, text in (
        (5.5, 6.4, "姓 名"),
        (5.5, 13.4, "性 别"),
        (23, 13.4, "民 族"),
        (5.5, 20.4, "出 生"),
        (5.5, 27.4, "住 址"),
    ):
        put(dx, dy, text, label)
    put(14.5, 5.8, say["name"], value.sized(3.6 * k), "name")
    put(14.5, 13.0, say["sex"], value, "sex")
    put(32, 13.0, say["nation"], value, "nation")
    left, boxes = 14.5, []
    for text, ink in (
        (f"{born.year}", value),
        (" 年 ", label),
        (f"{born.month}", value),
        (" 月 ", label),
        (f"{born.day}", value),
        (" 日", label),
    ):
        boxes.append(page.write(x + left * k, y + (20.0 if ink is value else 20.4) * k, text, ink))
        left += page.length(text, ink) / k
    page.spots.append(("born_on", (boxes[0][0], min(b[1] for b in boxes), boxes[-1][2], max(b[3] for b in boxes))))
    page.flow(x + 14.5 * k, y + 27.0 * k, [Part(say["address"], "address")], value, 36.5 * k, leading=1.3)
    put(5.5, 45.2, "公民身份号码", label)
    page.write(
        x + 28.5 * k,
        y + 44.6 * k,
        say["id_number"],
        Ink("sans", 3.7 * k, (24, 24, 26), tracking=0.06),
        code="id_number",
    )
    _silhouette(page, x + 68.5 * k, y + 22.5 * k, 22 * k, 30 * k)


def _silhouette(page: Canvas, cx: float, cy: float, width: float, height: float) -> None:
    w, h = round(width * page.scale), round(height * page.scale)
    figure = Image.new("RGBA", (w, h), (0, 0, 0, 0))
    draw = ImageDraw.Draw(figure)
    draw.ellipse((w * 0.28, h * 0.10, w * 0.72, h * 0.56), fill=(120, 126, 134, 255))
    draw.pieslice((w * 0.04, h * 0.58, w * 0.96, h * 1.5), 180, 360, fill=(96, 102, 112, 255))
    page.stamp(figure, cx, cy, multiply=False)


def _back(draft: Draft, page: Canvas, x: float, y: float, k: float) -> None:
    say = {code: value.printed for code, value in draft.values.items()}
    page.stamp(ornaments.emblem(round(16 * k * page.scale)), x + 14 * k, y + 14 * k, multiply=False)
    page.write(
        x + 52 * k,
        y + 7 * k,
        "中华人民共和国",
        Ink("serif", 5.0 * k, (30, 30, 30), bold=0.02, tracking=0.12),
        anchor="m",
    )
    page.write(
        x + 52 * k,
        y + 15.5 * k,
        "居民身份证",
        Ink("serif", 7.0 * k, (30, 30, 30), bold=0.03, tracking=0.16),
        anchor="m",
    )
    label = Ink("sans", 2.7 * k, (40, 44, 50))
    value = Ink("sans", 3.0 * k, (30, 30, 32))
    page.write(x + 20 * k, y + 36.0 * k, "签发机关", label)
    page.write(x + 34 * k, y + 35.7 * k, say["authority"], value, code="authority")
    page.write(x + 20 * k, y + 43.6 * k, "有效期限", label)
    page.write(x + 34 * k, y + 43.3 * k, say["valid"], value, code="valid")
