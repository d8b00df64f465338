"""What a sealed page shows: the picture in vectors, upright, in its place, alike by both libraries."""

from __future__ import annotations

import io

import pikepdf
import pytest

from signing.appearance.company_seal import company_seal
from signing.sealing.order import SealOrder
from signing.sealing.seal import seal
from tests.sample_fonts import font_dir
from tests.signing import pki, sealed
from tests.signing.sealed import AT, BY_ENDESIVE, BY_PYHANKO, Placement, judge, paper

MM = 72 / 25.4


def both(pdf: bytes, order: SealOrder) -> tuple[bytes, bytes]:
    by_endesive = seal(pdf, sealed.p12(), order, at=AT)
    by_pyhanko = seal(pdf, sealed.p12("company-ec"), order, at=AT)
    makers = (sealed.maker(by_endesive, "签章_1"), sealed.maker(by_pyhanko, "签章_1"))
    assert makers == (BY_ENDESIVE, BY_PYHANKO)
    return by_endesive, by_pyhanko


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_seal_stands_where_it_was_put_whatever_the_page_is_turned(rotate: int) -> None:
    order = SealOrder(picture=sealed.picture(), placement=Placement(0, 100, 60))
    for out in both(paper(rotate=rotate), order):
        box = sealed.red_box(sealed.rendered(out))
        assert box == pytest.approx((100 * MM, 60 * MM, 142 * MM, 102 * MM), abs=1.5)


@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_both_libraries_show_the_same(rotate: int) -> None:
    order = SealOrder(picture=sealed.picture(), placement=Placement(-1, 15.5, 33.3, 30))
    by_endesive, by_pyhanko = both(paper(2, rotate=rotate), order)
    assert sealed.rendered(by_endesive, 1).tobytes() == sealed.rendered(by_pyhanko, 1).tobytes()
    assert sealed.red_box(sealed.rendered(by_endesive, 0)) is None


def test_a_company_seal_stays_vectors() -> None:
    picture = company_seal(pki.COMPANY, font_dir=font_dir())
    for out in both(paper(), SealOrder(picture=picture, placement=sealed.HERE)):
        judge(out, 1)
        form = sealed.reader(out).embedded_signatures[0].sig_field["/AP"]["/N"]["/Resources"]["/XObject"]["/Seal"]
        assert form["/Subtype"] == "/Form"
        assert "/XObject" not in form["/Resources"] or not form["/Resources"]["/XObject"]
        left, top, right, bottom = sealed.red_box(sealed.rendered(out)) or (0, 0, 0, 0)
        assert (right - left, bottom - top) == pytest.approx((42 * MM, 42 * MM), abs=2)


@pytest.mark.parametrize("kind", ["p12", "p12-ec"])
def test_earlier_annotations_stay(kind: str) -> None:
    pdf = pikepdf.open(io.BytesIO(paper()))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=pikepdf.Array([10, 10, 60, 60]), F=4
    )
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
    with sealed.key(kind) as key:
        out = seal(sealed.saved(pdf), key, SealOrder(picture=sealed.picture(), placement=sealed.HERE), at=AT)
    judge(out, 1)
    annotations = sealed.reader(out).root["/Pages"]["/Kids"][0]["/Annots"]
    assert [each.get_object()["/Subtype"] for each in annotations] == ["/Square", "/Widget"]
