"""Tricks with cross-references: two readers of the same bytes see two documents."""

from __future__ import annotations

import re
from typing import Final

from signing.validation.indication import SubIndication
from tests.signing.attacks.attack import FORMAT, Bite, attack, undecided
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment, references
from tests.signing.attacks.surgery import start_of_references
from tests.signing.attacks.world import World

UNREAD: Final = FORMAT | undecided(SubIndication.FORMAT_FAILURE)
"""A form of file in which seals are not looked for at all: there may be an honest reason for it."""


@attack("xref", UNREAD, Bite.MEANING)
def hybrid_stream_hides_an_object(world: World) -> bytes:
    """A hybrid update: its table is empty, its /XRefStm has the forger's page. Readers that know streams show that."""
    pdf = world.sealed()
    number = world.base().numbers["content1"]
    with Increment(pdf) as update:
        size, trailer = update.size, dict(update.trailer)
    content = page_content(1, OTHER_SUM)
    start = len(pdf)
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\nendobj\n"
    stream_at = start + len(body)
    row = bytes([1]) + start.to_bytes(4, "big") + bytes(2)
    entries = f"/Type /XRef /Size {size + 1} /W [1 4 2] /Index [{number} 1] /Length {len(row)}"
    stream = f"{size} 0 obj\n<< {entries} >>\nstream\n".encode() + row + b"\nendstream\nendobj\n"
    table_at = stream_at + len(stream)
    table = references(
        {size: f"{stream_at:010} 00000 n"},
        table_at,
        size + 1,
        start_of_references(pdf),
        trailer,
        f"/XRefStm {stream_at}",
    )
    return pdf + body + stream + table


@attack("xref", FORMAT, Bite.MEANING)
def update_that_points_to_itself(world: World) -> bytes:
    """/Prev of the update is the update: an endless chain."""
    pdf = world.sealed()
    with Increment(pdf) as update:
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        done = update.close(prev=0)
    at = start_of_references(done)
    return done[:at] + done[at:].replace(b"/Prev 0", b"/Prev %d" % at)


@attack("xref", FORMAT, Bite.MEANING, opens=False)
def update_that_skips_the_seal(world: World) -> bytes:
    """/Prev of the update is the table of before the seal: the sealed revision is passed over."""
    pdf = world.sealed()
    with Increment(pdf) as update:
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        return update.close(prev=start_of_references(world.base().pdf))


@attack("xref", FORMAT, Bite.SEAL)
def back_to_before_the_seal(world: World) -> bytes:
    """The last startxref is that of before the seal: readers show an unsealed document, the seal is in the bytes."""
    return world.sealed() + b"startxref\n%d\n%%%%EOF\n" % start_of_references(world.base().pdf)


@attack("xref", FORMAT, Bite.PICTURE)
def update_without_prev(world: World) -> bytes:
    """The update stands alone: its table has every object anew, at their old places, but for the page."""
    pdf = world.sealed()
    offsets = {int(match[1]): match.start() for match in re.finditer(rb"(?<![\w.])(\d+) 0 obj\b", pdf)}
    with Increment(pdf) as update:
        number = world.base().numbers["content1"]
        for other, offset in offsets.items():
            if other != number:
                update.point(other, offset)
        update.replace_stream(number, page_content(1, OTHER_SUM))
        done = update.close()
    at = start_of_references(done)
    return done[:at] + re.sub(rb"/Prev \d+", b"", done[at:])


@attack("xref", FORMAT, Bite.MEANING)
def other_generation(world: World) -> bytes:
    """The page's content comes again with generation 1."""
    pdf = world.sealed()
    number = world.base().numbers["content1"]
    content = page_content(1, OTHER_SUM)
    with Increment(pdf) as update:
        size, trailer = update.size, dict(update.trailer)
    body = b"%d 1 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\nendobj\n"
    at = len(pdf) + len(body)
    return pdf + body + references({number: f"{len(pdf):010} 00001 n"}, at, size, start_of_references(pdf), trailer)


@attack("xref", FORMAT, Bite.PICTURE)
def object_twice_in_one_update(world: World) -> bytes:
    """The update brings the page's content twice; the table has the second."""
    pdf = world.sealed()
    number = world.base().numbers["content1"]
    honest = world.base().pdf
    same = honest[honest.index(b"%d 0 obj" % number) :].split(b"endobj")[0] + b"endobj\n"
    with Increment(pdf + same) as update:
        update.replace_stream(number, page_content(1, OTHER_SUM))
        return update.close()


@attack("xref", FORMAT, Bite.PICTURE)
def object_number_in_a_stream(world: World) -> bytes:
    """The table of the update points into the data of a stream, where an object seems to stand."""
    pdf = world.sealed()
    number = world.base().numbers["content1"]
    content = page_content(1, OTHER_SUM)
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\nendobj\n"
    with Increment(pdf) as update:
        update.new_stream(body)
        update.point(number, len(pdf) + update.offset_of_last(body))
        return update.close()


@attack("xref", FORMAT, Bite.MEANING)
def object_outside_of_any_table(world: World) -> bytes:
    """The update brings an object that its table does not have: readers that mend files take it."""
    pdf = world.sealed()
    content = page_content(1, OTHER_SUM)
    number = world.base().numbers["content1"]
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\nendobj\n"
    with Increment(pdf) as update:
        size, trailer = update.size, dict(update.trailer)
    return pdf + body + references({}, len(pdf) + len(body), size, start_of_references(pdf), trailer)


@attack("xref", UNREAD, Bite.MEANING, opens=False)
def encryption_added(world: World) -> bytes:
    """The trailer of the update says that the file is encrypted."""
    with Increment(world.sealed()) as update:
        update.trailer["/Encrypt"] = update.new(
            "<< /Filter /Standard /V 1 /R 2 /O <" + "00" * 32 + "> /U <" + "00" * 32 + "> /P -4 >>"
        )
        return update.close()


@attack("xref", FORMAT, Bite.MEANING)
def version_raised(world: World) -> bytes:
    """The catalogue says another PDF version."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.root, "/Version", "/2.0")
        return update.close()


@attack("xref", FORMAT, Bite.MEANING)
def identifier_changed(world: World) -> bytes:
    """The first half of the file's identifier, which never changes, is another."""
    with Increment(world.sealed()) as update:
        update.trailer["/ID"] = "[<" + "00" * 16 + "> <" + "00" * 16 + ">]"
        return update.close()


@attack("xref", FORMAT, Bite.MEANING)
def comment_in_the_update(world: World) -> bytes:
    """An update of a document timestamp's shape whose body is a comment: bytes nobody explains."""
    pdf = world.sealed()
    with Increment(pdf) as update:
        size, trailer = update.size, dict(update.trailer)
    note = b"% see also: the sum is CNY 900,000.00\n"
    return pdf + note + references({}, len(pdf) + len(note), size, start_of_references(pdf), trailer)
