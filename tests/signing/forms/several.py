"""Several seals, one after the other, by any mix of libraries."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.bases import base, rewritten
from tests.signing.attacks.world import World
from tests.signing.forms.form import ENDESIVE, OTHER_BOX, PYHANKO, THIRD_BOX, archived, form, listed


def _sealed_by(worlds: Sequence[World], pdf: bytes = base().pdf) -> bytes:
    parties = (("company", "Seal1", bare_pyhanko.BOX), ("other", "Seal2", OTHER_BOX), ("company", "Seal3", THIRD_BOX))
    for world, (label, name, box) in zip(worlds, parties, strict=False):
        pdf = world.seal(pdf, label, field=name, box=box)
    return pdf


for _first in (PYHANKO, ENDESIVE):
    for _second in (PYHANKO, ENDESIVE):
        listed(
            f"two-seals-{_first.maker}-{_second.maker}",
            "Two parties, one after the other.",
            functools.partial(_sealed_by, (_first, _second)),
            seals=2,
        )
        listed(
            f"two-seals-{_first.maker}-{_second.maker}-three-pages",
            "Two parties on a document of three pages.",
            functools.partial(_sealed_by, (_first, _second), base(3).pdf),
            seals=2,
        )
        for _third in (PYHANKO, ENDESIVE):
            listed(
                f"three-seals-{_first.maker}-{_second.maker}-{_third.maker}",
                "Three seals, one after the other.",
                functools.partial(_sealed_by, (_first, _second, _third)),
                seals=3,
            )


def _then_elliptic(world: World, certify: int | None) -> bytes:
    """The second party has an EC key, for which pyHanko writes developer extensions into the catalogue."""
    if certify is None:
        return bare_pyhanko.seal(world.sealed(), "company-ec", field="Seal2", box=OTHER_BOX)
    pdf = bare_pyhanko.prepare_fields(base().pdf, "A", "B")
    first = world.seal(pdf, field="A", certify=certify, prepared=True)
    return bare_pyhanko.seal(first, "company-ec", field="B")


for _first in (PYHANKO, ENDESIVE):
    for _level in (None, 2, 3):
        listed(
            f"elliptic-after-{_first.maker}{f'-certified-p{_level}' if _level else ''}",
            "A second seal with an EC key after one with RSA.",
            functools.partial(_then_elliptic, _first, _level),
            seals=2,
        )


@form(seals=2)
def two_elliptic_seals() -> bytes:
    """Both seals are by EC keys."""
    first = bare_pyhanko.seal(base().pdf, "company-ec")
    return bare_pyhanko.seal(first, "company-ec", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def rsa_after_elliptic() -> bytes:
    """endesive after an EC seal."""
    return ENDESIVE.seal(bare_pyhanko.seal(base().pdf, "company-ec"), "other", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def two_seals_by_the_same_party() -> bytes:
    """The company seals twice."""
    return PYHANKO.seal(ENDESIVE.sealed(), "company", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def two_seals_side_by_side_on_other_pages() -> bytes:
    """The second seal is on the third page."""
    return bare_pyhanko.seal(ENDESIVE.sealed(3), "other", field="Seal2", page=2)


@form(seals=2)
def two_seals_one_invisible() -> bytes:
    """The second seal is invisible."""
    return PYHANKO.seal(ENDESIVE.sealed(), "other", field="Seal2", box=None)


@form(seals=2)
def prepared_fields_filled() -> bytes:
    """Two fields made beforehand, filled by two parties."""
    prepared = bare_pyhanko.prepare_fields(base().pdf, "A", "B")
    return PYHANKO.seal(PYHANKO.seal(prepared, field="A"), "other", field="B")


@form(seals=2)
def prepared_fields_filled_by_endesive() -> bytes:
    """The same by endesive."""
    prepared = bare_pyhanko.prepare_fields(base().pdf, "A", "B")
    return ENDESIVE.seal(ENDESIVE.seal(prepared, field="A", prepared=True), "other", field="B", prepared=True)


@form()
def prepared_field_still_empty() -> bytes:
    """One of two fields made beforehand is still empty."""
    return PYHANKO.seal(bare_pyhanko.prepare_fields(base().pdf, "A", "B"), field="A")


@form(seals=2)
def certified_with_a_prepared_field() -> bytes:
    """Certified with P=2; another party fills the field that was made beforehand."""
    prepared = bare_pyhanko.prepare_fields(base().pdf, "A", "B")
    return PYHANKO.seal(PYHANKO.seal(prepared, field="A", certify=2), "other", field="B")


@form(seals=2)
def certified_by_endesive_with_a_prepared_field() -> bytes:
    """The same, certified by endesive."""
    prepared = bare_pyhanko.prepare_fields(base().pdf, "A", "B")
    return PYHANKO.seal(ENDESIVE.seal(prepared, field="A", certify=2, prepared=True), "other", field="B")


@form(seals=2)
def countersigned_after_archiving() -> bytes:
    """A second seal on a document that was brought to B-LTA."""
    return PYHANKO.seal(archived("company", pki.NOW), "other", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def botharchived() -> bytes:
    """Two seals, each with timestamp and evidence, and document timestamps."""
    first = archived("company", pki.NOW)
    return bare_pyhanko.seal(
        first,
        "other",
        field="Seal2",
        box=OTHER_BOX,
        stamper=pki.timestamper(),
        lt=bare_pyhanko.context(pki.NOW),
        lta=True,
    )


@form()
def cross_reference_streams() -> bytes:
    """The input has object and cross-reference streams."""
    return bare_pyhanko.seal(rewritten(base(3).pdf, streams=True))


@form(seals=2)
def cross_reference_streams_sealed_twice() -> bytes:
    """The same with two seals."""
    first = bare_pyhanko.seal(rewritten(base(3).pdf, streams=True))
    return bare_pyhanko.seal(first, "other", field="Seal2", box=OTHER_BOX)


@form()
def linearized_with_streams() -> bytes:
    """The input is linearized and has object streams, as most PDFs on the web."""
    return bare_pyhanko.seal(rewritten(base(3).pdf, streams=True, linear=True))
