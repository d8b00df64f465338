"""The terminal view of a validation: coloured lights for people, the same words without escape sequences for pipes.

Names, fields and reasons come from the file and are printed as ``rich.text.Text``, never as markup, and through
``certlight.visible``, so that they can neither colour the terminal nor move its cursor.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as Rich

from certlight.hanging import print_hanging
from certlight.light import LIGHTS, SHAPES, STYLES, Light
from certlight.text import Language, Text
from certlight.visible import visible
from signing.report.document import ValidatedFile
from signing.report.view import FileView, ReasonView, SignatureView, file_view
from signing.validation.report import SealReport

_UNPROVED: Final = Text("（身份未证实）", " (not proved)")


def print_report(console: Console, report: SealReport | ValidatedFile, language: Language = "zh") -> None:
    """Prints one validation: the answer, then every signature with its facets, reasons and later changes.

    A ``ValidatedFile`` also tells the file's name and what the recheck of its entries gave.
    """
    file = report if isinstance(report, ValidatedFile) else ValidatedFile("", report)
    _Printer(console, language).file(file_view(1, file))


class _Printer:
    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language

    def _say(self, text: Text) -> str:
        return visible(text.of(self._language)).replace("\n", "↵").replace("\t", " ")

    def _plain(self, text: str) -> str:
        return self._say(Text(text, text))

    def _pick(self, zh: str, en: str) -> str:
        return en if self._language == "en" else zh

    def _print(self, line: Rich, indent: int = 0, lead: Rich | None = None) -> None:
        print_hanging(self._console, line, indent, lead)

    def _light(self, light: Light) -> Rich:
        return Rich(f"{SHAPES[light]} {self._say(LIGHTS[light])}", style=STYLES[light])

    def file(self, file: FileView) -> None:
        self._print(Rich(self._say(file.answer.headline), style="bold"), lead=self._light(file.light).append("  "))
        if file.name:
            self._print(Rich(self._plain(file.name), style="dim"), indent=2)
        self._print(Rich(self._say(file.answer.detail)), indent=2)
        as_of = self._pick("验证时点 ", "valid as of ")
        self._print(Rich(f"{file.code}  {as_of}{file.validated_at}", style="dim"), indent=2)
        if file.entries is not None:
            self._print(Rich(self._say(file.entries.message)), 2, self._light(file.entries.light).append("  "))
        self._reasons(file.reasons, file.reasons_left_out, 2)
        for signature in file.signatures:
            self._signature(signature)

    def _signature(self, signature: SignatureView) -> None:
        self._console.print()
        head = Rich(f"{signature.number}. {self._say(signature.kind)}  ", style="bold")
        name = Rich(self._say(signature.name), style="bold")
        if signature.credit_code:
            name.append(f"  {self._plain(signature.credit_code)}", style="not bold")
        if not signature.sure:
            name.append(self._say(_UNPROVED), style="not bold yellow")
        self._print(name, 2, head)
        self._print(
            Rich(self._say(signature.answer)).append(f"  {signature.code}", style="dim"),
            4,
            self._light(signature.light).append("  "),
        )
        names = [self._say(facet.name) for facet in signature.facets]
        width = max(cell_len(name) for name in names) + 2
        for name_of_facet, facet in zip(names, signature.facets, strict=True):
            style = STYLES[facet.light] if facet.light in (Light.YELLOW, Light.RED) else ""
            value = Rich(self._say(facet.value), style=style)
            if facet.note is not None:
                value.append(self._pick("；", "; ") + self._say(facet.note), style="dim not bold default")
            lead = Rich(name_of_facet + " " * (width - cell_len(name_of_facet)), style="dim")
            self._print(value, 4, lead)
        self._reasons(signature.reasons, signature.reasons_left_out, 4)
        if signature.advice is not None:
            self._print(Rich(self._say(signature.advice)), 4, Rich("»  ", style="cyan"))
        for change in signature.changes:
            sign = Rich("+  ", style="dim") if change.allowed else Rich("×  ", style=STYLES[Light.RED])
            revision = self._pick(f"（第 {change.revision + 1} 版）", f" (revision {change.revision + 1})")
            self._print(Rich(self._say(change.text)).append(revision, style="dim"), 4, sign)
        self._left_out(signature.changes_left_out, 4)

    def _reasons(self, reasons: tuple[ReasonView, ...], left_out: int, indent: int) -> None:
        for reason in reasons:
            sign = f"{SHAPES[reason.light]}  " if reason.indication else "·  "
            line = Rich(self._say(reason.text)).append(f"  {self._plain(reason.code)}", style="dim")
            self._print(line, indent, Rich(sign, style=STYLES[reason.light] if reason.indication else "dim"))
        self._left_out(left_out, indent)

    def _left_out(self, number: int, indent: int) -> None:
        if number:
            self._print(Rich(self._pick(f"另有 {number} 项未列出。", f"{number} more are not listed.")), indent)
