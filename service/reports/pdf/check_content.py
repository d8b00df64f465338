"""The check report (证照智能核验报告) as blocks for paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certlight.china import moment
from certlight.light import LIGHTS, SHAPES, Light
from certlight.text import Language, Text
from service.reports.pdf.blocks import (
    COLOURS,
    SOFT,
    SOFT_COLOURS,
    Block,
    Cell,
    Figure,
    Frame,
    Heading,
    Picture,
    Row,
    Run,
    Runs,
    Table,
    Verdict,
)
from verifier.report.diff import Pieces
from verifier.report.pictures import Picture as Drawn
from verifier.report.view import DocumentView, PageView
from verifier.report.view import Row as FieldRow
from verifier.report.words import MEANINGS
from verifier.verdict import Provenance

_SMALL: Final = 7.5
_BROAD: Final = 420
"""Pixels; a cut wider than this is illegible in a column of the table and stands below it."""


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What is told of a seal that covers what was checked."""

    signer: str
    sealed_at: datetime
    level: str
    indication: str
    message: Text
    light: Light
    sealed_sha256: str


def check_blocks(
    view: DocumentView, facts: Sequence[tuple[Text, str]], seals: Sequence[SealFacts], language: Language
) -> tuple[Block, ...]:
    """Everything of one document's report, in one language; ``facts`` say which document and check it is."""
    return tuple(_Content(language).blocks(view, facts, seals))


class _Content:
    def __init__(self, language: Language) -> None:
        self._language = language

    def _say(self, zh: str, en: str) -> str:
        return en if self._language == "en" else zh

    def _text(self, text: Text) -> str:
        return text.of(self._language)

    def blocks(
        self, view: DocumentView, facts: Sequence[tuple[Text, str]], seals: Sequence[SealFacts]
    ) -> Iterator[Block]:
        if view.light is not None:
            word = f"{SHAPES[view.light]} {self._text(LIGHTS[view.light])}"
            yield Verdict(view.light, word, self._text(MEANINGS[view.light]))
        yield self._facts([(Text("证照", "Document"), self._text(view.name)), *facts, *self._files(view)])
        if view.findings:
            yield Heading(self._say("文件级规则", "Document rules"))
            yield self._remarks((found.light, self._text(found.message), found.code) for found in view.findings)
        if view.notices or view.advice:
            yield Heading(self._say("提示与重拍建议", "Notices and advice for recapture"))
            advice = ((None, self._text(a.text), self._pages(a.pages)) for a in view.advice)
            yield self._remarks([*advice, *((None, self._text(n.message), n.code) for n in view.notices)])
        yield Heading(self._say("逐项核验", "Field by field") + "  " + self._counts(view))
        yield Table(
            (15, 17, 26, 26, 32),
            (
                self._say("灯", "Light"),
                self._say("核验项", "Field"),
                self._say("用户填写数据", "Entered"),
                self._say("证件识别数据", "On the document"),
                self._say("结论", "Finding"),
            ),
            tuple(self._field(row) for row in view.rows),
        )
        yield from self._seals(seals)
        if view.provenance is not None:
            yield Heading(self._say("核验依据", "Provenance"))
            yield self._facts(list(_provenance(view.provenance)))
        for page in view.pages:
            yield self._page(page, len(view.page_facts))

    def _files(self, view: DocumentView) -> list[tuple[Text, str]]:
        return [
            (Text("文件", "Files"), "\n".join(view.files)),
            (Text("页数", "Pages"), str(len(view.page_facts))),
            (Text("类型判定", "Type"), f"{view.doc_type or '—'}  {view.type_confidence} %"),
        ]

    def _facts(self, facts: Sequence[tuple[Text, str]]) -> Table:
        rows = tuple(
            Row((Cell(((Run(self._text(name), SOFT, 8.5),),)), Cell(((Run(value or "—", size=8.5),),))))
            for name, value in facts
        )
        return Table((22, 78), ("", ""), rows)

    def _remarks(
        self, remarks: Sequence[tuple[Light | None, str, str]] | Iterator[tuple[Light | None, str, str]]
    ) -> Table:
        return Table(
            (15, 85),
            ("", ""),
            tuple(
                Row((self._light(light), Cell(((Run(message),), (Run(code, SOFT, _SMALL),)))))
                for light, message, code in remarks
            ),
        )

    def _light(self, light: Light | None) -> Cell:
        if light is None:
            return Cell(((Run("·", SOFT),),))
        word = f"{SHAPES[light]} {self._text(LIGHTS[light])}"
        return Cell(((Run(word, COLOURS[light]),),), ground=SOFT_COLOURS[light])

    def _counts(self, view: DocumentView) -> str:
        counted = [(light, view.count(light)) for light in (Light.RED, Light.YELLOW, Light.GREEN)]
        return "  ".join(f"{SHAPES[light]} {number}" for light, number in counted if number)

    def _field(self, row: FieldRow) -> Row:
        light = row.light or Light.GREEN
        values = row.values
        entered = [_pieces(values.entered, light) or (Run(self._say("未填写", "Not entered"), SOFT),)]
        read = [_pieces(values.recognised, light) or (Run(self._say("未识别到", "Nothing read"), SOFT),)]
        compared = Run(self._say("规范后 ", "Compared as "), SOFT, _SMALL)
        if values.normal_entered or values.normal_recognised:
            entered.append((compared, *_pieces(values.normal_entered, light)))
            read.append((compared, *_pieces(values.normal_recognised, light)))
        if row.raw:
            read.append((Run(self._say("证照原文 ", "As printed "), SOFT, _SMALL), Run(row.raw)))
        finding: list[Runs] = []
        if row.outcome is not None:
            finding.append((Run(self._text(row.outcome), COLOURS[light]),))
        if row.reason is not None:
            finding.append((Run(self._text(row.reason), size=8.5),))
        confidence = self._say("置信度", "confidence")
        finding.append((Run(f"{self._text(row.source)} · {confidence} {row.confidence} %", SOFT, _SMALL),))
        name: list[Runs] = [(Run(f"{row.number} {self._text(row.name)} {row.sign}".rstrip()),)]
        if row.class_name is not None and row.sign:
            name.append((Run(self._text(row.class_name), SOFT, 6.5),))
        cuts = tuple(map(_picture, row.crops))
        broad = any(cut.width > _BROAD for cut in cuts)
        return Row(
            (
                self._light(row.light),
                Cell(tuple(name)),
                Cell(tuple(entered)),
                Cell(tuple(read), pictures=() if broad else cuts),
                Cell(tuple(finding)),
            ),
            wide=cuts if broad else (),
        )

    def _seals(self, seals: Sequence[SealFacts]) -> Iterator[Block]:
        yield Heading(self._say("签章验证", "Seals"))
        if not seals:
            none = self._say("所核验的内容尚未签章。", "What was checked has not been sealed.")
            yield Table((100,), ("",), (Row((Cell(((Run(none, SOFT),),)),)),))
        for seal in seals:
            yield self._facts(
                [
                    (Text("结论", "Result"), f"{SHAPES[seal.light]} {self._text(seal.message)}"),
                    (Text("签章单位", "Sealed by"), seal.signer),
                    (Text("签章时间", "Sealed at"), moment(seal.sealed_at)),
                    (Text("验证结果", "Indication"), f"{seal.indication}  {seal.level}"),
                    (Text("签章文件 SHA-256", "Sealed file SHA-256"), seal.sealed_sha256),
                ]
            )

    def _pages(self, numbers: Sequence[int]) -> str:
        listed = "、".join(map(str, numbers[:12])) + ("…" if len(numbers) > 12 else "")
        return self._say(f"第 {listed} 页", f"page {listed}")

    def _page(self, page: PageView, count: int) -> Figure:
        frames = tuple(
            Frame(
                str(box.row) if box.first else "",
                COLOURS[box.light or Light.GREEN],
                box.left,
                box.top,
                box.width,
                box.height,
            )
            for box in page.boxes
        )
        caption = self._say(f"第 {page.number} 页，共 {count} 页", f"Page {page.number} of {count}")
        return Figure(_picture(page.picture), caption, frames)


def _pieces(pieces: Pieces, light: Light) -> Runs:
    runs = []
    for piece in pieces:
        if piece.kind == "same":
            runs.append(Run(piece.text))
        else:
            text = piece.text if piece.kind == "diff" else "□"
            runs.append(Run(text, COLOURS[light], marked=SOFT_COLOURS[light]))
    return tuple(runs)


def _picture(drawn: Drawn) -> Picture:
    return Picture(base64.b64decode(drawn.uri.partition(",")[2]), drawn.width, drawn.height)


def _provenance(kept: Provenance) -> Iterator[tuple[Text, str]]:
    yield Text("产品", "Product"), kept.product
    yield Text("模板", "Template"), kept.template
    yield Text("识别引擎", "Engine"), kept.engine
    yield Text("核验日期", "Day of the check"), kept.checked_on
    models = "\n".join(f"{name}: {model}" for name, model in kept.models.items())
    yield Text("模型", "Models"), models
    thresholds = "  ".join(f"{name} = {number:g}" for name, number in kept.thresholds.items())
    yield Text("阈值", "Thresholds"), thresholds
    yield Text("电子件 SHA-256", "Scans SHA-256"), "\n".join(kept.scan_sha256)
    yield Text("填写内容 SHA-256", "Claim SHA-256"), kept.claim_sha256
