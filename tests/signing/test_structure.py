"""Honest files, whoever made them, have nothing against their form; and where a seal is seen."""

from __future__ import annotations

import functools
import io
import json
import logging

import pikepdf
import pytest

from signing.validation.changes import changes_after
from signing.validation.report import Coverage, Kind, Modifications, Place
from signing.validation.structure import fit_to_seal, inspect
from tests.bench.real import FOLDER
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.hand_written import Save, document, saved_again, signed, written
from tests.signing.sealed import paper

BOX = (100.0, 150.0, 200.0, 250.0)


@functools.cache
def archived() -> bytes:
    """A seal with evidence and two timestamps over it."""
    sealed = bare_pyhanko.seal(
        paper(2), stamper=pki.timestamper(), lt=bare_pyhanko.context(pki.NOW), lta=True, box=BOX, page=1
    )
    return bare_pyhanko.document_timestamp(sealed, pki.timestamper(), "Time2", bare_pyhanko.context(pki.NOW))


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("visible", [False, True])
def test_pyhanko(streams: bool, visible: bool) -> None:
    found = inspect(bare_pyhanko.seal(paper(2, streams=streams), box=BOX if visible else None))
    (slot,) = found.slots
    assert found.findings == ()
    assert slot.sound
    assert slot.revision == 1
    assert slot.coverage is Coverage.WHOLE_FILE
    assert slot.place == (Place(0, (100.0, 591.89, 200.0, 691.89)) if visible else None)
    assert found.revision_ends[-1] == len(found.history.data if found.history else b"")


def test_endesive() -> None:
    found = inspect(bare_endesive.seal(paper(), box=BOX))
    (slot,) = found.slots
    assert found.findings == ()
    assert slot.sound
    assert (slot.subfilter, slot.kind) == ("adbe.pkcs7.detached", Kind.SEAL)


def test_slots_are_in_the_order_of_what_they_cover() -> None:
    found = inspect(archived())
    assert found.findings == ()
    assert [slot.kind for slot in found.slots] == [Kind.SEAL, Kind.DOCUMENT_TIMESTAMP, Kind.DOCUMENT_TIMESTAMP]
    assert [slot.index for slot in found.slots] == [0, 1, 2]
    assert [slot.revision for slot in found.slots] == sorted(slot.revision for slot in found.slots)
    assert all(slot.coverage is Coverage.WHOLE_REVISION for slot in found.slots[:2])
    assert found.slots[0].place is not None
    assert found.slots[0].place.page == 1


def test_a_chinese_name() -> None:
    (slot,) = inspect(bare_pyhanko.seal(paper(), field="签章_甲方")).slots
    assert slot.field_name == "签章_甲方"


@pytest.mark.parametrize(
    ("rotate", "box"),
    [
        (0, (100.0, 591.89, 200.0, 691.89)),
        (90, (150.0, 100.0, 250.0, 200.0)),
        (180, (395.28, 150.0, 495.28, 250.0)),
        (270, (591.89, 395.28, 691.89, 495.28)),
    ],
)
def test_places_are_those_of_the_page_as_displayed(rotate: int, box: tuple[float, ...]) -> None:
    (slot,) = inspect(bare_pyhanko.seal(paper(rotate=rotate), box=BOX)).slots
    assert slot.place == Place(0, box)


def test_a_cropped_page() -> None:
    cropped = document()[3].replace(b"/MediaBox", b"/CropBox [50 60 500 700] /MediaBox")
    (slot,) = inspect(signed(objects=document(more={3: cropped}))).slots
    assert slot.place == Place(0, (50.0, 500.0, 150.0, 600.0))


@pytest.mark.parametrize("streams", [False, True])
def test_linearized(streams: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.disable
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper(3))) as pdf:
        pdf.save(out, linearize=True, object_stream_mode=mode)
    assert fit_to_seal(out.getvalue()) == ()
    found = inspect(bare_pyhanko.seal(out.getvalue(), page=2))
    (slot,) = found.slots
    assert found.findings == ()
    assert slot.sound
    assert (slot.revision, len(found.revision_ends)) == (1, 2)


def test_hybrid_as_word_writes_it() -> None:
    """Two tables in one save: the second is empty and names a stream for what the first leaves out."""
    hidden = b"<< /Type /StructTreeRoot >>"
    holder = b"8 0 " + hidden
    packed = b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream" % (len(holder), holder)
    rows = b"\x02\0\0\0\x09\0\0"
    stream = b"<< /Type /XRef /Size 11 /W [1 4 2] /Index [8 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream" % (
        len(rows),
        rows,
    )
    root = document(fields=b"[]")[1].replace(b"/Pages", b"/StructTreeRoot 8 0 R /Pages")
    first = written(
        Save(document(fields=b"[]", more={1: root, 9: packed, 10: stream}), entries={8: b"0000000000 65535 f"}, size=11)
    )
    at = first.index(b"10 0 obj")
    word = first + b"xref\n0 0\ntrailer\n<< /Size 11 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        first.rindex(b"xref\n0 1"),
        at,
        len(first),
    )
    found = inspect(word)
    assert found.history is not None
    assert found.revision_ends == (len(word),)
    assert found.history.problems == []
    assert found.history.object(8, 0) == {b"Type": b"StructTreeRoot"}
    assert fit_to_seal(word) == ()
    contradicting = word.replace(b"/XRefStm %d " % at, b"/XRefStm %d " % first.index(b"9 0 obj"))
    assert fit_to_seal(contradicting)


def test_an_update_without_a_line_end_before_it() -> None:
    plain = written(Save(document(fields=b"[]")))[:-1]
    found = inspect(bare_pyhanko.seal(plain))
    assert found.findings == ()
    assert found.slots[0].sound


def test_nothing_signed() -> None:
    found = inspect(paper())
    assert (found.slots, found.findings) == ((), ())
    assert fit_to_seal(paper(3, streams=True, inherited=True)) == ()


def test_no_pdf_at_all() -> None:
    for data in (b"", b"%PDF-1.7", b"\x89PNG\r\n", b"PK\x03\x04" + bytes(100)):
        found = inspect(data)
        assert found.findings
        assert (found.slots, found.revision_ends, found.reader) == ((), (), None)


def test_names_out_of_files_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        inspect(bare_pyhanko.seal(paper(), field="Zhang San")[:-40])
    assert "Zhang" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("signing"))


@pytest.mark.real_data
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real files are not beside the project")
def test_real_files() -> None:
    """The honest ones have nothing against them, and of the forged ones something is always found (but for those that
    only cryptography can tell)."""
    cryptographic = {"pyhanko_econtent.pdf", "dss_bad_encoded_cms.pdf"}
    for line in (FOLDER / "manifest.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] != "pdf_signed" or not entry["file"].endswith(".pdf"):
            continue
        path = FOLDER / entry["file"]
        found = inspect(path.read_bytes())
        after = [changes_after(found, slot) for slot in found.slots]
        clean = not found.findings and all(slot.sound for slot in found.slots)
        clean = clean and all(each.modifications is not Modifications.FORBIDDEN for each in after)
        assert clean == (entry["expected"]["may_be_green"] or path.name in cryptographic), path.name


def test_a_further_save_that_copies_the_table_is_no_change_of_objects() -> None:
    pdf = signed()
    offset = pdf.index(b"3 0 obj")
    found = inspect(pdf + saved_again(pdf, Save({}, entries={3: b"%010d 00000 n" % offset})))
    assert found.findings == ()
