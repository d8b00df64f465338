"""Signature wrapping ("1 Trillion Dollar Refund", CCS 2019, §4.3): the signed bytes are all still there, but moved to
where no reader looks; what a reader shows is the forger's."""

from __future__ import annotations

from tests.signing.attacks.attack import BROKEN, FORMAT, FORMAT_OR_HASH, Bite, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.surgery import last_table, spans, start_of_references
from tests.signing.attacks.world import World


@attack("swa", FORMAT_OR_HASH, Bite.PICTURE)
def second_part_moved(world: World) -> bytes:
    """The second signed part moves to the end of the file. In the gap: a second ByteRange, the forger's page, and a
    cross-reference table exactly where the signed ``startxref`` points."""
    pdf = world.sealed()
    return _wrapped(pdf, world.base().numbers["content1"], table=True)


@attack("swa", FORMAT_OR_HASH, Bite.PICTURE)
def second_part_moved_without_table(world: World) -> bytes:
    """The same without a table: ``startxref`` points to nothing, and readers that mend files find the forger's page."""
    pdf = world.sealed()
    return _wrapped(pdf, world.base().numbers["content1"], table=False)


@attack("swa", FORMAT, Bite.PICTURE)
def second_part_moved_and_sealed_end(world: World) -> bytes:
    """The second part moves into a stream of an update that follows the sealed file."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        field = update.field("Seal1")
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        carrier = b"<< /Length %d >>\nstream\n" % (len(pdf) - span.hole[1])
        at = len(pdf) + _first_object(update, carrier + pdf[span.hole[1] :] + b"\nendstream") + len(carrier)
        _, b, _, d = span.byte_range
        update.replace(
            field.V.objgen[0],
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {field.V.SubFilter} /ByteRange [0 {b} {at} {d}] "
            f"/Contents {pdf[slice(*span.hole)].decode()} >>",
        )
        return update.close()


@attack("swa", FORMAT, Bite.PICTURE)
def second_signature_object(world: World) -> bytes:
    """An update gives the field another signature dictionary: a copy of the first, ByteRange and CMS as they were, and
    the page another sum. Digest and signature value are right for the ByteRange; it is not about this dictionary."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        field = update.field("Seal1")
        copy = update.new(
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {field.V.SubFilter} "
            f"/ByteRange {pdf[slice(*span.array)].decode()} /Contents {pdf[slice(*span.hole)].decode()} >>"
        )
        del field["/V"]
        text = field.unparse(resolved=True).decode("latin-1")
        update.replace(field.objgen[0], f"{text[: text.rindex('>>')]} /V {copy} >>")
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        return update.close()


@attack("swa", FORMAT, Bite.PICTURE)
def second_field_with_a_copy(world: World) -> bytes:
    """A second, empty-looking seal: a new field whose dictionary is a copy of the first one's."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        copy = update.new(
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {update.field('Seal1').V.SubFilter} "
            f"/ByteRange {pdf[slice(*span.array)].decode()} /Contents {pdf[slice(*span.hole)].decode()} >>"
        )
        look = update.new_stream(
            b"1 1 0 rg 0 0 400 40 re f 0 g BT /F1 18 Tf 2 10 Td (" + OTHER_SUM.encode() + b") Tj ET",
            f"/Type /XObject /Subtype /Form /BBox [0 0 400 40] "
            f"/Resources << /Font << /F1 {world.base().numbers['font']} 0 R >> >>",
        )
        field = update.new(
            f"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal2) /F 132 /Rect [55 530 455 570] /V {copy} "
            f"/P {world.base().numbers['page1']} 0 R /AP << /N {look} >> >>"
        )
        update.add_annotation(field)
        update.add_field(field)
        return update.close()


@attack("swa", BROKEN, Bite.PICTURE)
def whole_document_in_a_stream(world: World) -> bytes:
    """Another document carries the sealed one in a stream; its own signature dictionary has a ByteRange into that
    stream, which therefore does not start at 0."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    _, b, c, d = span.byte_range
    shell = world.base(3)
    with Increment(shell.pdf) as update:
        carrier = b"<< /Length %d >>\nstream\n" % len(pdf)
        at = len(shell.pdf) + _first_object(update, carrier + pdf + b"\nendstream") + len(carrier)
        signature = update.new(
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached "
            f"/ByteRange [{at} {b} {at + c} {d}] /Contents {pdf[slice(*span.hole)].decode()} >>"
        )
        field = update.new(
            f"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal1) /F 132 /Rect [0 0 0 0] /V {signature} "
            f"/P {shell.numbers['page1']} 0 R >>"
        )
        update.replace_stream(shell.numbers["content1"], page_content(1, OTHER_SUM))
        update.add_annotation(field)
        update.add_field(field)
        return update.close()


@attack("swa", FORMAT_OR_HASH, Bite.PICTURE)
def signature_of_the_first_revision_kept(world: World) -> bytes:
    """Incremental saving with a copy of the signature (ISA, variant 3): the update brings its own copy of the
    signature object under the same number, and another page."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        field = update.field("Seal1")
        start = pdf.rfind(b"<<", 0, pdf.rfind(b"/SubFilter", 0, span.hole[1] + 400))
        update.replace(field.V.objgen[0], pdf[start : pdf.index(b"endobj", span.hole[1])].strip())
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        return update.close()


def _first_object(update: Increment, body: bytes) -> int:
    """Put an object first into an update; the answer is the offset of its body from the update's start."""
    reference = update.first(body)
    return len(f"{reference} 0 obj\n")


def _wrapped(pdf: bytes, page_content_number: int, *, table: bool) -> bytes:
    (span,) = spans(pdf)
    _, b, c, d = span.byte_range
    second = pdf[c : c + d]
    at = start_of_references(pdf)
    entries, trailer = last_table(pdf)
    forged = page_content(1, OTHER_SUM)
    objects = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (page_content_number, len(forged)) + forged
    objects += b"\nendstream\nendobj\n"
    # Numbers as wide as they will ever be: the length of the gap does not depend on them.
    closing = b" /ByteRange [0 %d %010d %d] >>\nendobj\n"
    room = at - c
    head = len(closing % (b, 0, d))
    if room < head:
        raise ValueError("no room before the table")
    body = b"\n".ljust(room - head)

    def gap(moved: int) -> bytes:
        start = closing % (b, c + moved, d) + body
        if not table:
            return start + objects + b"% "
        shifted = {
            number: entry
            if int(entry[:10]) < c or entry.endswith("f")
            else f"{int(entry[:10]) + moved:010}{entry[10:]}"
            for number, entry in entries.items()
        }
        inner = at + _table_length(shifted | {page_content_number: "0" * 10 + " 00000 n"}, trailer, at)
        shifted[page_content_number] = f"{inner:010} 00000 n"
        return start + _table(shifted, trailer, at) + objects + b"% "

    moved = len(gap(0))
    return pdf[:c] + gap(moved) + second


def _table(entries: dict[int, str], trailer: bytes, at: int) -> bytes:
    out = b"xref\n" + b"".join(f"{number} 1\n{entry} \n".encode() for number, entry in sorted(entries.items()))
    return out + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % at


def _table_length(entries: dict[int, str], trailer: bytes, at: int) -> int:
    return len(_table(entries, trailer, at))
