"""The command line as a user runs it: a process of its own in an empty folder, its streams and what it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certlight.paths import data_dir

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300
"""Seconds after which a command hangs; a verification takes ten on a busy machine."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. ``left`` are the files in its folder afterwards that were not there before."""

    code: int
    out: str
    err: str
    left: tuple[str, ...]

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def certlight(*args: str | Path, cwd: Path, env: Mapping[str, str | None] | None = None) -> Ended:
    """Run ``certlight`` with ``args``. ``env`` changes the environment; None takes a variable away."""
    # Hiding warnings from users is the command's own business, so nothing of this run's settings may leak in.
    plain = {key: value for key, value in os.environ.items() if key not in ("PYTHONWARNINGS", "COLUMNS")}
    changed = {**plain, "PYTHONPATH": str(ROOT), **(env or {})}
    known = {key: value for key, value in changed.items() if value is not None}
    before = _files(cwd)
    done = subprocess.run(
        [sys.executable, "-m", "service.cli.app", *map(str, args)],
        cwd=cwd,
        env=known,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    left = tuple(sorted(_files(cwd) - before))
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), left)


def run(*args: str | Path, cwd: Path, env: Mapping[str, str | None] | None = None) -> Ended:
    """The command, with what holds for every run of it: no stack trace, and on refusal nothing on standard output."""
    ended = certlight(*args, cwd=cwd, env={"CERTLIGHT_DATA_DIR": str(data_dir()), **(env or {})})
    assert "Traceback" not in ended.err
    assert ".py" not in ended.err.replace("app.py", ""), ended.err
    assert "Warning" not in ended.err
    if ended.code in (2, 3, 4):
        assert ended.out == ""
        assert ended.err.strip()
        assert ended.left == ()
    return ended


def refused(ended: Ended, code: int, said: str) -> None:
    assert ended.code == code, ended.err
    assert f"[{said}]" in ended.err, ended.err


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
