"""Clean sealed files by either library, made once and kept: what every attack starts from."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.attacks.bases import Base, base
from tests.signing.attacks.signed_data import Recipe, signed_data
from tests.signing.attacks.surgery import covered, with_contents

MAKERS: Final = ("pyhanko", "endesive")


@dataclass(frozen=True)
class World:
    """One library's seals. Everything is remembered: the same arguments give the same bytes."""

    maker: str

    def base(self, pages: int = 1, *, enclosed: bool = False, extra: tuple[tuple[str, bytes], ...] = ()) -> Base:
        """The document before its seal."""
        return base(pages, enclosed=enclosed, extra=extra)

    def sealed(
        self,
        pages: int = 1,
        *,
        enclosed: bool = False,
        extra: tuple[tuple[str, bytes], ...] = (),
        label: str = "company",
        of: str = "test",
        certify: int | None = None,
    ) -> bytes:
        """A clean file with one visible seal ``Seal1``."""
        return self.seal(base(pages, enclosed=enclosed, extra=extra).pdf, label, of=of, certify=certify)

    def seal(
        self,
        pdf: bytes,
        label: str = "company",
        *,
        of: str = "test",
        field: str = "Seal1",
        certify: int | None = None,
        words: str = "SEAL",
        prepared: bool = False,
        box: tuple[float, float, float, float] | None = bare_pyhanko.BOX,
    ) -> bytes:
        """One more seal over any PDF."""
        return _seal(self.maker, pdf, label, of, field, certify, words, prepared, box)

    def forged(self, recipe: Recipe, pages: int = 1, *, enclosed: bool = False) -> bytes:
        """A clean file whose CMS is made anew after ``recipe``."""
        return resigned(self.sealed(pages, enclosed=enclosed), recipe)


def resigned(pdf: bytes, recipe: Recipe, which: int = -1) -> bytes:
    """The file with a new CMS, over the bytes as they are now."""
    return with_contents(pdf, signed_data(covered(pdf, which), recipe), which)


@functools.cache
def _seal(
    maker: str,
    pdf: bytes,
    label: str,
    of: str,
    field: str,
    certify: int | None,
    words: str,
    prepared: bool,
    box: tuple[float, float, float, float] | None,
) -> bytes:
    if maker == "pyhanko":
        return bare_pyhanko.seal(pdf, label, of=of, field=field, certify=certify, words=words, box=box)
    return bare_endesive.seal(pdf, label, of=of, field=field, certify=certify, words=words, prepared=prepared, box=box)


@functools.cache
def worlds() -> tuple[World, ...]:
    """One a library."""
    return tuple(World(maker) for maker in MAKERS)


def warm() -> None:
    """Make the keys now, not within the first test."""
    pki.cert("root")
