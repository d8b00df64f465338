"""A PDF whose text layer says another amount than its pixels never yields the layer's amount.

The amount is drawn with a font whose ToUnicode map exchanges two digits: people see 1000000, software copies 9000000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pytest

from certlight.light import Light
from certlight.paths import data_dir
from extractors.engines.null import NullEngine, ScriptedLine
from extractors.geometry import Box
from extractors.page import LayerWord
from pipeline.flow import Desk, Outcome, read, verify
from pipeline.intake.document import Document
from pipeline.intake.intake import take
from tests.pdf_makers import Objects, PageSpec, encoded, outlined_font, pdf, text, to_unicode
from verifier.verdict import Claim

FONT = data_dir() / "fonts" / "NotoSansSC-Regular.otf"
pytestmark = pytest.mark.skipif(
    not FONT.is_file(), reason="the Chinese fonts are not installed (certlight samples fonts)"
)

LABEL, SEEN, COPIED = "签约合同价：", "1000000.00元", "9000000.00元"
PARTIES = ["发包人：沈阳样张置业有限公司", "承包人：沈阳样张建设有限公司", "工程名称：样张大厦主体工程"]
CLAUSES = [
    "第一条双方本着平等自愿的原则订立本合同",
    "第二条承包人应当按照图纸组织施工",
    "第三条发包人应当按时支付工程进度款",
    "第四条质量应当符合现行验收规范的要求",
    "第五条安全文明施工由承包人负责到底",
    "第六条竣工资料一式四份由承包人移交",
    "第七条争议由工程所在地人民法院管辖",
    "第八条未尽事宜由双方另行签订补充协议",
]
TITLE = "建设工程施工合同"


def contract(clauses: Sequence[str], *, forged: bool) -> bytes:
    """One page: title, parties, price, clauses; where ``forged``, the layer says ``COPIED`` where ``SEEN`` is drawn."""
    objects = Objects()
    characters = "".join([TITLE, LABEL, SEEN, *PARTIES, *clauses])
    honest, codes = outlined_font(objects, FONT, characters)
    figures, figure_codes = outlined_font(objects, FONT, SEEN)
    if forged:
        said = {code: COPIED[SEEN.index(c)] for c, code in figure_codes.items()} | {figure_codes["0"]: "0"}
        # The map was added just before its font.
        objects.bodies[figures - 2] = _stream(to_unicode(said))
    content = text(180, 770, encoded(TITLE, codes), size=24)
    content += "".join(text(60, 720 - 24 * i, encoded(party, codes), size=12) for i, party in enumerate(PARTIES))
    content += text(60, 640, encoded(LABEL, codes), size=12)
    content += text(60 + 12 * len(LABEL), 640, encoded(SEEN, figure_codes), size=12).replace("/F1", "/F2")
    content += "".join(text(60, 600 - 24 * i, encoded(line, codes), size=12) for i, line in enumerate(clauses))
    return pdf([PageSpec(content)], objects, fonts=f"/F1 {honest} 0 R /F2 {figures} 0 R")


def _stream(data: bytes) -> bytes:
    return f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


@contextmanager
def opened(clauses: Sequence[str], *, forged: bool) -> Iterator[tuple[Document, Desk]]:
    """The document, and an engine that reads what its pixels show."""
    with take([("contract.pdf", contract(clauses, forged=forged))]) as document:
        layer = document.render(0).layer
        assert any(COPIED in word.text for word in layer) is forged
        yield document, Desk(NullEngine([shown(word) for word in layer]))


def shown(word: LayerWord) -> ScriptedLine:
    return ScriptedLine(word.text.replace(COPIED, SEEN), Box(word.x0, word.y0, word.x1, word.y1))


def price(outcome: Outcome) -> object:
    return outcome.result.reading.fields["price"].value


def codes(outcome: Outcome) -> list[str]:
    return [notice.code for notice in outcome.result.reading.notices]


@pytest.mark.parametrize("clauses", [[], CLAUSES, CLAUSES * 2], ids=["short", "one page", "full page"])
def test_the_amount_comes_from_the_pixels(clauses: Sequence[str]) -> None:
    """Whether or not the audit's sample hits the forged line: every value is read again where it stands."""
    with opened(clauses, forged=True) as (document, desk):
        outcome = read(document, desk)
    assert outcome.result.doc_type == "contract"
    assert price(outcome) == "1000000"
    assert any(code in ("read.text_layer_distrusted", "layer.mismatch") for code in codes(outcome))


@pytest.mark.parametrize("clauses", [[], CLAUSES * 2], ids=["short", "full page"])
def test_the_amount_of_the_layer_is_never_green(clauses: Sequence[str]) -> None:
    with opened(clauses, forged=True) as (document, desk):
        outcome = verify(document, Claim("contract", {"price": "9000000"}, {}), desk, date(2026, 11, 1))
    assert outcome.result.verdict is not None
    (check,) = [c for c in outcome.result.verdict.checks if c.field == "price"]
    assert check.light is Light.RED
    assert check.recognised == "1000000"


@pytest.mark.parametrize("clauses", [[], CLAUSES * 2], ids=["short", "full page"])
def test_an_honest_layer_is_used_and_says_so(clauses: Sequence[str]) -> None:
    with opened(clauses, forged=False) as (document, desk):
        outcome = read(document, desk)
    found = outcome.result.reading.fields["price"]
    assert (found.value, found.source) == ("1000000", "text_layer")
    assert not any(code.startswith("layer.") or code == "read.text_layer_distrusted" for code in codes(outcome))


def test_a_value_the_layer_invents_on_blank_paper_is_no_value() -> None:
    """Invisible text where nothing is printed."""
    hidden = text(60, 100, "Price 9000000.00 yuan", mode=3)
    data = pdf([PageSpec(text(60, 700, "Construction contract") + hidden)])
    with take([("x.pdf", data)]) as document:
        visible = [w for w in document.render(0).layer if "Price" not in w.text]
        outcome = read(document, Desk(NullEngine([shown(word) for word in visible])), "contract")
    assert "price" not in outcome.result.reading.fields
    assert "layer.hidden" in codes(outcome)
