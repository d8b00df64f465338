"""Pages of a PDF: pixels, kind, resolution, and the text layer in the same pixels."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from certlight.errors import InputRefused
from extractors.page import BgrImage, LayerWord
from pipeline.intake.document import Document
from pipeline.intake.intake import take
from pipeline.intake.limits import MEBIBYTE, Limits
from pipeline.intake.resolution import Picture, choose_dpi
from tests.pdf_makers import Objects, PageSpec, pdf, picture, text, to_unicode

LINE = text(100, 700, "Contract No. 20240305 of the parties")


def taken(data: bytes, limits: Limits | None = None) -> Document:
    return take([("file.pdf", data)], limits)


def code_of(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(InputRefused) as refused, taken(data, limits) as document:
        list(document.pages())
    return refused.value.code


def ink_box(image: BgrImage) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(image.min(axis=2) < 128)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def assert_on_the_ink(word: LayerWord, image: BgrImage) -> None:
    """The layer's box holds the only ink of the page, and not much else."""
    x0, y0, x1, y1 = ink_box(image)
    height = word.y1 - word.y0
    assert word.x0 - 3 <= x0 <= word.x0 + height / 2
    assert word.x1 - height / 2 <= x1 <= word.x1 + 3
    assert word.y0 - 3 <= y0
    assert y1 <= word.y1 + 3


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (60, 500, 500, 760)])
@pytest.mark.parametrize("corner", [(0, 0), (-50, 130)])
def test_layer_lies_on_the_pixels_however_the_page_is_boxed_and_turned(
    rotate: int, crop: tuple[float, float, float, float] | None, corner: tuple[int, int]
) -> None:
    # Text is drawn against the page's turn, so that it stands upright on the displayed page.
    turn = {0: "1 0 0 1 100 600", 90: "0 1 -1 0 300 560", 180: "-1 0 0 -1 400 700", 270: "0 -1 1 0 300 740"}[rotate]
    content = f"BT /F1 14 Tf {turn} Tm (Contract 20240305) Tj ET"
    media = (corner[0], corner[1], corner[0] + 595, corner[1] + 842)
    with taken(pdf([PageSpec(content, media, crop, rotate)])) as document:
        page = document.render(0)
    assert [w.text for w in page.layer] == ["Contract 20240305"]
    assert_on_the_ink(page.layer[0], page.image)


def test_pages_turned_by_their_content_have_no_layer() -> None:
    with taken(pdf([PageSpec("BT /F1 14 Tf 0 1 -1 0 300 300 Tm (sideways) Tj ET")])) as document:
        assert document.render(0).layer == ()


def test_born_digital_image_and_mixed_pages_are_told_apart() -> None:
    objects = Objects()
    scan = picture(objects, 600, 850, bytes([200]) * (600 * 850))
    placed = "q 595 0 0 842 0 0 cm /P Do Q "
    pages = [PageSpec(LINE), PageSpec(placed), PageSpec(placed + LINE), PageSpec("q 60 0 0 60 0 0 cm /P Do Q " + LINE)]
    with taken(pdf(pages, objects, pictures=f"/P {scan} 0 R")) as document:
        assert [p.kind for p in document.pages()] == ["born_digital", "image", "mixed", "born_digital"]


def test_a_scan_is_drawn_pixel_for_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (701, 497), dtype=np.uint8)
    objects = Objects()
    scan = picture(objects, 497, 701, pixels.tobytes())
    page = PageSpec("q 595 0 0 839.2 0 0 cm /P Do Q", media=(0, 0, 595, 839.2))
    with taken(pdf([page], objects, pictures=f"/P {scan} 0 R")) as document:
        raw = document.render(0)
    assert raw.image.shape == (701, 497, 3)
    assert np.abs(raw.image[:, :, 0].astype(int) - pixels).mean() < 2


@pytest.mark.parametrize(
    ("size", "pictures", "drawn", "low", "high"),
    [
        ((595, 842), [], True, 199, 201),
        ((250, 155), [], True, 299, 301),
        ((2384, 3370), [], True, 150, 155),
        ((595, 842), [Picture(1240, 1754, 595 * 842, 595 * 842)], False, 149, 151),
        ((595, 842), [Picture(4960, 7016, 595 * 842, 595 * 842)], False, 590, 601),
        ((595, 842), [Picture(620, 877, 595 * 842, 595 * 842)], True, 199, 201),
        ((595, 842), [Picture(9920, 14032, 595 * 842, 595 * 842)], True, 399, 401),
    ],
)
def test_resolution(size: tuple[float, float], pictures: list[Picture], drawn: bool, low: float, high: float) -> None:
    dpi = choose_dpi(*size, pictures, drawn=drawn, wanted=None, max_pixels=36_000_000)
    assert low <= dpi <= high
    assert size[0] * size[1] * (dpi / 72) ** 2 <= 36_000_000 * 1.0001


def test_a_page_can_be_drawn_again_larger_but_never_above_the_limit() -> None:
    with taken(pdf([PageSpec(LINE)]), Limits(raster_pixels=5_000_000)) as document:
        assert document.render(0, dpi=100).image.shape[:2] == (1170, 827)
        large = document.render(0, dpi=1000)
        height, width = large.image.shape[:2]
        assert 4_900_000 < height * width <= 5_000_000
        assert large.dpi == pytest.approx(width * 72 / 595, rel=0.01)
        assert_on_the_ink(large.layer[0], large.image)


def test_invisible_and_white_text_is_in_the_layer_but_not_in_the_pixels() -> None:
    content = text(100, 700, "hidden by mode", mode=3) + text(100, 600, "white on white", grey=1)
    with taken(pdf([PageSpec(content)])) as document:
        page = document.render(0)
    assert [w.text for w in page.layer] == ["hidden by mode", "white on white"]
    assert page.image.min() == 255


def test_scripts_do_not_run_and_form_fields_are_drawn() -> None:
    objects = Objects()
    font = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    look = objects.stream(
        b"BT /F1 20 Tf 5 5 Td (SIGNED) Tj ET",
        f"/Type /XObject /Subtype /Form /BBox [0 0 200 40] /Resources << /Font << /F1 {font} 0 R >> >>",
    )
    data = pdf([PageSpec("")], objects, fonts=f"/F1 {font} 0 R")
    field = objects.add(
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (s) /Rect [100 700 300 740] /F 4 /AP << /N {look} 0 R >> >>"
    )
    page = next(i for i, body in enumerate(objects.bodies) if b"/Type /Page " in body)
    objects.bodies[page] = objects.bodies[page].replace(b"/Contents", f"/Annots [{field} 0 R] /Contents".encode())
    script = objects.add("<< /S /JavaScript /JS (while (true) {}) >>")
    objects.bodies[0] = (
        f"<< /Type /Catalog /Pages 2 0 R /OpenAction {script} 0 R /AcroForm << /Fields [{field} 0 R] >> >>".encode()
    )
    assert data != objects.file()
    with taken(objects.file()) as document:
        page_image = document.render(0).image
    x0, y0, x1, y1 = ink_box(page_image)
    assert 270 < x0 < x1 < 840
    assert 280 < y0 < y1 < 400


def test_the_end_of_the_file_must_be_there() -> None:
    data = pdf([PageSpec(LINE)] * 3)
    assert code_of(data[:-30]) == "intake.truncated"
    assert code_of(data[: len(data) // 2]) == "intake.truncated"
    linearised = data.replace(
        b"%PDF-1.7\n", f"%PDF-1.7\n9 0 obj\n<</Linearized 1/L {len(data) + 999}>>\nendobj\n".encode()
    )
    assert code_of(linearised) == "intake.truncated"
    with taken(data + b"\r\n\x00\x00" * 900) as document:
        assert document.page_count == 3


def test_page_count_is_limited() -> None:
    assert code_of(pdf([PageSpec("")] * 6), Limits(max_pages=5)) == "intake.too_many_pages"


def test_a_page_tree_that_lies_about_its_size_is_counted() -> None:
    with taken(pdf([PageSpec(LINE)]).replace(b"/Count 1", b"/Count 900000000")) as document:
        assert document.page_count == 1
        assert len(document.render(0).layer) == 1


def test_embedded_pictures_obey_the_pixel_limit() -> None:
    objects = Objects()
    huge = objects.stream(
        gzip_free_zeros(20_000 * 20_000 // 8),
        "/Type /XObject /Subtype /Image /Width 20000 /Height 20000 /ColorSpace /DeviceGray /BitsPerComponent 1 "
        "/Filter /FlateDecode",
    )
    page = PageSpec("q 595 0 0 842 0 0 cm /P Do Q")
    assert code_of(pdf([page], objects, pictures=f"/P {huge} 0 R")) == "intake.too_many_pixels"


def gzip_free_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MEBIBYTE)) for _ in range(size // MEBIBYTE + 1)) + packer.flush()


def test_a_content_bomb_is_too_complex() -> None:
    objects = Objects()
    data = pdf([PageSpec("")], objects)
    content = next(i for i, body in enumerate(objects.bodies) if body.startswith(b"<< /Length 0"))
    bomb = gzip_free_zeros(2048 * MEBIBYTE)
    objects.bodies[content] = (
        f"<< /Length {len(bomb)} /Filter /FlateDecode >>\nstream\n".encode() + bomb + b"\nendstream"
    )
    assert len(data) < len(objects.file()) < 4 * MEBIBYTE
    assert code_of(objects.file()) in ("intake.pdf_too_complex", "intake.pdf_malformed")


def test_time_is_limited_by_the_clock() -> None:
    # 300,000 forms drawn by forms: seconds of honest work for PDFium, refused when the allowance is shorter.
    objects = Objects()
    inner = objects.stream(b"0 0 m 500 800 l S " * 2000, "/Type /XObject /Subtype /Form /BBox [0 0 600 900]")
    page = PageSpec("/P Do " * 3000)
    data = pdf([page], objects, pictures=f"/P {inner} 0 R")
    assert code_of(data, Limits(pdf_seconds=1.0)) == "intake.pdf_too_complex"


def test_a_slow_layer_costs_the_layer_and_not_the_page() -> None:
    data = pdf([PageSpec("".join(text(50, 700, "x" * 90, size=4) for _ in range(400)))] * 2)
    with taken(data, Limits(layer_seconds=0.01)) as document:
        found = list(document.pages())
    assert [p.layer for p in found] == [(), ()]
    assert [[n.code for n in p.notices] for p in found] == [["intake.layer_unreadable"]] * 2


def test_text_drawn_twice_to_look_bold_is_one_text() -> None:
    with taken(pdf([PageSpec(LINE + LINE.replace("100 700", "100.4 700"))])) as document:
        assert [w.text for w in document.render(0).layer] == ["Contract No. 20240305 of the parties"]


def test_glyphs_without_unicode_reach_the_audit_as_such() -> None:
    objects = Objects()
    mapping = objects.stream(to_unicode({ord(c): chr(0x1400 + ord(c)) for c in "Contract"}))
    widths = f"/FirstChar 32 /LastChar 126 /Widths [{'600 ' * 95}]"
    font = objects.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /Scrambled {widths} /ToUnicode {mapping} 0 R >>")
    with taken(pdf([PageSpec(text(100, 700, "Contract"))], objects, fonts=f"/F1 {font} 0 R")) as document:
        (line,) = document.render(0).layer
    assert all(0x1400 < ord(c) < 0x1500 for c in line.text)


def test_a_closed_document_starts_its_reader_again() -> None:
    document = taken(pdf([PageSpec(LINE)] * 2))
    before = document.render(0).image
    document.close()
    document.close()
    assert np.array_equal(document.render(0).image, before)
    document.close()


def test_the_child_imports_little() -> None:
    script = (
        "import sys, pipeline.intake.pdf_worker\n"
        "heavy = {'numpy', 'cv2', 'paddleocr', 'PIL', 'pydantic', 'pdfplumber'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_child_is_confined(tmp_path: Path) -> None:
    target = tmp_path / "written"
    script = f"""
import os, resource, socket, subprocess, sys
from pipeline.confined.worker import confine, forbid_side_effects
confine({512 * MEBIBYTE}, 7)
forbid_side_effects()
assert resource.getrlimit(resource.RLIMIT_AS) == ({512 * MEBIBYTE}, {512 * MEBIBYTE})
assert resource.getrlimit(resource.RLIMIT_CPU) == (7, 7)
assert resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)
def refused(action):
    try:
        action()
    except (PermissionError, MemoryError):
        return
    sys.exit(f"{{action}} was allowed")
refused(lambda: open({str(target)!r}, "w"))
refused(lambda: os.open({str(target)!r}, os.O_CREAT | os.O_WRONLY))
refused(lambda: socket.socket().connect(("127.0.0.1", 9)))
refused(lambda: subprocess.run(["true"]))
refused(lambda: os.system("true"))
refused(lambda: bytearray({600 * MEBIBYTE}))
"""
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not target.exists()


def test_no_process_outlives_its_document() -> None:
    def children() -> set[str]:
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    status, line = (entry / "stat").read_text(), (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if status.rpartition(")")[2].split()[1] == str(os.getpid()) and b"pdf_worker" in line:
                    found.add(entry.name)
        return found

    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc to look at processes")
    with taken(pdf([PageSpec(LINE)])) as document:
        document.render(0)
        assert len(children()) == 1
    assert children() == set()
    code_of(gzip.decompress(gzip.compress(b"%PDF-1.4 nothing %%EOF")))
    assert children() == set()
