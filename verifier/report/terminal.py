"""The terminal view of documents: coloured lights for people, the same words without escape sequences for pipes.

Values from scans and users are printed as ``rich.text.Text``, never as markup, and through ``plain.visible``, so a
value can neither colour the terminal nor move its cursor. Widths are counted in cells: a Chinese character takes two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text as Rich

from certlight.hanging import print_hanging
from certlight.light import LIGHTS, SHAPES, STYLES, Light
from certlight.text import Language, Text
from certlight.visible import visible
from verifier.report.diff import Pieces, compare
from verifier.report.document import DocumentResult
from verifier.report.json_report import notices_of
from verifier.report.plain import one_string
from verifier.report.view import percent
from verifier.report.words import MEANINGS, OUTCOMES, UNKNOWN_TYPE
from verifier.verdict import FieldCheck, Verdict

VALUE_CELLS = 96
"""Cells of a value before it is cut around its first difference: three lines of a column, so tables stay tables."""
TABLE_CELLS = 100
"""Narrower consoles get a list instead of a table: five columns of Chinese do not fit in 80 cells."""
ELLIPSIS = "…"


def print_documents(console: Console, documents: Sequence[DocumentResult], language: Language = "zh") -> None:
    """Prints every document: with its lights where it was checked, with its fields where it was only read."""
    for i, document in enumerate(documents):
        if i:
            console.print()
        _Printer(console, language).document(document)


def shorten(pieces: Pieces, cells: int = VALUE_CELLS) -> Pieces:
    """``pieces`` cut to about ``cells`` cells around the first difference, with an ellipsis where text was left out."""
    if sum(cell_len(piece.text) for piece in pieces) <= cells:
        return pieces
    first = next((i for i, piece in enumerate(pieces) if piece.kind != "same"), None)
    kept: list[tuple[str, str]] = []
    room = cells
    start = 0
    if first is not None and first > 0:
        lead = "".join(piece.text for piece in pieces[:first])
        tail = _last_cells(lead, cells // 3)
        kept.append(((ELLIPSIS if tail != lead else "") + tail, "same"))
        room -= cell_len(tail)
        start = first
    for piece in pieces[start:]:
        if cell_len(piece.text) <= room:
            kept.append((piece.text, piece.kind))
            room -= cell_len(piece.text)
            continue
        kept.append((chop_cells(piece.text, max(2, room))[0] + ELLIPSIS, piece.kind))
        break
    return tuple(type(pieces[0])(text, kind) for text, kind in kept)  # type: ignore[arg-type]


def _last_cells(text: str, cells: int) -> str:
    while cell_len(text) > cells:
        text = text[max(1, (cell_len(text) - cells) // 2) :]
    return text


class _Printer:
    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._wide = console.width >= TABLE_CELLS

    def _say(self, text: Text) -> str:
        return visible(text.of(self._language))

    def _pick(self, zh: str, en: str) -> str:
        return en if self._language == "en" else zh

    def _print(self, line: Rich, indent: int = 0, lead: Rich | None = None) -> None:
        print_hanging(self._console, line, indent, lead)

    def document(self, document: DocumentResult) -> None:
        self._head(document)
        if document.verdict is None:
            self._fields(document)
        else:
            self._checks(document.verdict)
            self._remarks(
                (self._light(f.light), self._say(f.message))
                for f in sorted(document.verdict.findings, key=lambda f: -f.light)
            )
        self._remarks((Rich("!", style="yellow"), self._say(notice.message)) for notice in notices_of(document))
        issues = dict.fromkeys(issue for page in document.pages for issue in page.quality.issues)
        self._remarks((Rich("»", style="cyan"), self._say(issue.advice)) for issue in issues)

    def _head(self, document: DocumentResult) -> None:
        verdict = document.verdict
        head = Rich()
        if verdict is not None:
            head.append_text(self._light(verdict.light)).append("  ")
        head.append(self._say(document.type_name or UNKNOWN_TYPE), style="bold")
        if document.doc_type:
            head.append(f"  {visible(document.doc_type)} {percent(document.type_confidence):g} %", style="dim")
        self._print(head)
        self._print(Rich(visible(" + ".join(document.files)).replace("\n", "↵"), style="dim"), indent=2)
        if verdict is not None:
            self._print(Rich(self._say(MEANINGS[verdict.light])), indent=2)
            counts = Rich()
            for light in (Light.RED, Light.YELLOW, Light.GREEN):
                number = sum(check.light is light for check in verdict.checks)
                if number:
                    counts.append_text(self._light(light)).append(f" {number}   ")
            counts.rstrip()
            self._print(counts, indent=2)

    def _light(self, light: Light) -> Rich:
        return Rich(f"{SHAPES[light]} {self._say(LIGHTS[light])}", style=STYLES[light])

    def _checks(self, verdict: Verdict) -> None:
        if not self._wide:
            for check in verdict.checks:
                self._check_lines(check)
            return
        table = self._table(
            (self._pick("灯", "Light"), 8, True),
            (self._pick("核验项", "Field"), 14, False),
            (self._pick("用户填写数据", "Entered"), 16, False),
            (self._pick("证件识别数据", "On the document"), 16, False),
            (self._pick("结论", "Finding"), 24, False),
        )
        for check in verdict.checks:
            entered, recognised = self._values(check)
            table.add_row(self._light(check.light), self._name(check), entered, recognised, self._finding(check))
        self._console.print(table)

    def _check_lines(self, check: FieldCheck) -> None:
        entered, recognised = self._values(check)
        head = self._light(check.light).append("  ").append_text(self._name(check))
        self._print(head.append(f"  {self._say(OUTCOMES[check.outcome])}"))
        for zh, en, line in (
            ("填写  ", "entered     ", entered),
            ("识别  ", "recognised  ", recognised),
            ("原因  ", "reason      ", Rich(self._say(check.reason))),
        ):
            self._print(line, indent=4, lead=Rich(self._pick(zh, en), style="dim"))

    def _name(self, check: FieldCheck) -> Rich:
        name = Rich(self._say(check.name))
        return name.append(" ★", style="yellow") if check.field_class == "key" else name

    def _finding(self, check: FieldCheck) -> Rich:
        finding = Rich(self._say(OUTCOMES[check.outcome]), style=STYLES[check.light])
        return finding.append("\n" + self._say(check.reason), style="not bold default")

    def _values(self, check: FieldCheck) -> tuple[Rich, Rich]:
        values = compare(check)
        style = f"{STYLES[check.light]} bold underline"
        return self._value(values.entered, style), self._value(values.recognised, style)

    def _value(self, pieces: Pieces, style: str) -> Rich:
        if not pieces:
            return Rich("—", style="dim")
        value = Rich()
        for piece in shorten(pieces):
            value.append(piece.text, style=style if piece.kind == "diff" else None)
        return value

    def _fields(self, document: DocumentResult) -> None:
        fields = document.reading.fields
        if not fields:
            return
        names = {code: Rich(self._say(document.name_of(code))) for code in fields}
        values = {
            code: Rich(_cut(visible(one_string(f.value) if f.value is not None else f.raw)) or "—")
            for code, f in fields.items()
        }
        if self._wide:
            table = self._table(
                (self._pick("项目", "Field"), 16, False),
                (self._pick("证件识别数据", "On the document"), 40, False),
                (self._pick("置信度", "Confidence"), 10, True),
            )
            for code, reading in fields.items():
                read = reading.value is not None or reading.raw
                table.add_row(names[code], values[code], f"{percent(reading.confidence):g} %" if read else "")
            self._console.print(table)
            return
        for code in fields:
            self._print(values[code], indent=2, lead=names[code].append("  "))

    def _table(self, *columns: tuple[str, int, bool]) -> Table:
        fancy = self._console.is_terminal
        table = Table(
            box=box.ROUNDED if fancy else box.SIMPLE_HEAD, show_lines=fancy, header_style="bold", expand=False
        )
        for title, least, fixed in columns:
            table.add_column(title, min_width=least, no_wrap=fixed, overflow="fold")
        return table

    def _remarks(self, remarks: Iterable[tuple[Rich, str]]) -> None:
        for sign, message in remarks:
            self._print(Rich(message), indent=2, lead=sign.append("  "))


def _cut(text: str) -> str:
    return text if cell_len(text) <= VALUE_CELLS else set_cell_size(text, VALUE_CELLS - 1).rstrip() + ELLIPSIS
