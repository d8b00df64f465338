"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certlight.whole_file import write_whole


def test_folders_are_made_and_the_umask_is_kept(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a/b/report.html", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a/b/report.html").read_bytes() == b"x"
    assert (tmp_path / "a/b/report.html").stat().st_mode & 0o777 == 0o640


def test_an_earlier_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a much longer text")
    write_whole(tmp_path / "x", b"new", mode=0o600)
    assert (tmp_path / "x").read_bytes() == b"new"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def interrupted(*_: object) -> None:
        raise error

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(type(error)):
        write_whole(tmp_path / "x", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("x", b"old")]


def test_a_folder_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(OSError, match="x"):
        write_whole(tmp_path / "x", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
