"""The sealed bytes themselves are changed, or bytes are put where no seal covers them."""

from __future__ import annotations

import hashlib

from tests.signing.attacks.attack import BROKEN, FORMAT, FORMAT_OR_HASH, HASH, VALUE, Bite, attack
from tests.signing.attacks.signed_data import Recipe, signed_data
from tests.signing.attacks.surgery import cms_length, contents, covered, put, spans, swap
from tests.signing.attacks.world import World


@attack("bytes", HASH, Bite.PICTURE)
def page_text(world: World) -> bytes:
    """One digit of the sum in the page's content."""
    return swap(world.sealed(), b"CNY 100,000", b"CNY 900,000")


@attack("bytes", HASH, Bite.PICTURE)
def page_box(world: World) -> bytes:
    """The page is cut off where the remark stands."""
    return swap(world.sealed(), b" 842", b" 442", last=True)


@attack("bytes", HASH, Bite.MEANING)
def info_title(world: World) -> bytes:
    """One letter of the document information."""
    return swap(world.sealed(), b"(Contract)", b"(contract)")


@attack("bytes", HASH, Bite.MEANING)
def enclosed_entry(world: World) -> bytes:
    """One digit of an entry in the attachment."""
    return swap(world.sealed(enclosed=True), b'"100000.00"', b'"900000.00"')


@attack("bytes", VALUE, Bite.SEAL)
def signature_value(world: World) -> bytes:
    """The last digit of the CMS, which is the end of the signature value."""
    pdf = world.sealed()
    at = spans(pdf)[0].digits[0] + 2 * cms_length(contents(pdf)) - 1
    return put(pdf, at, b"1" if pdf[at : at + 1] != b"1" else b"2")


@attack("bytes", HASH | VALUE, Bite.SEAL)
def message_digest(world: World) -> bytes:
    """The digest in the CMS is that of a changed document, which the signature value does not know of."""
    changed = page_text(world)
    der, right, wrong = contents(changed), digest(covered(world.sealed())), digest(covered(changed))
    return put(changed, spans(changed)[0].digits[0], der.replace(right, wrong).hex().encode())


@attack("bytes", FORMAT, Bite.SEAL)
def cms_header(world: World) -> bytes:
    """The tag of the CMS."""
    pdf = world.sealed()
    return put(pdf, spans(pdf)[0].digits[0], b"31")


@attack("bytes", FORMAT_OR_HASH, Bite.SEAL)
def byte_range_digit(world: World) -> bytes:
    """One digit of the ByteRange: the covered part ends a little earlier."""
    pdf = world.sealed()
    start, stop = spans(pdf)[0].array
    a, b, c, d = spans(pdf)[0].byte_range
    return put(pdf, start, f"[{a} {b} {c} {d - 1}".encode().ljust(stop - start - 1) + b"]")


@attack("bytes", FORMAT_OR_HASH, Bite.SEAL)
def byte_range_beyond_the_file(world: World) -> bytes:
    """The covered part ends behind the end of the file."""
    pdf = world.sealed()
    start, stop = spans(pdf)[0].array
    a, b, c, d = spans(pdf)[0].byte_range
    return put(pdf, start, f"[{a} {b} {c} {d + 7}".encode().ljust(stop - start - 1) + b"]")


@attack("bytes", FORMAT_OR_HASH | VALUE, Bite.SEAL)
def bytes_before_the_header(world: World) -> bytes:
    """Bytes in front of the header: PDF readers look for it, the ByteRange counts from the first byte."""
    return b"%\n" + world.sealed()


@attack("trailing", FORMAT, Bite.MEANING)
def comment_behind_the_end(world: World) -> bytes:
    """A comment after the last %%EOF."""
    return world.sealed() + b"% not covered\n"


@attack("trailing", FORMAT, Bite.MEANING)
def white_space_behind_the_end(world: World) -> bytes:
    """Only white space after the last %%EOF."""
    return world.sealed() + b" \n\n"


@attack("trailing", FORMAT, Bite.MEANING)
def zeros_behind_the_end(world: World) -> bytes:
    """A block of zeros, as disks fill up files."""
    return world.sealed() + bytes(512)


@attack("trailing", FORMAT, Bite.MEANING)
def second_end(world: World) -> bytes:
    """The marker of the end once more."""
    return world.sealed() + b"%%EOF\n"


@attack("trailing", FORMAT, Bite.MEANING)
def archive_behind_the_end(world: World) -> bytes:
    """Another file format at the end: the file is PDF and ZIP at once."""
    return world.sealed() + b"PK\x05\x06" + bytes(18)


@attack("trailing", FORMAT, Bite.MEANING, opens=False)
def another_pdf_behind_the_end(world: World) -> bytes:
    """A whole other PDF at the end, which readers that search backwards open instead."""
    return world.sealed() + world.base(3).pdf


@attack("padding", FORMAT, Bite.MEANING)
def junk_behind_the_cms(world: World) -> bytes:
    """The last of the zeros that fill up /Contents is none: room for a message nobody sealed."""
    pdf = world.sealed()
    return put(pdf, spans(pdf)[0].digits[1] - 2, b"01")


@attack("padding", FORMAT, Bite.MEANING)
def second_cms_behind_the_first(world: World) -> bytes:
    """A CMS by somebody else behind the right one."""
    pdf = world.sealed()
    other = signed_data(covered(pdf), Recipe(label="other"))
    return put(pdf, spans(pdf)[0].digits[0] + 2 * cms_length(contents(pdf)), other.hex().encode())


@attack("padding", FORMAT, Bite.MEANING)
def white_space_in_the_hole(world: World) -> bytes:
    """Blanks among the padding, which hexadecimal strings may hold: the hole is no longer only digits."""
    pdf = world.sealed()
    return put(pdf, spans(pdf)[0].digits[1] - 64, b" " * 64)


@attack("padding", FORMAT, Bite.MEANING)
def entries_in_the_hole(world: World) -> bytes:
    """The string ends early; dictionary entries of the forger stand in the rest of the hole."""
    pdf = world.sealed()
    entries = b">/Location (somewhere else)/Junk<"
    return put(pdf, spans(pdf)[0].digits[1] - len(entries), entries)


@attack("padding", BROKEN, Bite.SEAL)
def objects_in_the_hole(world: World) -> bytes:
    """The string and the dictionary end early; objects of the forger stand in the rest of the hole."""
    pdf = world.sealed()
    objects = b">>>\nendobj\n8 0 obj<</Length 0>>stream\n\nendstream\nendobj\n99 0 obj<</Junk<"
    return put(pdf, spans(pdf)[0].digits[1] - len(objects), objects)


@attack("padding", FORMAT, Bite.MEANING)
def odd_number_of_digits(world: World) -> bytes:
    """The last digit is a blank: an odd number of digits, completed by readers."""
    pdf = world.sealed()
    return put(pdf, spans(pdf)[0].digits[1] - 1, b" ")


def digest(data: bytes) -> bytes:
    """SHA-256."""

    return hashlib.sha256(data).digest()
