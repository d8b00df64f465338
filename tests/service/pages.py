"""The parts of the documents that are written from the source: settings and refusals of the service.

``python -m tests.service.pages`` writes them anew; a test compares.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from certlight.errors import CertlightError, UsageError
from certlight.text import Text
from service.api.problems import status_of
from service.settings.model import PREFIX, Settings
from service.settings.sources import group_of, variable

ROOT: Final = Path(__file__).resolve().parents[2]
OPERATIONS: Final = ROOT / "docs" / "operations.md"
CODES: Final = ROOT / "docs" / "service-codes.md"
OTHER_PAGES: Final = tuple(ROOT / "docs" / name for name in ("cli.md", "sealing.md"))
CODE: Final = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
_MARKED: Final = re.compile(r"(<!-- {0} -->\n).*?(<!-- end -->)".replace("{0}", "(?P<name>[a-z]+)"), re.DOTALL)
DEFAULTS: Final = {
    "data_dir": "the user's data folder",
    "database_url": "`certlight.sqlite` in the data directory",
    "storage_url": "`files` in the data directory",
}
"""What depends on the machine."""


def written(document: Path) -> str:
    """The document with its generated parts as they should be."""
    parts = {"settings": settings_table, "codes": codes_table}
    text = document.read_text(encoding="utf-8")
    return _MARKED.sub(lambda found: f"{found[1]}{parts[found['name']]()}{found[3]}", text)


def settings_table() -> str:
    """A row a setting."""
    lines = ["| setting | variable | default | |", "|---|---|---|---|"]
    for key, default, meaning in _settings(Settings):
        shown = DEFAULTS.get(key) or ("" if default in (None, "") else f"`{default}`")
        lines.append(f"| `{key}` | `{variable(key, PREFIX)}` | {shown} | {_cell(meaning)} |")
    return "\n".join(lines) + "\n"


def _settings(model: type, parent: str = "") -> Iterator[tuple[str, object, str]]:
    said = _said(model)
    for name, field in model.model_fields.items():  # type: ignore[attr-defined]
        if group := group_of(field):
            yield from _settings(group, f"{parent}{name}.")
        else:
            default = None if field.is_required() or field.default_factory else field.default
            yield f"{parent}{name}", default, said.get(name, "")


@cache
def _said(model: type) -> dict[str, str]:
    """What stands below each attribute in the source."""
    tree = ast.parse((ROOT / f"{model.__module__.replace('.', '/')}.py").read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == model.__name__)
    found = {}
    for attribute, text in itertools.pairwise(body):
        if (
            isinstance(attribute, ast.AnnAssign)
            and isinstance(attribute.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[attribute.target.id] = " ".join(str(text.value.value).split())
    return found


@dataclass(frozen=True)
class Refusal:
    """A code with what it says; ``…`` stands for what differs."""

    code: str
    status: int
    message: Text
    remedy: Text


def codes_table() -> str:
    """A row a code that the web service alone has."""
    lines = ["| code | HTTP | what | remedy |", "|---|---|---|---|"]
    elsewhere = {code for page in OTHER_PAGES for code in codes_of(page)}
    for each in refusals():
        if each.code not in elsewhere:
            what = f"{each.message.zh} {each.message.en}"
            lines.append(f"| `{each.code}` | {each.status} | {_cell(what)} | {_cell(each.remedy.en)} |")
    return "\n".join(lines) + "\n"


def codes_of(page: Path) -> set[str]:
    """The codes in the first columns of a page's tables of codes."""
    found: set[str] = set()
    heads = False
    for line in page.read_text(encoding="utf-8").splitlines():
        first = line.split("|")[1].strip() if line.startswith("|") else ""
        heads = bool(first) and (heads or first == "code")
        if heads:
            found |= {code for code in re.findall(r"`([^`]+)`", first) if CODE.fullmatch(code)}
    return found


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every refusal that the service's source spells out, by its code."""
    found: dict[str, Refusal] = {}
    for file in sorted((ROOT / "service").rglob("*.py")):
        if "cli" in file.parts or "versions" in file.parts or file.name == "env.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for each in _Module(name, tree).refusals():
            found.setdefault(each.code, each)
    return tuple(found[code] for code in sorted(found))


def raised() -> set[str]:
    """Every code that the source hands to something that makes a refusal of it, wherever its words stand."""
    found = set()
    for file in sorted((ROOT / "service").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and re.search(r"refus|Error$|Missing$", ast.unparse(node.func)):
                codes = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                found |= {code for code in codes if isinstance(code, str) and CODE.fullmatch(code)}
    return found


class _Module:
    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name, self._tree = name, tree
        self._named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and node.value is not None
        }

    def refusals(self) -> Iterator[Refusal]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                yield from self._of(node.args, node.func)
            elif isinstance(node, ast.Tuple):
                yield from self._of(node.elts, None)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(value, ast.Tuple) and key is not None:
                        words = [part for part in value.elts if self._text(part) is not None]
                        kinds = [part for part in value.elts if self._kind(part) is not None]
                        yield from self._of([key, *words], kinds[0] if kinds else None)
                    elif key is not None and "_ADVICE" in self._named:
                        # One piece of advice for all.
                        yield from self._of([key, value, self._named["_ADVICE"]], None)

    def _of(self, parts: list[ast.expr], kind: ast.expr | None) -> Iterator[Refusal]:
        for code, message, remedy in zip(parts, parts[1:], parts[2:], strict=False):
            said, told = self._text(message), self._text(remedy)
            if isinstance(code, ast.Constant) and CODE.fullmatch(str(code.value)) and said and told:
                yield Refusal(str(code.value), self._status(str(code.value), kind, parts), said, told)

    def _status(self, code: str, kind: ast.expr | None, parts: list[ast.expr]) -> int:
        numbers = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, int)]
        if numbers:
            return numbers[0]
        made = self._kind(kind) if kind is not None else None
        return status_of((made or UsageError)(code, Text("", ""), Text("", "")))

    def _kind(self, node: ast.expr) -> type[CertlightError] | None:
        found = getattr(import_module(self._name), node.id, None) if isinstance(node, ast.Name) else None
        return found if isinstance(found, type) and issubclass(found, CertlightError) else None

    def _text(self, node: ast.expr) -> Text | None:
        if isinstance(node, ast.Name):
            value = self._named.get(node.id)
            return self._text(value) if value is not None and not isinstance(value, ast.Name) else None
        if isinstance(node, ast.IfExp):
            return self._text(node.orelse)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text" and len(node.args) == 2:
            return Text(_words(node.args[0]), _words(node.args[1]))
        return None


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _words(node.left) + _words(node.right)
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


if __name__ == "__main__":
    for page in (OPERATIONS, CODES):
        page.write_text(written(page), encoding="utf-8")
