"""Composition: the enclosure comes out whole, from the revision that was asked for, or not at all."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pyhanko.pdf_utils.reader import PdfFileReader

from certlight.errors import InputRefused
from signing.composition.adopt import adopt
from signing.composition.extract import enclosure_in, extract_enclosure
from signing.enclosure import ENCLOSURE_BYTES, ENCLOSURE_NAME
from tests.signing.pictures import CREATED, composed, enclosure, file, picture

ORIGINAL = composed(file(picture(60, 40)), enclose=enclosure())


def changed(change: Callable[[Pdf], None], pdf: bytes = ORIGINAL) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def spec_of(pdf: Pdf) -> Dictionary:
    return pdf.Root.AF[0]


def second_of_the_name(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names.extend([String(ENCLOSURE_NAME), spec_of(pdf)])


def second_under_another_key(pdf: Pdf) -> None:
    copy = pdf.make_indirect(Dictionary(dict(spec_of(pdf).items())))
    pdf.Root.Names.EmbeddedFiles.Names.extend([String("other"), copy])


def second_in_another_node(pdf: Pdf) -> None:
    node = pdf.make_indirect(Dictionary(Names=Array([String(ENCLOSURE_NAME), spec_of(pdf)])))
    first = pdf.make_indirect(Dictionary(Names=pdf.Root.Names.EmbeddedFiles.Names))
    pdf.Root.Names.EmbeddedFiles = Dictionary(Kids=Array([first, node]))


def second_associated(pdf: Pdf) -> None:
    pdf.Root.AF.append(spec_of(pdf))


def two_streams(pdf: Pdf) -> None:
    spec_of(pdf).EF.UF = Stream(pdf, b"{}")


def not_associated(pdf: Pdf) -> None:
    del pdf.Root["/AF"]


def not_in_the_tree(pdf: Pdf) -> None:
    del pdf.Root["/Names"]


def another_relationship(pdf: Pdf) -> None:
    spec_of(pdf).AFRelationship = Name.Supplement


def other_unicode_name(pdf: Pdf) -> None:
    spec_of(pdf).UF = String("harmless.json")


def other_key(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names[0] = String("harmless.json")


def associated_with_another(pdf: Pdf) -> None:
    other = Dictionary(dict(spec_of(pdf).items()))
    other.Desc = String("another")
    pdf.Root.AF[0] = pdf.make_indirect(other)


def stream_of(pdf: Pdf, data: bytes, **entries: object) -> None:
    stream = Stream(pdf, data, Dictionary({f"/{key}": value for key, value in entries.items()}))
    spec_of(pdf).EF = Dictionary(F=stream, UF=stream)


def bomb(pdf: Pdf) -> None:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()
    stream_of(pdf, data, Filter=Name.FlateDecode)


def stored_bomb(pdf: Pdf) -> None:
    stream_of(pdf, bytes(ENCLOSURE_BYTES + 1))


def chained(pdf: Pdf) -> None:
    stream_of(pdf, zlib.compress(zlib.compress(b"{}")), Filter=Array([Name.FlateDecode, Name.FlateDecode]))


def other_filter(pdf: Pdf) -> None:
    stream_of(pdf, b"7b7d>", Filter=Name.ASCIIHexDecode)


def cut_off(pdf: Pdf) -> None:
    stream_of(pdf, zlib.compress(enclosure().to_json())[:-20], Filter=Name.FlateDecode)


def garbage(pdf: Pdf) -> None:
    stream_of(pdf, b"garbage", Filter=Name.FlateDecode)


def elsewhere(pdf: Pdf) -> None:
    stream_of(pdf, b"", F=String("/etc/hostname"))


def wrong_checksum(pdf: Pdf) -> None:
    stream_of(pdf, b"{}", Params=Dictionary(Size=2, CheckSum=String(hashlib.md5(b"[]").digest())))


def wrong_size(pdf: Pdf) -> None:
    stream_of(pdf, b"{}", Params=Dictionary(Size=3))


def endless_tree(pdf: Pdf) -> None:
    node = pdf.make_indirect(Dictionary())
    node.Kids = Array([node, node])
    pdf.Root.Names.EmbeddedFiles = node


def tree_of_nonsense(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles = Array([1, 2])


def odd_names(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names.append(String("alone"))


def spec_of_nonsense(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names[1] = 7


AMBIGUOUS = (second_of_the_name, second_under_another_key, second_in_another_node, second_associated, two_streams)
TOO_LARGE = (bomb, stored_bomb)
MALFORMED = (
    *(not_associated, not_in_the_tree, another_relationship, other_unicode_name, other_key, associated_with_another),
    *(chained, other_filter, cut_off, garbage, elsewhere, wrong_checksum, wrong_size),
    *(endless_tree, tree_of_nonsense, odd_names, spec_of_nonsense),
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *((change, "enclosure.ambiguous") for change in AMBIGUOUS),
        *((change, "enclosure.too_large") for change in TOO_LARGE),
        *((change, "enclosure.malformed") for change in MALFORMED),
    ],
)
def test_anything_but_one_sound_enclosure_is_refused(change: Callable[[Pdf], None], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        extract_enclosure(changed(change))
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked() -> None:
    data = changed(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(InputRefused, match=r"enclosure\.too_large"):
            extract_enclosure(data)
        assert tracemalloc.get_traced_memory()[1] < 6 * ENCLOSURE_BYTES
    finally:
        tracemalloc.stop()


def uncompressed(pdf: Pdf) -> None:
    stream_of(pdf, enclosure().to_json())


def other_attachment(pdf: Pdf) -> None:
    pdf.attachments["说明.txt"] = b"hello"


def deep_tree(pdf: Pdf) -> None:
    inner = pdf.make_indirect(Dictionary(Names=pdf.Root.Names.EmbeddedFiles.Names))
    pdf.Root.Names.EmbeddedFiles = Dictionary(Kids=Array([pdf.make_indirect(Dictionary(Kids=Array([inner])))]))


@pytest.mark.parametrize("change", [uncompressed, other_attachment, deep_tree])
def test_other_sound_forms_are_read(change: Callable[[Pdf], None]) -> None:
    assert extract_enclosure(changed(change)) == enclosure().to_json()


def test_attachments_of_others_are_none_of_ours() -> None:
    assert extract_enclosure(changed(other_attachment, composed(file(picture(60, 40))))) is None


def test_each_revision_has_its_own() -> None:
    later = enclosure(doc_type="contract")
    pdf = adopt(composed(file(picture(60, 40))), enclosure(), CREATED)
    pdf = adopt(pdf, later, CREATED + timedelta(days=1))
    reader = PdfFileReader(io.BytesIO(pdf))
    assert [enclosure_in(reader.get_historical_resolver(n)) for n in range(reader.total_revisions)] == [
        None,
        enclosure().to_json(),
        later.to_json(),
    ]
    assert enclosure_in(reader) == extract_enclosure(pdf) == later.to_json()


@pytest.mark.parametrize("data", [b"", b"no PDF", ORIGINAL[:2000], ORIGINAL[: len(ORIGINAL) // 2]])
def test_files_that_cannot_be_read_are_refused(data: bytes) -> None:
    with pytest.raises(InputRefused, match=r"compose\.pdf_malformed"):
        extract_enclosure(data)


def test_encrypted_files_are_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(ORIGINAL)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    with pytest.raises(InputRefused, match=r"compose\.pdf_encrypted"):
        extract_enclosure(out.getvalue())
