"""Uploads become one document, or a refusal and nothing."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from certlight.errors import InputRefused, UsageError
from pipeline.intake.document import Document
from pipeline.intake.intake import Upload, take
from pipeline.intake.limits import Limits
from pipeline.intake.scan import PageSource
from tests.pdf_makers import PageSpec, pdf, text


def image(width: int, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 30), "white").save(out, form)
    return out.getvalue()


def code_of(*uploads: Upload, limits: Limits | None = None) -> str:
    with pytest.raises(InputRefused) as refused:
        take(uploads, limits)
    assert refused.value.exit_code == 3
    assert refused.value.message.zh
    assert refused.value.remedy.en
    return refused.value.code


def test_several_files_are_one_document_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "contract.dat"
    path.write_bytes(pdf([PageSpec(text(50, 700, f"page {i}")) for i in range(3)]))
    frames = [Image.new("L", (20 + i, 20)) for i in range(2)]
    tiff = io.BytesIO()
    frames[0].save(tiff, "TIFF", save_all=True, append_images=frames[1:])
    with take([("a.png", image(31)), path, ("b.tif", tiff.getvalue())]) as document:
        assert [s.media_type for s in document.scans] == ["image/png", "application/pdf", "image/tiff"]
        assert [s.name for s in document.scans] == ["a.png", "contract.dat", "b.tif"]
        pages = list(document.pages())
    assert [p.index for p in pages] == list(range(6))
    assert [p.source for p in pages] == [
        PageSource(0, 0),
        *(PageSource(1, i) for i in range(3)),
        PageSource(2, 0),
        PageSource(2, 1),
    ]
    assert [p.image.shape[1] for p in pages] == [31, 1653, 1653, 1653, 20, 21]
    assert [p.layer[0].text for p in pages[1:4]] == ["page 0", "page 1", "page 2"]
    assert document.scans[1].data == path.read_bytes()
    assert document.scans[1].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_pages_can_be_drawn_in_any_order() -> None:
    files: list[Upload] = [(f"{i}.pdf", pdf([PageSpec(text(50, 700, f"file {i}"))])) for i in range(3)]
    with take(files) as document:
        assert [document.render(i).layer[0].text for i in (2, 0, 1)] == ["file 2", "file 0", "file 1"]
        with pytest.raises(IndexError):
            document.render(3)
        with pytest.raises(IndexError):
            document.render(-1)


def test_names_lose_their_folders() -> None:
    with take([("C:\\fakepath\\scan.png", image(9)), ("../../etc/x.png", image(9))]) as document:
        assert [s.name for s in document.scans] == ["scan.png", "x.png"]


def test_what_is_not_a_readable_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    empty = tmp_path / "empty.pdf"
    empty.touch()
    assert code_of(fifo) == "intake.not_a_file"
    assert code_of(tmp_path) == "intake.not_a_file"
    assert code_of("/dev/zero") == "intake.not_a_file"
    assert code_of(empty) == "intake.empty"
    assert code_of(tmp_path / "missing.png") == "intake.unreadable"
    assert code_of(empty / "below.png") == "intake.unreadable"
    assert code_of("null\0character") == "intake.unreadable"
    assert code_of("x" * 5000) == "intake.unreadable"


def test_a_file_without_permission(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(image(9))
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("this user may read everything")
    assert code_of(secret) == "intake.unreadable"


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(image(9))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real.png")
    assert take([link]).page_count == 1
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert code_of(loop) == "intake.unreadable"


def test_undecodable_names_are_shown_safely(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff\x1b[31m.png")
    with open(path, "wb") as file:
        file.write(b"no image")
    with pytest.raises(InputRefused) as refused:
        take([os.fsdecode(path)])
    refused.value.message.zh.encode("utf-8")
    assert "\x1b" not in refused.value.message.zh


def test_size_is_checked_before_reading(tmp_path: Path) -> None:
    sparse = tmp_path / "huge.pdf"
    with sparse.open("wb") as file:
        file.truncate(1 << 40)
    assert code_of(sparse) == "intake.too_large"
    assert code_of(("a.png", image(9) + bytes(100)), limits=Limits(max_bytes=100)) == "intake.too_large"
    one = len(image(9))
    assert code_of(("a", image(9)), ("b", image(9)), limits=Limits(max_total_bytes=2 * one - 1)) == (
        "intake.document_too_large"
    )


def test_pages_are_counted_over_all_files() -> None:
    three = pdf([PageSpec("")] * 3)
    assert code_of(("a", three), ("b", three), limits=Limits(max_pages=5)) == "intake.too_many_pages"
    assert take([("a", three), ("b", three)], Limits(max_pages=6)).page_count == 6


def test_no_file_at_all_is_a_wrong_call() -> None:
    with pytest.raises(UsageError) as wrong:
        take([])
    assert wrong.value.exit_code == 2


def test_one_bad_file_refuses_the_document_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert code_of(("a", pdf([PageSpec("")])), ("b", image(9)), ("c", b"neither")) == "intake.not_a_scan"
    with take([("a", pdf([PageSpec(text(50, 700, "x"))]))]) as document:
        assert isinstance(document, Document)
        document.render(0)
    assert list(tmp_path.iterdir()) == []
