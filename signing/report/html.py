"""The HTML report of validations: one file that needs no server and fetches nothing.

Laid out after the simple and the detailed report of the EU's DSS: a card a signature for whoever decides, and folded
below it chain, algorithms and codes for whoever wants to know. Names, fields and reasons come from the file and are
hostile; ``certlight.report_page`` escapes them and writes invisible characters out, the template isolates them.
"""

from __future__ import annotations

from collections.abc import Sequence

from certlight.light import Light
from certlight.report_page import render
from certlight.text import Language, Text
from signing.report.document import ValidatedFile
from signing.report.view import file_view

TITLE = Text("签章验证报告", "Seal validation report")


def validate_html(files: Sequence[ValidatedFile], *, language: Language = "zh") -> str:
    """One self-contained HTML document about one or several validated files.

    ``language`` is the one shown first; the other is a button away. The same input gives the same bytes.
    """
    views = [file_view(number, file) for number, file in enumerate(files, start=1)]
    return render(
        "signing.report",
        title=TITLE,
        language=language,
        files=views,
        overall=Light.worst(view.light for view in views),
    )
