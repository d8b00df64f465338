"""Files by which two readers come to see two documents, stripped seals, and ends that are none."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from signing.validation.changes import changes_after
from signing.validation.indication import Indication
from signing.validation.report import Finding, Modifications
from signing.validation.structure import fit_to_seal, inspect
from tests.signing import bare_pyhanko
from tests.signing.hand_written import DICTIONARY, Save, document, saved_again, signed, written


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


BLANK = b"<< /Length 0 >>\nstream\n\nendstream"
HIDDEN = b"6 0 obj\n<< /Length 3 >>\nstream\nq Q\nendstream\nendobj\n"


def test_nothing_is_wrong_with_the_plain_file() -> None:
    assert inspect(signed()).findings == ()
    assert fit_to_seal(written(Save(document(fields=b"[]")))) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda pdf: b"\n" + pdf, "seal.header"),
        (lambda pdf: pdf + b"\n", "seal.trailing_bytes"),
        (lambda pdf: pdf + b" ", "seal.trailing_bytes"),
        (lambda pdf: pdf + b"%%EOF\n", "seal.trailing_bytes"),
        (lambda pdf: pdf + b"8 0 obj\nnull\nendobj\n", "seal.trailing_bytes"),
        (lambda pdf: pdf[:-7], "seal.truncated"),
        (lambda pdf: pdf[: len(pdf) // 2], "seal.truncated"),
        (lambda pdf: pdf.replace(b"startxref\n", b"startxref\n1"), "seal.unreadable"),
        (lambda pdf: pdf.replace(b" 00000 n \n", b" 00000 n\n"), "seal.unreadable"),
        (lambda pdf: b"", "seal.unreadable"),
    ],
)
def test_beginnings_and_ends(change: Callable[[bytes], bytes], code: str) -> None:
    found = inspect(change(signed()))
    assert code in codes(found.findings)
    assert all(finding.indication is Indication.TOTAL_FAILED for finding in found.findings)


def test_one_end_of_line_or_none_at_the_end() -> None:
    assert inspect(signed()[:-1]).slots[0].findings  # the seal covers it, so it may not be missing
    plain = written(Save(document(fields=b"[]")))
    for end in (b"", b"\n", b"\r", b"\r\n"):
        assert fit_to_seal(plain[:-1] + end) == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"before": HIDDEN}, "未列入目录"),
        ({"between": b"8 0 obj\nnull\nendobj\n"}, ""),
        ({"between": b"junk\n"}, "无法解释"),
        ({"between": b"%%EOF\n"}, "结束标记"),
        ({"entries": {8: b"0000000012 00000 n"}}, "无法读取"),
        ({"entries": {8: b"0000000000 00000 n"}}, ""),
    ],
)
def test_what_the_signer_hid_is_doubtful(options: dict[str, object], words: str) -> None:
    found = inspect(signed(**options))  # type: ignore[arg-type]
    assert [finding.indication for finding in found.findings] == [Indication.INDETERMINATE] * bool(words)
    assert all(words in finding.text.zh for finding in found.findings)


@pytest.mark.parametrize(
    "save",
    [
        Save({}, before=HIDDEN),
        Save({}, between=b"8 0 obj\nnull\nendobj\n"),
        Save({}, between=b"% a comment\n"),
        Save({}, between=b"junk\n"),
        Save({}, between=b"%%EOF\n"),
    ],
)
def test_what_is_hidden_behind_a_seal_is_refused(save: Save) -> None:
    found = inspect(signed(later=(save,)))
    assert "seal.ambiguous" in codes(found.findings)
    assert all(finding.indication is Indication.TOTAL_FAILED for finding in found.findings)


def test_the_same_bytes_in_a_stream_are_only_text() -> None:
    """An honest file may hold another's syntax, /ByteRange and all, in an attachment."""
    text = b"5 0 obj\n<< /ByteRange [0 1 2 3] /Contents <00> >>\nendobj\n%%EOF\n"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    assert inspect(signed(objects=document(more={7: stream}))).findings == ()


@pytest.mark.parametrize("name", [b"/ByteRange", b"/Byte#52ange", b"/#42#79#74#65#52#61#6e#67#65"])
def test_a_signature_in_no_field_was_stripped(name: bytes) -> None:
    lost = b"<< /Type /Sig %s [0 1 2 3] /Contents <00> >>" % name
    assert codes(inspect(signed(objects=document(more={7: lost}))).findings) == ["seal.stripped"]


def test_a_signature_in_an_object_stream_was_stripped() -> None:
    packed = b"7 0 << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>"
    deflated = zlib.compress(packed)
    holder = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(deflated),
        deflated,
    )
    whole = written(Save(document(fields=b"[]")))
    offset = len(whole)
    body = b"8 0 obj\n" + holder + b"\nendobj\n"
    rows = b"\x01" + offset.to_bytes(4, "big") + b"\0\0" + b"\x01" + (offset + len(body)).to_bytes(4, "big") + b"\0\0"
    rows = b"\x02\0\0\0\x08\0\0" + rows
    previous = whole.rindex(b"xref\n0 1")
    own = b"9 0 obj\n<< /Type /XRef /Size 10 /W [1 4 2] /Index [7 3] /Root 1 0 R /Prev %d /Length %d >>\nstream\n" % (
        previous,
        len(rows),
    )
    pdf = whole + body + own + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (offset + len(body))
    assert codes(inspect(pdf).findings) == ["seal.stripped"]


def test_a_seal_taken_out_of_the_form_later_was_stripped() -> None:
    gone = document(fields=b"[]")[1]
    found = inspect(signed(later=(Save({1: gone}),)))
    assert "seal.stripped" in codes(found.findings)


def test_a_seal_replaced_later_was_stripped() -> None:
    other = DICTIONARY.replace(b"@RANGE@", b"[0 1 2 3]").replace(b"@CONTENTS@", b"<00>")
    assert "seal.stripped" in codes(inspect(signed(later=(Save({5: other}),))).findings)


def test_usage_rights_are_no_seal_and_no_fault() -> None:
    rights = b"<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>"
    root = document()[1].replace(b"/Pages", b"/Perms << /UR3 7 0 R >> /Pages")
    found = inspect(signed(objects=document(more={1: root, 7: rights})))
    assert [(finding.code, finding.indication) for finding in found.findings] == [
        ("seal.usage_rights", Indication.TOTAL_PASSED)
    ]


@pytest.mark.parametrize(
    ("save", "code"),
    [
        (Save({}, trailer=b"/Encrypt << /Filter /Standard >>"), "seal.encrypted"),
        (Save({}, trailer=b"/XRefStm 9"), "seal.unreadable"),
        (Save({7: b"null"}, size=4), "seal.unreadable"),
        (Save({}, entries={7: b"0000000009 00000 x"}), "seal.unreadable"),
    ],
)
def test_tables_that_readers_disagree_about(save: Save, code: str) -> None:
    assert code in codes(inspect(signed(later=(save,))).findings)


def test_an_encrypted_file_is_not_forged_but_not_validated() -> None:
    found = inspect(signed(later=(Save({}, trailer=b"/Encrypt 7 0 R"),)))
    assert [(finding.code, finding.indication) for finding in found.findings] == [
        ("seal.encrypted", Indication.INDETERMINATE)
    ]
    assert found.slots == ()


def test_a_table_that_lists_an_object_twice_is_refused() -> None:
    pdf = signed()
    table = pdf.rindex(b"6 1\n")
    line = pdf[table + 4 : table + 24]
    twice = pdf[:table] + b"6 1\n" + line + pdf[table:]
    assert "seal.unreadable" in codes(inspect(twice).findings)


def test_references_of_another_generation_are_doubtful() -> None:
    """Some readers follow them, others find nothing there."""
    page = document()[3].replace(b"/Contents 6 0 R", b"/Contents [6 0 R 6 1 R]")
    (finding,) = inspect(signed(objects=document(more={3: page}))).findings
    assert finding.indication is Indication.INDETERMINATE


def test_too_many_signatures_are_not_validated() -> None:
    found = inspect(signed(), max_signatures=0)
    assert codes(found.findings) == ["seal.too_many"]
    assert (found.slots, found.reader) == ((), None)


def test_deep_nesting_ends_in_a_finding() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    assert inspect(signed(objects=document(more={7: deep}))).findings
    assert codes(fit_to_seal(written(Save(document(fields=b"[]", more={7: deep})))))


def test_an_unsigned_file_has_nothing_to_say_however_it_looks() -> None:
    plain = written(Save(document(fields=b"[]"), between=b"junk\n")) + b"trailing"
    found = inspect(plain)
    assert (found.slots, found.findings) == ((), ())
    assert {"seal.trailing_bytes", "seal.ambiguous"} <= set(codes(fit_to_seal(plain)))


def test_pages_in_a_circle_are_not_fit() -> None:
    circle = {2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}
    assert codes(fit_to_seal(written(Save(document(fields=b"[]", more=circle))))) == ["seal.unreadable"]


@pytest.mark.parametrize(
    ("rows", "index", "fine"),
    [
        (b"\x01%s\0\0", b"[7 1]", True),
        (b"\x03%s\0\0", b"[6 1]", False),
        (b"\x01%s\0\0", b"[7 2]", False),
        (b"\x01%s\0\0" * 2, b"[7 1 7 1]", False),
    ],
)
def test_entries_of_streams_that_readers_disagree_about(rows: bytes, index: bytes, fine: bool) -> None:
    """An entry of unknown kind is null by the standard, and nothing at all to lenient readers."""
    first = signed()
    body = b"7 0 obj\n<< /Type /Note >>\nendobj\n"
    at = len(first).to_bytes(4, "big")
    data = rows.replace(b"%s", at)
    own = b"9 0 obj\n<< /Type /XRef /Size 10 /W [1 4 2] /Index %s /Root 1 0 R /Prev %d /Length %d >>\nstream\n" % (
        index,
        first.rindex(b"xref\n0 1"),
        len(data),
    )
    pdf = first + body + own + data + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(first) + len(body))
    assert (codes(inspect(pdf).findings) == []) is fine


def test_a_widget_added_to_a_sealed_field_is_found() -> None:
    """The array of the field's widgets is an object of its own, so that the field itself stays as it was."""
    widget = b"<< /Type /Annot /Subtype /Widget /Parent 4 0 R /P 3 0 R /Rect [%d 100 %d 200] /F 132 >>"
    objects = document(
        more={
            3: document()[3].replace(b"[4 0 R]", b"[8 0 R]"),
            4: b"<< /FT /Sig /T (Seal) /V 5 0 R /Kids 7 0 R >>",
            7: b"[8 0 R]",
            8: widget % (100, 200),
        }
    )
    more = Save({3: document()[3].replace(b"[4 0 R]", b"[8 0 R 9 0 R]"), 7: b"[8 0 R 9 0 R]", 9: widget % (0, 500)})
    structure = inspect(signed(objects=objects, later=(more,)))
    assert structure.slots[0].sound
    assert changes_after(structure, structure.slots[0]).modifications is Modifications.FORBIDDEN


@pytest.mark.parametrize("where", ["hidden before", "still to come"])
def test_objects_said_to_be_elsewhere_are_doubtful(where: str) -> None:
    """Before the seal: the page's content is pointed at a hidden object, or at bytes that do not exist yet."""
    plain = written(Save(document(fields=b"[]"), before=HIDDEN))
    offset = plain.index(HIDDEN) if where == "hidden before" else 2 * len(plain)
    pointed = plain + saved_again(plain, Save({}, entries={6: b"%010d 00000 n" % offset}))
    found = inspect(bare_pyhanko.seal(pointed, box=None))
    assert {(each.code, each.indication) for each in found.findings} == {("seal.ambiguous", Indication.INDETERMINATE)}
    assert any("另一处" in each.text.zh for each in found.findings)
