"""A report opened in a tab, and all that the page complained about or asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page as Tab


@dataclass
class Visit:
    """A tab with the report open, and what it complained about or asked for."""

    tab: Tab
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def visit(browser: object, folder: Path, html: str, width: int = 1440) -> Visit:
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})  # type: ignore[attr-defined]
    visited = Visit(tab)
    tab.on("console", lambda message: visited.complaints.append(message.text))
    tab.on("pageerror", lambda error: visited.complaints.append(str(error)))
    tab.on("request", lambda request: visited.requests.append(request.url[:80]))
    tab.goto(path.as_uri())
    return visited
