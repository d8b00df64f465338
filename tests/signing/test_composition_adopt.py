"""Composition: a fit PDF keeps its every byte; an unfit one becomes pictures of what it shows."""

from __future__ import annotations

import io
from datetime import timedelta

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from certlight.errors import InputRefused
from signing.composition.adopt import adopt, rewrite
from signing.composition.compose import compose
from signing.composition.conformance import conformance
from signing.composition.extract import extract_enclosure
from signing.composition.fitness import fitness, has_object_streams
from signing.composition.flatten import flatten
from signing.composition.page import PageSource
from signing.enclosure import ENCLOSURE_NAME
from tests.pdf_makers import Objects, PageSpec, pdf, picture, text
from tests.signing.pictures import (
    CREATED,
    composed,
    difference,
    enclosure,
    file,
    in_pdfium,
    in_poppler,
    shown,
)
from tests.signing.pictures import picture as drawn

A5 = (0, 0, 420, 595)


def born(objects: Objects | None = None, **page: object) -> bytes:
    """A page with a red bar at its top and a line of text under it."""
    content = "0.9 0.1 0.1 rg 40 540 200 30 re f " + text(40, 500, "Contract No. 2026-001", size=20)
    return pdf([PageSpec(content, media=A5, **page)], objects)  # type: ignore[arg-type]


def packed(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.mark.parametrize("data", [born(), packed(born()), born().rstrip(b"\n"), composed(file(drawn()))])
def test_an_adopted_file_starts_with_the_whole_original(data: bytes) -> None:
    adopted = adopt(data, enclosure(), CREATED)
    assert adopted.startswith(data)
    assert extract_enclosure(adopted) == enclosure().to_json()
    assert adopted == adopt(data, enclosure(), CREATED)
    assert fitness(adopted).fit
    assert has_object_streams(adopted) == has_object_streams(data)
    assert PdfFileReader(io.BytesIO(adopted), strict=True).total_revisions == 2
    assert np.array_equal(in_pdfium(adopted, 100), in_pdfium(data, 100))
    assert b"%%EOF" + adopted[len(data.rstrip()) :][:1] in (b"%%EOF\n", b"%%EOF\r")


def test_an_adopted_pdf_a_stays_one_and_says_the_same_of_itself() -> None:
    data = composed(file(drawn()))
    adopted = adopt(data, enclosure(), CREATED)
    assert conformance(adopted) == ()
    with pikepdf.open(io.BytesIO(data)) as before, pikepdf.open(io.BytesIO(adopted)) as after:
        assert dict(before.docinfo.items()) == dict(after.docinfo.items())
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()


def test_the_enclosure_of_an_adopted_file_bears_its_time() -> None:
    with pikepdf.open(io.BytesIO(adopt(born(), enclosure(), CREATED))) as opened:
        assert str(opened.Root.AF[0].EF.F.Params.ModDate) == "D:20261101040000Z"
    with pytest.raises(ValueError, match="time zone"):
        adopt(born(), None, CREATED.replace(tzinfo=None))


def test_without_entries_nothing_is_appended() -> None:
    assert adopt(born(), None, CREATED) == born()


def test_attachments_of_others_stay() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(born())) as opened:
        opened.attachments["附件一.txt"] = b"one"
        opened.attachments["a.txt"] = b"two"
        opened.save(out)
    adopted = adopt(out.getvalue(), enclosure(), CREATED)
    with pikepdf.open(io.BytesIO(adopted)) as opened:
        assert set(opened.attachments) == {"附件一.txt", "a.txt", ENCLOSURE_NAME}
        assert opened.attachments["附件一.txt"].get_file().read_bytes() == b"one"
    assert extract_enclosure(adopted) == enclosure().to_json()


def test_entries_of_an_earlier_time_give_way() -> None:
    first = adopt(born(), enclosure(), CREATED)
    second = adopt(first, enclosure(doc_type="contract"), CREATED + timedelta(days=1))
    assert second.startswith(first)
    assert extract_enclosure(second) == enclosure(doc_type="contract").to_json()


def test_unfit_files_are_not_adopted() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(born())) as opened:
        opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        opened.save(out)
    with pytest.raises(InputRefused, match=r"seal\.unfit") as caught:
        adopt(out.getvalue(), enclosure(), CREATED)
    assert "脚本" in caught.value.message.zh
    with pytest.raises(InputRefused, match=r"seal\.unfit"):
        adopt(b"no PDF", enclosure(), CREATED)


def test_a_rewritten_file_shows_the_same_and_keeps_its_pictures() -> None:
    jpeg = file(drawn(), "JPEG")
    data = composed(jpeg)
    written = rewrite(packed(data))
    assert jpeg in written
    assert np.array_equal(in_pdfium(written, 100), in_pdfium(data, 100))
    assert rewrite(packed(data)) == written
    with pytest.raises(InputRefused, match=r"compose\.pdf_malformed"):
        rewrite(b"no PDF")


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_flattened_page_shows_what_the_page_showed(rotate: int) -> None:
    data = born(rotate=rotate)
    pages = flatten(data, 150)
    flat = compose(pages, None, title="t", created_at=CREATED)
    assert conformance(flat) == ()
    with pikepdf.open(io.BytesIO(flat)) as opened:
        width, height = (420, 595) if rotate in (0, 180) else (595, 420)
        assert [float(side) for side in opened.pages[0].MediaBox[2:]] == pytest.approx([width, height], abs=0.5)
    assert difference(in_pdfium(flat, 100), in_pdfium(data, 100)) < 1
    assert difference(in_poppler(flat, 100), in_poppler(data, 100)) < 3


def test_a_flattened_page_keeps_its_text_at_its_place() -> None:
    (page,) = flatten(born(), 150)
    (found,) = page.lines
    assert found.text == "Contract No. 2026-001"
    (x0, y0), _, (x1, y1), _ = found.quad
    assert (x0, x1) == pytest.approx((40 / 72 * 150, 240 / 72 * 150), abs=12)
    assert y0 < (595 - 500) / 72 * 150 < y1
    document = pypdfium2.PdfDocument(compose([page], None, title="t", created_at=CREATED))
    assert document[0].get_textpage().search("Contract No. 2026-001").get_next() is not None
    document.close()


def test_text_that_nobody_saw_is_not_kept() -> None:
    hidden = pdf([PageSpec(text(40, 500, "seen") + text(40, 450, "hidden", mode=3), media=A5)])
    assert [each.text for each in flatten(hidden, 100)[0].lines] == ["seen"]


@pytest.mark.parametrize("kind", ["stamp", "field"])
def test_annotations_and_fields_become_part_of_the_picture(kind: str) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(born())) as opened:
        form = pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 100])
        appearance = pikepdf.Stream(opened, b"0 0 1 rg 0 0 100 100 re f", form)
        laid = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            Rect=[100, 100, 200, 200],
            F=4,
            AP=pikepdf.Dictionary(N=appearance),
        )
        laid = opened.make_indirect(laid)
        if kind == "field":
            laid.update({"/Subtype": pikepdf.Name.Widget, "/FT": pikepdf.Name.Sig, "/T": pikepdf.String("f")})
            opened.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([laid]))
        opened.pages[0].Annots = pikepdf.Array([laid])
        opened.save(out)
    assert not fitness(out.getvalue()).fit
    flat = compose(flatten(out.getvalue(), 72), None, title="t", created_at=CREATED)
    assert fitness(flat).fit
    assert tuple(in_pdfium(flat, 72)[595 - 150, 150]) == (0, 0, 255)


def test_print_stays_without_loss_and_photographs_become_jpegs() -> None:
    assert flatten(born(), 100)[0].data.startswith(b"\x89PNG")
    objects = Objects()
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), dtype=np.uint8)
    name = picture(objects, 200, 200, noise.tobytes())
    photo = pdf([PageSpec("420 0 0 595 0 0 cm /P Do", media=A5)], objects, pictures=f"/P {name} 0 R")
    assert flatten(photo, 100)[0].data.startswith(b"\xff\xd8")
    with Image.open(io.BytesIO(flatten(photo, 100)[0].data)) as image:
        assert image.mode == "L"


def test_huge_pages_are_drawn_smaller() -> None:
    (page,) = flatten(pdf([PageSpec("", media=(0, 0, 14000, 14000))]), 300)
    assert isinstance(page, PageSource)
    assert page.dpi is not None
    assert page.dpi < 40
    assert shown(page.data).size[0] * shown(page.data).size[1] <= 36_000_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "compose.pdf_malformed"),
        (b"no PDF", "compose.pdf_malformed"),
        (pdf([]), "compose.pdf_malformed"),
        (pdf([PageSpec("")] * 3), "compose.too_many_pages"),
    ],
)
def test_what_cannot_be_flattened_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        flatten(data, 72, max_pages=2)
    assert caught.value.code == code


def test_files_with_a_password_are_refused_and_others_flattened() -> None:
    def encrypted(user: str) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(born())) as opened:
            opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
        return out.getvalue()

    with pytest.raises(InputRefused, match=r"compose\.pdf_encrypted"):
        flatten(encrypted("secret"), 72)
    assert len(flatten(encrypted(""), 72)) == 1
