"""Universal signature forgery ("1 Trillion Dollar Refund", CCS 2019, §4.1): entries of the signature dictionary are
removed or made senseless, so that a viewer finds a signature but nothing to check it against.

Every variant comes twice: in place over the sealed bytes, and as an update with a new dictionary for the field, the
sum on the page changed as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.signing.attacks.attack import BROKEN, FORMAT, Bite, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.signed_data import Recipe, signed_data
from tests.signing.attacks.surgery import put, spans
from tests.signing.attacks.world import World

NUMBERS: Final[dict[str, str | None]] = {
    "missing": None,
    "null": "null",
    "empty": "[]",
    "all-zero": "[0 0 0 0]",
    "zero": "0",
    "negative": "[-1 {b} {c} {d}]",
    "negative-length": "[0 {b} {c} -{d}]",
    "not-from-zero": "[1 {b_1} {c} {d}]",
    "three-numbers": "[0 {b} {c}]",
    "two-numbers": "[0 {b}]",
    "six-numbers": "[0 {b} {c} {d} 0 0]",
    "floats": "[0.0 {b}.0 {c}.0 {d}.0]",
    "numbers-as-strings": "[(0) ({b}) ({c}) ({d})]",
    "names": "[/a /b /c /d]",
    "reals-with-fractions": "[0 {b}.5 {c} {d}]",
    "huge": "[0 {b} {c} 99999999999999999999]",
    "dictionary": "<</a 0>>",
    "swapped-parts": "[{c} {d} 0 {b}]",
    "overlapping-parts": "[0 {c} {b} {d}]",
    "hole-wider-than-the-string": "[0 {b_1} {c} {d}]",
    "hole-without-brackets": "[0 {b1} {c_1} {d1}]",
    "only-the-first-part": "[0 {b} 0 0]",
    "last-line-left-out": "[0 {b} {c} {d_6}]",
}
"""ByteRange by the variant's name; ``b_1`` is b − 1, ``b1`` is b + 1."""
SEALED_SO: Final = (
    "not-from-zero",
    "swapped-parts",
    "overlapping-parts",
    "hole-wider-than-the-string",
    "hole-without-brackets",
    "only-the-first-part",
    "last-line-left-out",
    "six-numbers",
)
"""Variants that can be signed as they are."""
VALUES: Final[dict[str, str | None]] = {
    "missing": None,
    "null": "null",
    "empty": "<>",
    "one-zero": "<00>",
    "zeros": "<" + "00" * 64 + ">",
    "number": "0",
    "name": "/0",
    "literal-zero": "(\\000)",
    "array": "[<00>]",
    "self-reference": "{self} 0 R",
    "empty-cms": "<3000>",
}
"""/Contents by the variant's name."""


def _numbers(variant: str) -> Callable[[World], bytes]:
    def build(world: World) -> bytes:
        pdf = world.sealed()
        (span,) = spans(pdf)
        start, stop = span.array
        wanted = _filled(NUMBERS[variant], span.byte_range)
        if wanted is None:
            key = pdf.rfind(b"/ByteRange", 0, start)
            return put(pdf, key, b" " * (stop - key))
        room = stop - start
        if len(wanted) > room:  # the blanks that the libraries leave are not enough: at the cost of the reason
            return _moved(pdf, wanted)
        return put(pdf, start, wanted.encode().ljust(room))

    return build


def _values(variant: str) -> Callable[[World], bytes]:
    def build(world: World) -> bytes:
        pdf = world.sealed()
        (span,) = spans(pdf)
        start, stop = span.hole
        wanted = VALUES[variant]
        if wanted is None:
            key = pdf.rfind(b"/Contents", 0, start)
            return put(pdf, key, b" " * (stop - key))
        return put(pdf, start, wanted.replace("{self}", "1").encode().ljust(stop - start))

    return build


def _updated(key: str, wanted: str | None) -> Callable[[World], bytes]:
    """The field gets a new dictionary in an update, and the page another sum."""

    def build(world: World) -> bytes:
        pdf = world.sealed()
        (span,) = spans(pdf)
        with Increment(pdf) as update:
            field = update.field("Seal1")
            entries = {name: value.unparse().decode("latin-1") for name, value in _objects(field.V).items()}
            entries["/ByteRange"] = pdf[slice(*span.array)].decode()
            entries["/Contents"] = pdf[slice(*span.hole)].decode()
            new = _filled(wanted, span.byte_range)
            if new is None:
                del entries[key]
            else:
                entries[key] = new.replace("{self}", "1")
            body = " ".join(f"{name} {value}" for name, value in entries.items())
            update.replace(field.V.objgen[0], f"<< {body} >>")
            update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
            return update.close()

    return build


def _objects(dictionary: object) -> dict[str, object]:
    return {name: value for name, value in dictionary.items() if hasattr(value, "unparse")}  # type: ignore[attr-defined]


def _filled(pattern: str | None, numbers: tuple[int, int, int, int]) -> str | None:
    if pattern is None:
        return None
    _, b, c, d = numbers
    for name, value in {
        "b": b,
        "c": c,
        "d": d,
        "b_1": b - 1,
        "b1": b + 1,
        "c_1": c - 1,
        "d1": d + 1,
        "d_6": d - 6,
    }.items():
        pattern = pattern.replace(f"{{{name}}}", str(value))
    return pattern


def _moved(pdf: bytes, wanted: str) -> bytes:
    """The ByteRange written over the reason, the old one blanked."""
    (span,) = spans(pdf)
    key = pdf.rfind(b"/ByteRange", 0, span.array[0])
    pdf = put(pdf, key, b" " * (span.array[1] - key))
    reason = pdf.rfind(b"/Reason")
    end = pdf.index(b")", reason) + 1
    return put(pdf, reason, f"/ByteRange {wanted}".encode().ljust(end - reason))


def _register(
    what: str, key: str, variants: dict[str, str | None], place: Callable[[str], Callable[[World], bytes]]
) -> None:
    for variant, wanted in variants.items():
        note = f"{key} {variant.replace('-', ' ')}"
        attack("usf", BROKEN, Bite.SEAL, name=f"{what}-{variant}", note=f"{note}, in place.")(place(variant))
        attack(
            "usf", BROKEN, Bite.PICTURE, name=f"{what}-{variant}-update", note=f"{note}, in an update with another sum."
        )(_updated(key, wanted))


def _sealed_so(variant: str) -> Callable[[World], bytes]:
    """The signature is right for what its senseless ByteRange covers: whoever holds the key made it so."""

    def build(world: World) -> bytes:
        pdf = _numbers(variant)(world)
        (span,) = spans(world.sealed())
        numbers = [int(one) for one in pdf[slice(*span.array)].strip(b" []").split()]
        content = b"".join(pdf[at : at + length] for at, length in zip(numbers[::2], numbers[1::2], strict=True))
        return put(pdf, span.digits[0], signed_data(content, Recipe()).hex().encode())

    return build


_register("byte-range", "/ByteRange", NUMBERS, _numbers)
_register("contents", "/Contents", VALUES, _values)
for _variant in SEALED_SO:
    attack(
        "usf",
        FORMAT,
        Bite.SEAL if _variant in ("swapped-parts", "only-the-first-part") else Bite.MEANING,
        name=f"byte-range-{_variant}-sealed-so",
        note=f"ByteRange {_variant.replace('-', ' ')}, and the signature right for what it covers.",
    )(_sealed_so(_variant))


@attack("usf", BROKEN, Bite.PICTURE)
def byte_range_indirect(world: World) -> bytes:
    """The ByteRange is an object of its own, in an update, where it can be changed again."""
    pdf = world.sealed()
    (span,) = spans(pdf)
    with Increment(pdf) as update:
        reference = update.new(pdf[slice(*span.array)])
        field = update.field("Seal1")
        hole = pdf[slice(*span.hole)].decode()
        update.replace(
            field.V.objgen[0],
            f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {field.V.SubFilter} "
            f"/ByteRange {reference} /Contents {hole} >>",
        )
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        return update.close()


@attack("usf", BROKEN, Bite.SEAL)
def signature_dictionary_null(world: World) -> bytes:
    """The field's value is null."""
    with Increment(world.sealed()) as update:
        update.replace(update.field("Seal1").V.objgen[0], "null")
        return update.close()


@attack("usf", BROKEN, Bite.SEAL)
def signature_dictionary_empty(world: World) -> bytes:
    """The field's value is an empty dictionary."""
    with Increment(world.sealed()) as update:
        update.replace(update.field("Seal1").V.objgen[0], "<< >>")
        return update.close()


@attack("usf", BROKEN, Bite.SEAL)
def signature_dictionary_a_string(world: World) -> bytes:
    """The field's value is a string, as a text field would have."""
    with Increment(world.sealed()) as update:
        update.replace(update.field("Seal1").V.objgen[0], "(sealed)")
        return update.close()
