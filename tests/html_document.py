"""HTML as a browser would see it, and strings that try to become more than text."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "path", "circle", "rect", "link", "input"}
ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "]]><!--<script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;b&gt; &#60;script&#62;",
]


class Document(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside script and style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.languages: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))
            if tag == "span" and "lang" in dict(attrs):
                self.languages.append((dict(attrs)["lang"] or "", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("script", "style"):
            self.text.append(data)
            if self._open[-1][0] == "span" and "lang" in self._open[-1][1]:
                self.languages[-1] = (self.languages[-1][0], self.languages[-1][1] + data)

    def having(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of the elements of class ``name``."""
        return [a for _, a in self.elements if name in (a.get("class") or "").split()]
