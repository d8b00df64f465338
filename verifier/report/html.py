"""The HTML report: one file that needs no server and fetches nothing, for people who decide on the document.

Everything a scan or a user brought is hostile: the template escapes every value, and characters that draw nothing or
reorder others are written out (``plain.visible``). A content security policy in the file names the hashes of its own
style and script and forbids all else, so that even a slip in the escaping could run and fetch nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from certlight import __version__
from certlight.text import Language
from extractors.page import Page
from verifier.report.document import DocumentResult
from verifier.report.plain import visible
from verifier.report.view import DocumentView, document_view
from verifier.report.words import LIGHTS, MEANINGS, SHAPES
from verifier.verdict import Light


def html_report(
    documents: Sequence[tuple[DocumentResult, Sequence[Page]]], *, checked_at: datetime, language: Language = "zh"
) -> str:
    """One self-contained HTML document about one or several documents.

    Each result comes with those of its pages whose pixels are at hand. ``language`` is the one shown first; the other
    is a button away. The same input gives the same bytes.
    """
    views = [document_view(i + 1, result, pages) for i, (result, pages) in enumerate(documents)]
    style = _resource("report.css") + _positions(views)
    script = _resource("report.js")
    lights = [view.light for view in views if view.light is not None]
    values = {
        "documents": views,
        "overall": Light.worst(lights) if lights else None,
        "checked_at": checked_at,
        "language": "en" if language == "en" else "zh-CN",
        "version": __version__,
        "style": Markup(style),
        "script": Markup(script),
        "policy": _policy(style, script),
    }
    return _environment().get_template("report.html.j2").render(values)


def _policy(style: str, script: str) -> str:
    """Content security policy: this style and this script, pictures inside the file, nothing else."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verifier.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(Light=Light, LIGHTS=LIGHTS, MEANINGS=MEANINGS, SHAPES=SHAPES)
    return environment


def _finalize(value: Any) -> Any:
    """Whatever the template prints that is not its own markup goes through ``visible`` first, then is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _resource(name: str) -> str:
    return files("verifier.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source expression that allows exactly this inline text (CSP Level 3, §2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


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
