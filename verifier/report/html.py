"""The HTML report: one file that needs no server and fetches nothing, for people who decide on the document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from certlight.light import Light
from certlight.report_page import render
from certlight.text import Language, Text
from extractors.page import Page
from verifier.report.document import DocumentResult
from verifier.report.view import DocumentView, document_view
from verifier.report.words import MEANINGS

TITLE = Text("证照智能核验报告", "Certificate check report")


def html_report(
    documents: Sequence[tuple[DocumentResult, Sequence[Page]]], *, checked_at: datetime, language: Language = "zh"
) -> str:
    """One self-contained HTML document about one or several documents.

    Each result comes with those of its pages whose pixels are at hand. ``language`` is the one shown first; the other
    is a button away. The same input gives the same bytes.
    """
    views = [document_view(i + 1, result, pages) for i, (result, pages) in enumerate(documents)]
    lights = [view.light for view in views if view.light is not None]
    return render(
        "verifier.report",
        title=TITLE,
        language=language,
        rules=_positions(views),
        documents=views,
        overall=Light.worst(lights) if lights else None,
        checked_at=checked_at,
        MEANINGS=MEANINGS,
    )


def _positions(views: Sequence[DocumentView]) -> str:
    """Style rules that put the boxes in place, one a box: the policy forbids style attributes."""
    rules = []
    for view in views:
        for page in view.pages:
            ratio = page.picture.width / page.picture.height
            rules.append(f"#d{view.number}-p{page.number}{{--ratio:{ratio:.4f}}}")
            rules += [
                f"#d{view.number}-p{page.number}-b{i}"
                f"{{left:{b.left}%;top:{b.top}%;width:{b.width}%;height:{b.height}%}}"
                for i, b in enumerate(page.boxes, start=1)
            ]
    return "\n".join(rules) + "\n"
