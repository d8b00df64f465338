"""Sealed files made to break whoever reads them: bombs, loops, depths and counts. They are never to be passed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from tests.signing.attacks.increments import Increment, references
from tests.signing.attacks.surgery import put, spans, start_of_references
from tests.signing.attacks.world import World

WORLD: Final = World("pyhanko")
Builder = Callable[[], bytes]


def _update(body: bytes, number: int = 900, more: str = "") -> bytes:
    """The sealed file with one object more; ``more`` goes into the trailer."""
    pdf = WORLD.sealed()
    with Increment(pdf) as update:
        trailer = dict(update.trailer)
    text = f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    at = len(pdf) + len(text)
    entries = {number: f"{len(pdf):010} 00000 n"}
    return pdf + text + references(entries, at, number + 1, start_of_references(pdf), trailer, more)


def nested_arrays() -> bytes:
    """Fifty thousand arrays within one another."""
    return _update(b"[" * 50_000 + b"]" * 50_000)


def nested_dictionaries() -> bytes:
    """Twenty thousand dictionaries within one another."""
    return _update(b"<</A " * 20_000 + b"1" + b">>" * 20_000)


def deflate_bomb_in_a_stream() -> bytes:
    """A stream of 200 kB that unpacks to 200 MB."""
    packed = zlib.compress(bytes(200_000_000), 9)
    return _update(
        f"<< /Type /Metadata /Subtype /XML /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def deflate_bomb_in_cross_references() -> bytes:
    """A cross-reference stream that unpacks to 200 MB."""
    pdf = WORLD.sealed()
    packed = zlib.compress(bytes(200_000_000), 9)
    with Increment(pdf) as update:
        keys = " ".join(f"{key} {value}" for key, value in update.trailer.items())
    entries = f"/Type /XRef /Size 901 /W [1 4 2] /Index [900 1] /Prev {start_of_references(pdf)} {keys}"
    head = f"900 0 obj\n<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
    return pdf + head + packed + f"\nendstream\nendobj\nstartxref\n{len(pdf)}\n%%EOF\n".encode()


def cross_references_without_end() -> bytes:
    """A cross-reference stream that says it has a thousand million entries."""
    pdf = WORLD.sealed()
    with Increment(pdf) as update:
        keys = " ".join(f"{key} {value}" for key, value in update.trailer.items())
    entries = f"/Type /XRef /Size 1000000001 /W [0 0 0] /Index [0 1000000000] /Prev {start_of_references(pdf)} {keys}"
    head = f"900 0 obj\n<< {entries} /Length 0 >>\nstream\n".encode()
    return pdf + head + f"\nendstream\nendobj\nstartxref\n{len(pdf)}\n%%EOF\n".encode()


def object_stream_of_many() -> bytes:
    """An object stream that says it holds a thousand million objects."""
    return _update(b"<< /Type /ObjStm /N 1000000000 /First 10 /Length 10 >>\nstream\n0123456789\nendstream")


def table_of_many() -> bytes:
    """A cross-reference table whose subsection says it has a thousand million entries."""
    pdf = WORLD.sealed()
    with Increment(pdf) as update:
        keys = " ".join(f"{key} {value}" for key, value in update.trailer.items())
    table = f"xref\n0 1000000000\n0000000000 65535 f \ntrailer\n<< /Size 1000000000 {keys} /Prev "
    return pdf + f"{table}{start_of_references(pdf)} >>\nstartxref\n{len(pdf)}\n%%EOF\n".encode()


def many_saves() -> bytes:
    """Three thousand empty updates."""
    pdf = bytearray(WORLD.sealed())
    with Increment(bytes(pdf)) as update:
        trailer, size = dict(update.trailer), update.size
    prev = start_of_references(bytes(pdf))
    for _ in range(3000):
        at = len(pdf)
        pdf += references({}, at, size, prev, trailer)
        prev = at
    return bytes(pdf)


def many_seals() -> bytes:
    """Five hundred fields with the one signature."""
    with Increment(WORLD.sealed()) as update:
        value = update.field("Seal1").V.unparse().decode()
        fields = [update.new(f"<< /FT /Sig /T (S{number}) /V {value} >>") for number in range(500)]
        there = [one.unparse().decode() for one in update.root.AcroForm.Fields]
        update.with_entry(update.root, "/AcroForm", f"<< /Fields [{' '.join([*there, *fields])}] /SigFlags 3 >>")
        return update.close()


def field_loop() -> bytes:
    """A field that is its own child."""
    with Increment(WORLD.sealed()) as update:
        number = update.reserve()
        update.replace(number, f"<< /T (loop) /Parent {number} 0 R /Kids [{number} 0 R] >>")
        there = [one.unparse().decode() for one in update.root.AcroForm.Fields]
        update.with_entry(update.root, "/AcroForm", f"<< /Fields [{' '.join(there)} {number} 0 R] >>")
        return update.close()


def page_loop() -> bytes:
    """A page tree that is its own child."""
    with Increment(WORLD.sealed()) as update:
        kids = " ".join(kid.unparse().decode() for kid in update.root.Pages.Kids)
        update.replace(2, f"<< /Type /Pages /Count 2 /Kids [{kids} 2 0 R] /Parent 2 0 R >>")
        return update.close()


def reference_loop() -> bytes:
    """An object that is a reference to itself, as the form."""
    with Increment(WORLD.sealed()) as update:
        number = update.reserve()
        update.replace(number, f"{number} 0 R")
        update.with_entry(update.root, "/AcroForm", f"{number} 0 R")
        return update.close()


def nested_cms() -> bytes:
    """A CMS of thousands of sequences within one another."""
    pdf = WORLD.sealed()
    der = b""
    for _ in range(3500):
        length = len(der)
        head = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")
        der = b"\x30" + head + der
    return put(pdf, spans(pdf)[0].digits[0], der.hex().encode())


def endless_numbers() -> bytes:
    """A ByteRange of a hundred thousand numbers."""
    with Increment(WORLD.sealed()) as update:
        value = update.field("Seal1").V
        update.replace(value.objgen[0], "<< /Type /Sig /ByteRange [" + "0 " * 100_000 + "] /Contents <00> >>")
        return update.close()


def huge_number() -> bytes:
    """A ByteRange with a number of a hundred thousand digits."""
    with Increment(WORLD.sealed()) as update:
        value = update.field("Seal1").V
        update.replace(value.objgen[0], "<< /Type /Sig /ByteRange [0 " + "9" * 100_000 + " 1 1] /Contents <00> >>")
        return update.close()


def many_lists() -> bytes:
    """A store of five thousand lists, all of them the same junk."""
    with Increment(WORLD.sealed()) as update:
        junk = update.new_stream(b"\x30\x82\xff\xff" + bytes(1000))
        update.with_entry(update.root, "/DSS", f"<< /Type /DSS /CRLs [{f'{junk} ' * 5000}] >>")
        return update.close()


HOSTILE: Final[tuple[Builder, ...]] = (
    nested_arrays,
    nested_dictionaries,
    deflate_bomb_in_a_stream,
    deflate_bomb_in_cross_references,
    cross_references_without_end,
    object_stream_of_many,
    table_of_many,
    many_saves,
    many_seals,
    field_loop,
    page_loop,
    reference_loop,
    nested_cms,
    endless_numbers,
    huge_number,
    many_lists,
)
