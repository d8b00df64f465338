"""Rules of the code itself: who writes a state, what the embedded service loads, which way imports go."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database.documents import DocumentVersion
from service.database.pushes import Push
from service.domain.documents import DocumentState
from service.domain.pushes import PushState

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "service"
WRITERS = {"service/database/documents.py": 1, "service/database/jobs.py": 1, "service/database/pushes.py": 1}
"""The modules with the one function each that moves a state, and how often it assigns one."""
GUARDED = {"DocumentVersion", "Push"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(SERVICE.rglob("*.py")):
        yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Tuple | ast.List):
            targets += target.elts
        else:
            yield target


def _assigned(tree: ast.AST) -> int:
    targets = [target for node in ast.walk(tree) for target in _targets(node)]
    return sum(isinstance(target, ast.Attribute) and target.attr == "_state" for target in targets)


def test_only_advance_assigns_a_state() -> None:
    """``state`` itself has no setter; the attribute behind it is touched in three modules only, once in each."""
    found: dict[str, int] = {}
    for name, tree in modules():
        private = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "_state"]
        if name not in WRITERS:
            assert private == [], name
            continue
        within = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "advance")
        inside = [
            t
            for node in ast.walk(within)
            for t in _targets(node)
            if isinstance(t, ast.Attribute) and t.attr == "_state"
        ]
        everywhere = [
            t for node in ast.walk(tree) for t in _targets(node) if isinstance(t, ast.Attribute) and t.attr == "_state"
        ]
        assert len(inside) == len(everywhere), name
        found[name] = len(inside)
    assert found == WRITERS


def _faults(call: ast.Call) -> Iterator[str]:
    verb = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if verb in ("update", "insert", "delete", "bulk_update_mappings", "bulk_insert_mappings") and call.args:
        first = call.args[0].value if isinstance(call.args[0], ast.Attribute) else call.args[0]
        if isinstance(first, ast.Name) and first.id in GUARDED:
            yield f"{verb} of all rows at once"
    words = {word.value for word in call.args if isinstance(word, ast.Constant)}
    if verb in ("setattr", "set_attribute", "set_committed_value") and words & {"state", "_state"}:
        yield f"{verb} of a state"
    if any(keyword.arg == "_state" for keyword in call.keywords):
        yield "a row made with a state"


def test_nobody_goes_round_the_attribute() -> None:
    """Bulk updates, inserts and raw SQL know no attributes."""
    written = tuple(
        f"{verb} {table}" for verb in ("update", "insert into") for table in ("document_versions", "pushes")
    )
    faults = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                faults += [f"{name}:{node.lineno}: {fault}" for fault in _faults(node)]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                sql = " ".join(node.value.lower().split())
                faults += [f"{name}:{node.lineno}: {sql}" for words in written if words in sql]
    assert faults == []


@pytest.mark.parametrize(
    "code",
    [
        "update(DocumentVersion).values(state='draft')",
        "sqlalchemy.update(Push.__table__)",
        "insert(Push)",
        "setattr(version, 'state', after)",
        "set_committed_value(version, '_state', after)",
        "DocumentVersion(_state=after)",
    ],
)
def test_ways_round_it_would_be_seen(code: str) -> None:
    call = next(node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and list(_faults(node)))
    assert call is not None


@pytest.mark.parametrize("table", [DocumentVersion, Push])
def test_a_state_cannot_be_set_from_outside(table: type[DocumentVersion] | type[Push]) -> None:
    state = DocumentState.SUBMITTED_GREEN if table is DocumentVersion else PushState.APPROVED
    row = table()
    with pytest.raises(AttributeError):
        row.state = state  # type: ignore[misc,assignment]
    with pytest.raises((AttributeError, TypeError)):
        table(state=state)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


ALLOWED = {
    "service/domain/": ("service.domain",),
    "service/database/": ("service.database", "service.domain"),
}


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_inside_the_service_go_one_way(folder: str) -> None:
    """domain ← database; the domain knows neither SQL nor HTTP. Import-linter holds the storeys above."""
    imported = {module for name, tree in modules() if name.startswith(folder) for module in _imports(tree)}
    assert {m for m in imported if m.startswith("service.") and not m.startswith(ALLOWED[folder])} == set()
    if folder == "service/domain/":
        assert {m.split(".")[0] for m in imported} & {
            "sqlalchemy",
            "alembic",
            "psycopg",
            "fastapi",
            "requests",
        } == set()


def test_the_embedded_database_loads_no_server_driver(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from service.database.base import open_database, transaction\n"
        "from service.database.migrations.upgrade import migrate\n"
        f"engine = open_database({f'sqlite:///{tmp_path}/x.db'!r})\n"
        "migrate(engine)\n"
        "with transaction(engine): pass\n"
        "print(sorted({'psycopg', 'redis', 'amqp', 'kombu', 'celery'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
