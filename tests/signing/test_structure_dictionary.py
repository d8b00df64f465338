"""The signature dictionary: one form is right, and every other that a reader might take for it is named."""

from __future__ import annotations

import pytest

from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Coverage, Kind
from signing.validation.slot import Slot
from signing.validation.structure import inspect
from tests.signing.hand_written import DICTIONARY, cms, document, padded, signed


def slot_of(pdf: bytes) -> Slot:
    (slot,) = inspect(pdf).slots
    return slot


def codes(slot: Slot) -> set[str]:
    return {finding.code for finding in slot.findings}


def test_the_right_form_has_nothing_against_it() -> None:
    pdf = signed()
    structure = inspect(pdf)
    (slot,) = structure.slots
    assert not structure.findings
    assert slot.sound
    assert slot.embedded is not None
    assert slot.cms == cms()
    assert (slot.kind, slot.subfilter, slot.field_name) == (Kind.SEAL, "ETSI.CAdES.detached", "Seal")
    assert (slot.coverage, slot.revision, slot.index, slot.number) == (Coverage.WHOLE_FILE, 0, 0, 5)
    assert slot.byte_range is not None
    assert slot.byte_range[0] == 0
    assert slot.byte_range[2] + slot.byte_range[3] == len(pdf)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"", "seal.byte_range"),
        (b"/ByteRange null", "seal.byte_range"),
        (b"/ByteRange []", "seal.byte_range"),
        (b"/ByteRange [0 0 0 0]", "seal.byte_range"),
        (b"/ByteRange [0 10 20 30]", "seal.byte_range"),
        (b"/ByteRange [-0 10 20 30]", "seal.byte_range"),
        (b"/ByteRange [+0 10 20 30]", "seal.byte_range"),
        (b"/ByteRange [0.0 10 20 30]", "seal.byte_range"),
        (b"/ByteRange [0 10 20]", "seal.byte_range"),
        (b"/ByteRange [0 10 20 30 40 50]", "seal.byte_range"),
        (b"/ByteRange [7 0 R 10 20 30]", "seal.byte_range"),
        (b"/ByteRange 7 0 R", "seal.byte_range"),
        (b"/ByteRange [0 99999999999 20 30]", "seal.byte_range"),
        (b"/Byte#52ange @RANGE@", "seal.dictionary"),
        (b"/ByteRange @RANGE@ %", "seal.dictionary"),
    ],
)
def test_byte_ranges_other_than_four_plain_integers_are_refused(written: bytes, code: str) -> None:
    comment = b"\n" if written.endswith(b"%") else b""
    pdf = signed(DICTIONARY.replace(b"/ByteRange @RANGE@", written + comment))
    assert code in codes(slot_of(pdf))
    assert all(finding.sub_indication is SubIndication.FORMAT_FAILURE for finding in slot_of(pdf).findings)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"<>", "seal.contents"),
        (b"()", "seal.contents"),
        (b"null", "seal.contents"),
        (b"<00000000>", "seal.contents"),
        (b"<3000>", "seal.contents"),
        (b"(0\\202)", "seal.contents"),
        (b"<308>", "seal.contents"),
        (b"<30 82>", "seal.contents"),
        (padded(cms()[:40]), "seal.contents"),
        (padded(cms())[:-9] + b"1" + padded(cms())[-8:], "seal.padding"),
        (padded(cms())[:9] + b"aA" + padded(cms())[11:], "seal.contents"),
    ],
)
def test_contents_other_than_a_cms_and_zeros_are_refused(value: bytes, code: str) -> None:
    slot = slot_of(signed(value=value))
    assert code in codes(slot)
    assert slot.findings[0].indication is Indication.TOTAL_FAILED


def test_a_length_that_reaches_into_the_padding_is_refused() -> None:
    longer = cms()[:2] + (int.from_bytes(cms()[2:4], "big") + 8).to_bytes(2, "big") + cms()[4:]
    slot = slot_of(signed(value=padded(longer)))
    assert codes(slot) == {"seal.contents"}


def test_indefinite_length_is_doubtful_but_followed_to_its_end() -> None:
    """What BouncyCastle writes by default: wrong, and no forgery."""
    loose = b"\x30\x80" + cms()[4:] + b"\x00\x00"
    slot = slot_of(signed(value=padded(loose)))
    assert [(finding.code, finding.indication) for finding in slot.findings] == [
        ("seal.not_der", Indication.INDETERMINATE)
    ]
    assert slot.cms == loose
    assert slot.embedded is not None


def test_a_gap_wider_than_the_value_is_refused() -> None:
    pdf = signed()
    start, end = (slot_of(pdf).byte_range or (0, 0, 0, 0))[1:3]
    wider = pdf.replace(b"%010d %010d" % (start, end), b"%010d %010d" % (start - 1, end))
    assert codes(slot_of(wider)) == {"seal.byte_range"}


def test_a_second_value_in_the_same_dictionary_is_refused() -> None:
    twice = DICTIONARY.replace(b"/ByteRange", b"/Contents <00> /ByteRange")
    assert inspect(signed(twice)).findings or "seal.dictionary" in codes(slot_of(signed(twice)))


def test_a_comment_between_object_number_and_dictionary_is_harmless() -> None:
    """PDFsharp writes them."""
    assert slot_of(signed(b"% PdfSharp.Pdf.PdfDictionary\n" + DICTIONARY)).sound


@pytest.mark.parametrize(
    ("kind", "subfilter", "code"),
    [
        (b"DocTimeStamp", b"ETSI.CAdES.detached", "seal.kind"),
        (b"Sig", b"ETSI.RFC3161", "seal.kind"),
        (b"Annot", b"ETSI.CAdES.detached", "seal.kind"),
        (b"Sig", b"adbe.pkcs7.sha1", "seal.unsupported"),
        (b"Sig", b"GM.PKILite.SM2", "seal.unsupported"),
        (b"Sig", b"etsi.cades.detached", "seal.unsupported"),
    ],
)
def test_kinds_contradict_or_are_not_supported(kind: bytes, subfilter: bytes, code: str) -> None:
    dictionary = DICTIONARY.replace(b"/Type /Sig", b"/Type /" + kind).replace(b"ETSI.CAdES.detached", subfilter)
    assert code in codes(slot_of(signed(dictionary)))


def test_a_missing_type_is_a_seal() -> None:
    assert slot_of(signed(DICTIONARY.replace(b"/Type /Sig ", b""))).sound


def test_an_unknown_subfilter_is_unsupported_never_unsigned() -> None:
    slot = slot_of(signed(DICTIONARY.replace(b"/SubFilter /ETSI.CAdES.detached", b"")))
    (finding,) = slot.findings
    assert (finding.code, finding.indication) == ("seal.unsupported", Indication.INDETERMINATE)
    assert finding.sub_indication is SubIndication.SIG_CONSTRAINTS_FAILURE
    assert "未注明" in finding.text.zh
    assert slot.embedded is None


def test_chinese_algorithms_are_told_apart_from_other_unknown_forms() -> None:
    sm2 = bytes.fromhex("301c06092a864886f70d010702a00f300d06092a811ccf550183750500") + bytes(1)
    slot = slot_of(signed(DICTIONARY.replace(b"ETSI.CAdES.detached", b"GBT.38540"), value=padded(sm2)))
    assert any("SM2" in finding.text.zh for finding in slot.findings if finding.code == "seal.unsupported")


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ({7: document()[4].replace(b"(Seal)", b"(Copy)")}, "seal.field"),
        ({7: b"<< /FT /Tx /T (Seal) >>"}, "seal.field"),
        (
            {4: document()[4].replace(b"/T (Seal)", b"/T (Seal) /Kids [7 0 R]"), 7: b"<< /T (b) /FT /Tx >>"},
            "seal.field",
        ),
        (
            {
                4: b"<< /FT /Sig /T (Seal) /V 5 0 R /Kids [7 0 R] >>",
                7: b"<< /Subtype /Widget /Parent 6 0 R /Rect [0 0 9 9] >>",
            },
            "seal.field",
        ),
    ],
)
def test_fields_that_contradict_each_other_are_refused(objects: dict[int, bytes], code: str) -> None:
    listed = b"[4 0 R 7 0 R]" if b"/T" in objects[7] and b"(b)" not in objects[7] else b"[4 0 R]"
    found = inspect(signed(objects=document(more=objects, fields=listed)))
    assert all(code in codes(slot) for slot in found.slots)
    assert found.slots


def test_a_seal_on_two_pages_is_refused() -> None:
    pages = {2: b"<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >>", 7: document()[3]}
    assert codes(slot_of(signed(objects=document(more=pages)))) == {"seal.field"}
