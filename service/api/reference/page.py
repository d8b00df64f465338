"""The page, made once for an OpenAPI document."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from service.api.reference.view import chapters, shapes

_STYLE: Final = (files("service.api.reference") / "page.css").read_text(encoding="utf-8")
_CODE: Final = re.compile(r"`([^`]+)`")
_WORDS: Final = re.compile(r"``([^`]+)``")


def policy() -> str:
    """The Content-Security-Policy of the page: its own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(document: Mapping[str, Any], address: str) -> str:
    """HTML; ``address`` is where the document itself is."""
    environment = Environment(
        loader=PackageLoader("service.api.reference", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["prose"] = prose
    return environment.get_template("page.html").render(
        info=document["info"],
        servers=document.get("servers", ()),
        chapters=chapters(document),
        shapes=shapes(document),
        schemes=document["components"].get("securitySchemes", {}),
        address=address,
        style=Markup(_STYLE),
    )


def prose(text: str) -> Markup:
    """Paragraphs, lists and code of a description; everything else is text."""
    return Markup("\n").join(_blocks(text))


def _blocks(text: str) -> Iterator[Markup]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        if lines and all(line.startswith("- ") for line in lines):
            items = Markup("").join(Markup("<li>{}</li>").format(_inline(line[2:])) for line in lines)
            yield Markup("<ul>{}</ul>").format(items)
        elif block:
            yield Markup("<p>{}</p>").format(_inline(" ".join(lines)))


def _inline(text: str) -> Markup:
    plain = _WORDS.sub(r"`\1`", text)
    parts = _CODE.split(plain)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )
