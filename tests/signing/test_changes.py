"""After a seal: further seals, evidence and timestamps pass, told in words; every other change is refused and named."""

from __future__ import annotations

import functools
import io
import re

import pikepdf
import pytest

from signing.validation.changes import Changes, changes_after
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Modifications
from signing.validation.structure import inspect
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.hand_written import DICTIONARY, Save, cms, document, padded, saved_again, signed
from tests.signing.sealed import paper, saved

HERE, THERE = (60.0, 80.0, 180.0, 200.0), (300.0, 80.0, 420.0, 200.0)
MAKERS = {"pyhanko": bare_pyhanko.seal, "endesive": bare_endesive.seal}


def after(pdf: bytes, which: int = 0) -> Changes:
    """What happened after a seal of a file whose form is right."""
    structure = inspect(pdf)
    assert structure.findings == ()
    return changes_after(structure, structure.slots[which])


def told(changes: Changes) -> list[str]:
    return [change.text.zh for change in changes.changes]


@functools.cache
def with_information(inherited: bool = False, metadata: bool = False) -> bytes:
    """A page with a word on it, an information dictionary and, where asked for, XMP and inherited attributes."""
    with pikepdf.open(io.BytesIO(paper(2, inherited=inherited))) as pdf:
        pdf.docinfo["/Title"] = "合同"
        pdf.docinfo["/CreationDate"] = "D:20260101000000Z"
        if metadata:
            with pdf.open_metadata() as packet:
                packet["dc:title"] = "合同"
                packet["pdfaid:part"] = "3"
        return saved(pdf)


def test_nothing_happened() -> None:
    found = after(signed())
    assert (found.modifications, found.changes, found.findings) == (Modifications.NONE, (), ())


@pytest.mark.parametrize("first", MAKERS)
@pytest.mark.parametrize("second", MAKERS)
@pytest.mark.parametrize(("inherited", "metadata"), [(False, False), (False, True), (True, False)])
def test_countersigned_in_any_mix(first: str, second: str, inherited: bool, metadata: bool) -> None:
    pdf = MAKERS[first](with_information(inherited, metadata), field="甲方", box=HERE)
    pdf = MAKERS[second](pdf, "other", field="乙方", box=THERE, page=1)
    found = after(pdf)
    assert (found.modifications, found.findings) == (Modifications.ALLOWED, ())
    assert told(found) == ["第 3 次保存：新增签章“乙方”（第 2 页）"]
    assert found.changes[0].revision == 2
    assert after(pdf, 1).modifications is Modifications.NONE


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("streams", [False, True])
def test_evidence_and_timestamps(maker: str, streams: bool) -> None:
    if streams and maker == "endesive":
        return  # endesive cannot write into files with streams.
    pdf = MAKERS[maker](paper(streams=streams), box=HERE)
    pdf = bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root")], certificates=[pki.cert("interm")])
    pdf = bare_pyhanko.document_timestamp(pdf, pki.timestamper())
    pdf = bare_pyhanko.with_evidence(pdf, crls=[pki.crl("interm")], certificates=[pki.cert("root")])
    found = after(pdf)
    assert (found.modifications, found.findings) == (Modifications.ALLOWED, ())
    assert told(found) == [
        "第 3 次保存：新增验证资料（证书、吊销信息）",
        "第 4 次保存：新增时间戳“Time1”",
        "第 5 次保存：新增验证资料（证书、吊销信息）",
    ]
    assert [change.text.zh for change in after(pdf, 1).changes] == told(found)[2:]


@pytest.mark.parametrize("maker", MAKERS)
def test_prepared_fields_are_filled(maker: str) -> None:
    pdf = bare_pyhanko.prepare_fields(paper(), "甲方", "乙方")
    # endesive asks a certification for its /DigestMethod, which pyHanko leaves out.
    pdf = bare_pyhanko.seal(pdf, field="甲方", certify=2 if maker == "pyhanko" else None)
    options = {"prepared": True} if maker == "endesive" else {}
    found = after(MAKERS[maker](pdf, "other", field="乙方", **options))
    assert (found.modifications, found.findings) == (Modifications.ALLOWED, ())
    assert told(found) == ["第 4 次保存：新增签章“乙方”（第 1 页）"]


def test_an_invisible_seal_is_told_as_such() -> None:
    assert told(after(bare_pyhanko.seal(signed(), "other", field="乙方", box=None))) == [
        "第 2 次保存：新增签章“乙方”（不可见）"
    ]


def test_a_seal_over_words_and_over_a_seal_is_told() -> None:
    (over_words,) = told(after(bare_pyhanko.seal(signed(), "other", field="乙方", box=(50, 690, 200, 730))))
    assert over_words.endswith("其图样（第 1 页，距左 1.8 厘米、距上 4.0 厘米）压在该页文字上")
    (over_seal,) = told(after(bare_pyhanko.seal(signed(), "other", field="乙方", box=(150, 150, 250, 250))))
    assert over_seal.endswith("压在签章“Seal”上")
    assert after(bare_pyhanko.seal(signed(), "other", field="乙方", box=(50, 690, 200, 730))).findings == ()


CATALOG = document()[1]
PAGE = document()[3]
WIDGET = document()[4]
NUMBERS = b"[0000000000 0000000000 0000000000 0000000000]"
STREAM = b"<< /Length 3 >>\nstream\nq Q\nendstream"
INFO = b"<< /Title (other) >>"


def catalog(entry: bytes) -> bytes:
    """The catalog with one more entry."""
    return CATALOG.replace(b"/Pages", entry + b" /Pages")


FORBIDDEN: dict[str, tuple[Save, str]] = {
    "content": (Save({6: STREAM}), "第 1 页内容被改动"),
    "content elsewhere": (Save({3: PAGE.replace(b"6 0 R", b"7 0 R"), 7: STREAM}), "第 1 页内容被改动"),
    "cropped": (Save({3: PAGE.replace(b"/MediaBox", b"/CropBox [0 0 9 9] /MediaBox")}), "第 1 页内容被改动"),
    "turned": (Save({3: PAGE.replace(b"/MediaBox", b"/Rotate 90 /MediaBox")}), "第 1 页内容被改动"),
    "tree turned": (Save({2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 >>"}), "页面被增加、删除或调换"),
    "page added": (
        Save({2: b"<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >>", 7: PAGE.replace(b"/Annots [4 0 R]", b"")}),
        "页面被增加、删除或调换",
    ),
    "annotation": (
        Save({3: PAGE.replace(b"[4 0 R]", b"[4 0 R 7 0 R]"), 7: b"<< /Subtype /FreeText /Rect [0 0 99 99] >>"}),
        "第 1 页的批注被增删或改动",
    ),
    "annotation removed": (Save({3: PAGE.replace(b"[4 0 R]", b"[]")}), "第 1 页的批注被增删或改动"),
    "seal moved": (Save({4: WIDGET.replace(b"[100", b"[110")}), "签章“Seal”的内容或外观被改动"),
    "seal hidden": (Save({4: WIDGET.replace(b"/F 132", b"/F 2")}), "签章“Seal”的内容或外观被改动"),
    "empty field": (
        Save(
            {
                1: CATALOG.replace(b"[4 0 R]", b"[4 0 R 7 0 R]"),
                7: b"<< /FT /Sig /T (New) /Subtype /Widget /P 3 0 R /Rect [0 0 0 0] >>",
            }
        ),
        "新增了空白签章域“New”",
    ),
    "text field": (
        Save(
            {1: CATALOG.replace(b"[4 0 R]", b"[4 0 R 7 0 R]"), 7: b"<< /FT /Tx /T (New) /V (1) /Subtype /Widget >>"}
        ),
        "新增了表单域“New”",
    ),
    "form defaults": (Save({1: CATALOG.replace(b"/SigFlags", b"/NeedAppearances true /SigFlags")}), "表单被改动"),
    "flags lowered": (Save({1: CATALOG.replace(b"/SigFlags 3", b"/SigFlags 1")}), "表单被改动"),
    "action": (Save({1: catalog(b"/OpenAction [3 0 R /Fit]")}), "文档目录的“OpenAction”一项被改动"),
    "layers": (Save({1: catalog(b"/OCProperties << >>")}), "文档目录的“OCProperties”一项被改动"),
    "certified late": (Save({1: catalog(b"/Perms << /DocMDP 5 0 R >>")}), "文档目录的“Perms”一项被改动"),
    "another root": (Save({7: CATALOG}, root=7), "文件的总目录被换掉"),
    "information": (Save({7: INFO}, trailer=b"/Info 7 0 R"), "文档属性（标题、作者等）被改动"),
    "date alone": (Save({7: b"<< /ModDate (D:2026) >>"}, trailer=b"/Info 7 0 R"), "文档属性被改动"),
    "packet": (
        Save({1: catalog(b"/Metadata 7 0 R"), 7: b"<< /Type /Metadata /Length 4 >>\nstream\n<x/>\nendstream"}),
        "文档元数据（XMP）被改动",
    ),
    "version alone": (Save({1: catalog(b"/Version /2.0")}), "文档属性被改动"),
    "version lowered": (Save({1: catalog(b"/Version /1.0")}), "文档的 PDF 版本被改动"),
    "trailer": (Save({}, trailer=b"/AdditionalStreams [6 0 R]"), "文件尾部的“AdditionalStreams”一项被改动"),
    "freed": (Save({}, entries={6: b"0000000000 00001 f"}), "原有的对象被删除或顶替"),
    "pointed elsewhere": (Save({}, entries={6: b"0000000009 00000 n"}), "第 1 页内容被改动"),
    "another generation": (Save({}, entries={6: b"0000000009 00001 n"}), "第 1 页内容被改动"),
    "nothing at all": (Save({}), "没有新增签章、时间戳或验证资料"),
    "an object of its own": (Save({7: b"<< /Note (see also) >>"}), "新增了与签章无关的内容"),
}  # fmt: skip


UNWRITABLE = {"another root", "freed", "pointed elsewhere", "another generation", "packet"}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden_changes_are_refused_and_named(name: str) -> None:
    save, words = FORBIDDEN[name]
    structure = inspect(signed(later=(save,)))
    found = changes_after(structure, structure.slots[0])
    assert found.modifications is Modifications.FORBIDDEN
    assert f"第 2 次保存：{words}" in told(found)
    assert not any(change.allowed for change in found.changes)
    for finding in found.findings:
        assert finding.code == "seal.modified"
        assert (finding.indication, finding.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
        assert "请勿采信" in finding.text.zh


@pytest.mark.parametrize("name", sorted(FORBIDDEN.keys() - UNWRITABLE))
def test_a_timestamp_over_them_does_not_heal_them(name: str) -> None:
    """Those left out are files that pyHanko does not write into."""
    save, _ = FORBIDDEN[name]
    structure = inspect(bare_pyhanko.document_timestamp(signed(later=(save,)), pki.timestamper()))
    assert changes_after(structure, structure.slots[0]).modifications is Modifications.FORBIDDEN


def second_seal(widget: bytes, **more: bytes) -> bytes:
    """A further seal by hand, its widget as the forger wants it."""
    first = signed()
    value = padded(cms())
    body = DICTIONARY.replace(b"@RANGE@", NUMBERS).replace(b"@CONTENTS@", value)
    objects = {
        1: CATALOG.replace(b"[4 0 R]", b"[4 0 R 7 0 R]"),
        3: PAGE.replace(b"[4 0 R]", b"[4 0 R 7 0 R]"),
        7: widget,
        8: more.pop("signature", body),
    } | {int(number[1:]): content for number, content in more.items()}
    pdf = first + saved_again(first, Save(objects))
    start = pdf.find(value, len(first))
    numbers = (0, start, start + len(value), len(pdf) - start - len(value))
    return pdf.replace(NUMBERS, b"[%010d %010d %010d %010d]" % numbers)


SECOND = b"<< /FT /Sig /T (Seal2) /Type /Annot /Subtype /Widget /F 132 /P 3 0 R /Rect [300 100 400 200] /V 8 0 R >>"


def test_a_further_seal_by_hand_passes() -> None:
    found = after(second_seal(SECOND))
    assert (found.modifications, told(found)) == (Modifications.ALLOWED, ["第 2 次保存：新增签章“Seal2”（第 1 页）"])


@pytest.mark.parametrize(
    "widget",
    [
        SECOND.replace(b"/F 132", b"/F 132 /AA << /E << /S /JavaScript /JS (x) >> >>"),
        SECOND.replace(b"/F 132", b"/F 132 /A << /S /URI /URI (x) >>"),
        SECOND.replace(b"/F 132", b"/F 132 /OC 6 0 R"),
        SECOND.replace(b"/Widget", b"/FreeText"),
        SECOND.replace(b"(Seal2)", b"(Seal)"),
        SECOND.replace(b"(Seal2)", b"()"),
        SECOND.replace(b"/P 3 0 R", b"/P 2 0 R"),
        SECOND.replace(b"[300 100 400 200]", b"[300 100 400 200 1]"),
        SECOND.replace(b"/F 132", b"/Parent 4 0 R"),
        SECOND.replace(b"8 0 R", b"5 0 R"),
    ],
)
def test_a_further_seal_that_is_more_than_a_seal_is_refused(widget: bytes) -> None:
    structure = inspect(second_seal(widget))
    assert changes_after(structure, structure.slots[0]).modifications is Modifications.FORBIDDEN


def test_a_seal_that_brings_other_changes_is_refused() -> None:
    found = after(second_seal(SECOND, _6=STREAM))
    assert told(found) == ["第 2 次保存：新增签章“Seal2”（第 1 页）", "第 2 次保存：第 1 页内容被改动"]
    assert found.modifications is Modifications.FORBIDDEN


@pytest.mark.parametrize(
    "widget",
    [
        SECOND,
        SECOND.replace(b"[300 100 400 200]", b"[0 0 0 0]").replace(b"/F 132", b"/AP << /N 9 0 R >>"),
    ],
)
def test_a_timestamp_that_shows_anything_is_refused(widget: bytes) -> None:
    """Anybody gets timestamps from a trusted authority."""
    stamped = bare_pyhanko.document_timestamp(paper(), pki.timestamper())
    token = stamped[stamped.rindex(b"/Contents <") + 10 :]
    token = token[: token.index(b">") + 1]
    dictionary = DICTIONARY.replace(b"/Sig ", b"/DocTimeStamp ").replace(b"ETSI.CAdES.detached", b"ETSI.RFC3161")
    body = dictionary.replace(b"@RANGE@", NUMBERS)
    pdf = second_seal(widget, signature=body.replace(b"@CONTENTS@", token), _9=STREAM)
    structure = inspect(pdf)
    assert "第 2 次保存：时间戳“Seal2”带有可见图样" in told(changes_after(structure, structure.slots[0]))


def test_references_planted_before_are_found() -> None:
    """The page names an object that is not there; an innocent update brings it."""
    planted = document(more={3: PAGE.replace(b"/Contents 6 0 R", b"/Contents [6 0 R 8 0 R]")})
    found = after(bare_pyhanko.with_evidence(signed(objects=planted), certificates=[pki.cert("root")]))
    assert told(found)[-1] == "第 2 次保存：签章前预先埋下的引用被填上了内容"


def test_an_array_that_serves_as_evidence_and_as_content_is_found() -> None:
    """The list of certificates is the page's list of contents, too."""
    shared = {
        1: CATALOG.replace(b"/Pages", b"/DSS << /Certs 7 0 R >> /Pages"),
        3: PAGE.replace(b"/Contents 6 0 R", b"/Contents 7 0 R"),
        7: b"[6 0 R]",
    }
    der = pki.cert("root").der
    added = {7: b"[6 0 R 8 0 R]", 8: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(der), der)}
    found = after(signed(objects=document(more=shared), later=(Save(added),)))
    assert found.modifications is Modifications.FORBIDDEN
    alone = shared | {3: PAGE}
    found = after(signed(objects=document(more=alone), later=(Save(added),)))
    assert found.modifications is Modifications.ALLOWED


@pytest.mark.parametrize(
    "store",
    [
        b"<< /Certs [7 0 R] /Note (x) >>",
        b"<< /Certs [6 0 R] /CRLs 7 0 R >>",
        b"<< /VRI << /abc << >> >> >>",
        b"[7 0 R]",
        b"<< /Certs [7 0 R] >>",
    ],
)
def test_evidence_that_is_none_is_refused(store: bytes) -> None:
    words = b"BT (amount 900) Tj ET"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words)
    save = Save({1: CATALOG.replace(b"/Pages", b"/DSS " + store + b" /Pages"), 7: stream})
    structure = inspect(signed(later=(save,)))
    assert changes_after(structure, structure.slots[0]).modifications is Modifications.FORBIDDEN


@pytest.mark.parametrize("other", [b"", b"/Font << >>"])
def test_form_defaults_may_come_with_a_seal_where_they_draw_nothing(other: bytes) -> None:
    """iText and PDFBox add them. In a form with text fields they could change what is seen."""
    defaults = b"/DA (/Helv 0 Tf) /DR << %s >> /SigFlags" % other
    form = CATALOG.replace(b"[4 0 R]", b"[4 0 R 7 0 R]").replace(b"/SigFlags", defaults)
    assert after(second_seal(SECOND, _1=form)).modifications is Modifications.ALLOWED
    fields = document(fields=b"[4 0 R 9 0 R]", more={9: b"<< /FT /Tx /T (sum) /V (100) >>"})
    pdf = signed(objects=fields)
    save = Save({1: fields[1].replace(b"/SigFlags", b"/DA (/Helv 0 Tf) /SigFlags")})
    structure = inspect(pdf + saved_again(pdf, save))
    assert "表单被改动" in told(changes_after(structure, structure.slots[0]))[0]


def test_an_appearance_is_never_drawn_over() -> None:
    """The empty field's picture is another annotation's, too."""
    objects = document(
        fields=b"[4 0 R 7 0 R]",
        more={
            3: PAGE.replace(b"[4 0 R]", b"[4 0 R 7 0 R 9 0 R]"),
            7: SECOND.replace(b"/V 8 0 R", b"/AP << /N 10 0 R >>"),
            9: b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 99 99] /AP << /N 10 0 R >> >>",
            10: STREAM.replace(b"<<", b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
        },
    )
    sealed = bare_pyhanko.seal(signed(objects=objects), "other", field="Seal2")
    assert after(sealed).modifications is Modifications.ALLOWED
    forged = sealed + saved_again(sealed, Save({10: STREAM}))
    structure = inspect(forged)
    assert all(changes_after(structure, slot).modifications is Modifications.FORBIDDEN for slot in structure.slots)


def test_a_file_that_cannot_be_read_has_forbidden_changes() -> None:
    whole = inspect(signed())
    broken = inspect(b"%PDF-1.7")
    assert changes_after(broken, whole.slots[0]).modifications is Modifications.FORBIDDEN


def test_every_seal_is_held_against_what_came_after_it() -> None:
    pdf = bare_pyhanko.seal(bare_pyhanko.seal(paper(), field="A", box=HERE), "other", field="B", box=THERE)
    root = int(re.findall(rb"/Root (\d+)", pdf)[-1])
    forged = pdf + saved_again(pdf, Save({99: b"<< /Note (x) >>"}, root=root))
    structure = inspect(forged)
    first, second = (changes_after(structure, slot) for slot in structure.slots)
    assert [change.text.zh for change in first.changes if change.allowed] == ["第 3 次保存：新增签章“B”（第 1 页）"]
    assert [change for change in first.changes if not change.allowed] == list(second.changes)
    assert second.modifications is Modifications.FORBIDDEN
