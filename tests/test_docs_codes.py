"""The tables of codes in docs/cli.md and docs/sealing.md list every stable code of the source, and no others.

Codes are read from the source (string literals of the form ``family.word``), not from running it: a refusal that no
test provokes has to be documented as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from certlight import errors
from certlight.errors import CertlightError
from signing.composition.fitness_findings import found
from signing.validation.indication import Indication, SubIndication

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("certlight", "extractors", "verifier", "signing", "pipeline", "service", "samples")
SOURCES = (*(package for package in PACKAGES if package != "service"), "service/cli")
"""Folders whose codes these documents list; docs/service-codes.md has the web service's, and a test of its own."""
DOCUMENTS = ("docs/cli.md", "docs/sealing.md")

CODE = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
FILE_ENDINGS = frozenset({"css", "html", "js", "json", "onnx", "pdf", "yaml", "yml"})
AUDIT_EVENTS = frozenset({"os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.", "socket."})
"""Names of the interpreter's audit events, in ``pipeline.confined.worker``."""
COMPUTED = {"crl.": frozenset({"crl.stale", "crl.not_yet", "crl.unverifiable", "crl.unknown_issuer"})}
"""Codes that the source puts together: what they begin with → what may come of it."""
RAISED_BY = {
    "signing.composition.refusals": "InputRefused",
    "signing.appearance.seal_image": "InputRefused",
    "pipeline.intake.refusals": "InputRefused",
    "signing.online.request": "SetupError",
    "signing.online.ocsp": "SetupError",
    "signing.online.timestamp": "SetupError",
}
"""Modules whose helper makes all their refusals of one class; the class itself stands in no literal."""
AS_THE_FAULT = frozenset({"seal.timestamp_invalid"})
"""Its sub-indication is that of whatever is wrong with the timestamp."""
OUTCOMES = frozenset({*(s.value for s in SubIndication), *(i.value for i in Indication)})


@dataclass(frozen=True)
class Row:
    """A row of a table whose first column is headed ``code``."""

    place: str
    codes: tuple[str, ...]
    columns: dict[str, str]
    """Header → cell; the headerless exit tables of older sections have their section's number under ``exit``."""


@cache
def modules() -> dict[str, ast.Module]:
    files = [file for folder in SOURCES for file in sorted((ROOT / folder).rglob("*.py"))]
    return {_module(file): ast.parse(file.read_text(encoding="utf-8"), str(file)) for file in files}


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


@cache
def in_source() -> frozenset[str]:
    """Every code that the source can raise or report."""
    codes: set[str] = set()
    for name, tree in modules().items():
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node.value in AUDIT_EVENTS:
                continue
            if node.value in COMPUTED or (id(node) in parts and re.fullmatch(r"[a-z]+\.[a-z_]*", node.value)):
                assert node.value in COMPUTED, f"{name}:{node.lineno} computes codes that nobody knows: {node.value}"
                codes |= COMPUTED[node.value]
            elif id(node) not in parts and _is_code(node.value):
                codes.add(node.value)
    return frozenset(codes)


def _is_code(text: str) -> bool:
    """Whether a literal is a code, and not the name of a file or of one of our modules."""
    if not CODE.fullmatch(text) or text.rpartition(".")[2] in FILE_ENDINGS:
        return False
    path = ROOT.joinpath(*text.split("."))
    return not (path.is_dir() or path.with_suffix(".py").is_file())


@cache
def rows() -> tuple[Row, ...]:
    return tuple(row for name in DOCUMENTS for row in _rows_of(name, (ROOT / name).read_text(encoding="utf-8")))


def _rows_of(name: str, text: str) -> Iterator[Row]:
    header: list[str] = []
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            section = line
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not header:
            header = cells
        elif header[0] == "code" and not set(cells[0]) <= set("-"):
            columns = dict(zip(header, cells, strict=True))
            if by_section := re.match(r"### Exit (\d)", section):
                columns["exit"] = by_section[1]
            codes = tuple(part.strip().removeprefix("`").removesuffix("`") for part in cells[0].split(","))
            yield Row(f"{name}:{number}", codes, columns)


def documented() -> set[str]:
    return {code for row in rows() for code in row.codes}


def test_every_code_of_the_source_is_documented() -> None:
    assert sorted(in_source() - documented()) == []


def test_every_documented_code_is_in_the_source() -> None:
    wrong = [(row.place, code) for row in rows() for code in row.codes if code not in in_source()]
    assert wrong == []


def test_the_source_and_the_tables_are_really_read() -> None:
    for code in ("intake.encrypted", "seal.modified", "key.pin_wrong", "crl.not_yet", "fitness.script", "rule.expired"):
        assert code in in_source()
    assert {Path(row.place).name.partition(":")[0] for row in rows()} >= {"cli.md"}
    assert not in_source() & {"trust.yaml", "os.exec", "signing.report", "certlight.report_page"}


def test_no_code_stands_twice_in_tables_of_one_kind() -> None:
    """Twice means refusal and finding: what is said of a code must not depend on where one looks."""
    for kind in ("exit", "answer", "cure"):
        codes = [code for row in rows() if kind in row.columns for code in row.codes]
        assert sorted({code for code in codes if codes.count(code) > 1}) == []


def _classes() -> dict[str, set[str]]:
    """Code → names of the error classes it is raised with, as far as the source says so in one place."""
    known: dict[str, set[str]] = {}

    def note(code: ast.expr | None, raised: str) -> None:
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and _is_code(code.value):
            known.setdefault(code.value, set()).add(raised)

    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                if _exit_of(node.func.id) is not None:
                    note(node.args[0], node.func.id)
                elif name in RAISED_BY and node.func.id.startswith("_"):
                    note(node.args[0], RAISED_BY[name])
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else None
                    if isinstance(first, ast.Name) and _exit_of(first.id) is not None:
                        note(key, first.id)
                    elif name in RAISED_BY and name.endswith(".refusals"):
                        note(key, RAISED_BY[name])
    return known


def _exit_of(name: str) -> int | None:
    derived = {"OnlineError": errors.SetupError, "LoginRefused": errors.InputRefused}
    kind: object = derived.get(name, getattr(errors, name, None))
    return kind.exit_code if isinstance(kind, type) and issubclass(kind, CertlightError) else None


def test_exit_codes_are_those_of_the_error_classes() -> None:
    classes = _classes()
    assert len(classes) > 150, "the classes are no longer found in the source"
    wrong = [
        (row.place, code, row.columns["exit"], sorted(classes[code]))
        for row in rows()
        if "exit" in row.columns
        for code in row.codes
        if code in classes and {str(_exit_of(raised)) for raised in classes[code]} != {row.columns["exit"]}
    ]
    assert wrong == []


def test_every_refusal_has_an_exit_code_in_the_tables() -> None:
    told = {code for row in rows() if {"exit", "what came"} & row.columns.keys() for code in row.codes}
    assert sorted(set(_classes()) - told) == []


def _outcomes() -> Iterator[tuple[str, str]]:
    """Finding code and sub-indication wherever both stand in the source side by side."""
    for name, tree in modules().items():
        if not name.startswith("signing.validation") and name != "pipeline.seals.validation":
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            code = node.args[0]
            if not (isinstance(code, ast.Constant) and isinstance(code.value, str)):
                continue
            if node.func.id == "refused":
                yield code.value, "FORMAT_FAILURE"
            elif node.func.id == "Finding" and len(node.args) == 4 and isinstance(node.args[3], ast.Attribute):
                yield code.value, node.args[3].attr


def test_findings_are_documented_with_their_sub_indications() -> None:
    answers = {code: row.columns["answer"] for row in rows() if "answer" in row.columns for code in row.codes}
    outcomes = set(_outcomes())
    assert len(outcomes) > 40, "the findings are no longer found in the source"
    outcomes = {outcome for outcome in outcomes if outcome[0] not in AS_THE_FAULT}
    assert sorted((code, sub) for code, sub in outcomes if f"`{sub}`" not in answers.get(code, "")) == []


def test_indications_in_the_tables_exist() -> None:
    words = [
        (row.place, word) for row in rows() for word in re.findall(r"`([A-Z][A-Z_-]+)`", row.columns.get("answer", ""))
    ]
    assert words
    assert [(place, word) for place, word in words if word not in OUTCOMES] == []


@pytest.mark.parametrize("row", [row for row in rows() if "cure" in row.columns], ids=lambda row: row.codes[0])
def test_the_cure_of_an_unfit_file_is_the_one_that_the_program_takes(row: Row) -> None:
    for code in row.codes:
        finding = found(code, 0, limit=1)
        cure = finding.way.value if finding.blocks else "note"
        assert (code, row.columns["cure"]) == (code, cure)
        noted_beside_a_seal = finding.blocks and not finding.beside_a_seal().blocks
        assert row.columns["when"].startswith("°") is noted_beside_a_seal, code


NAMED = re.compile(rf"`((?:{'|'.join(PACKAGES)}|tests|docs)(?:[./][A-Za-z_]\w*)+)`")
"""A dotted or slashed name in a document, such as `signing.sealing.two_phase` or `pipeline/flow.py`."""


def _exists(name: str) -> bool:
    """Whether a module, file or folder of this project has the name, or a module defines its last part."""
    if "/" in name:
        return (ROOT / name).exists()
    parts = name.split(".")
    path = ROOT.joinpath(*parts)
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    home = modules().get(".".join(parts[:-1])) or modules().get(".".join([*parts[:-1], "__init__"]))
    return home is not None and parts[-1] in _names_of(home)


def _names_of(tree: ast.Module) -> set[str]:
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {alias.asname or alias.name for n in tree.body if isinstance(n, ast.ImportFrom) for alias in n.names}
    targets = [n.target for n in tree.body if isinstance(n, ast.AnnAssign)]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", *DOCUMENTS])
def test_modules_named_in_the_documents_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert sorted(named for named in {*NAMED.findall(text)} - in_source() if not _exists(named)) == []


def test_modules_that_check_the_requirements_exist() -> None:
    """The table in docs/sealing.md names modules of ``signing/validation`` by their last part."""
    text = (ROOT / "docs/sealing.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    checked = [line.split("|")[3] for line in lines if line.count("|") == 6]
    assert len(checked) == 11
    for name in re.findall(r"`([a-z_.*]+)`", " ".join(checked)):
        homes = ("signing/validation", "signing", ".")
        assert any(list((ROOT / home).glob(name.replace(".", "/") + ".py")) for home in homes), name


def test_links_between_the_documents_lead_somewhere() -> None:
    documents = [ROOT / name for name in ("README.md", "README.zh-CN.md", "docs/architecture.md", *DOCUMENTS)]
    for document in documents:
        for target in re.findall(r"\]\(([^)#\s]*)(#[^)]*)?\)", document.read_text(encoding="utf-8")):
            path, anchor = target
            there = (document.parent / path).resolve() if path else document
            assert there.exists(), (document.name, path)
            if anchor and there.suffix == ".md":
                assert anchor[1:] in _anchors(there), (document.name, path, anchor)


def _anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
