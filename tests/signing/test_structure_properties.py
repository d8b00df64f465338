"""Whatever is done to a sealed file, its form is either right or named as wrong, and nothing is ever raised."""

from __future__ import annotations

import functools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.validation.changes import changes_after
from signing.validation.slot import Structure
from signing.validation.structure import fit_to_seal, inspect
from tests.signing import bare_endesive, bare_pyhanko
from tests.signing.attacks.surgery import cms_length, contents, spans
from tests.signing.hand_written import DICTIONARY, Save, document, signed
from tests.signing.sealed import paper

few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = [
    b"/ByteRange",
    b"endobj",
    b"%%EOF\n",
    b"startxref\n1\n",
    b"<<",
    b"]",
    b"5 0 obj\n",
    b"xref\n0 0\n",
    b"\x00",
    b"(",
    b"0",
]


@functools.cache
def sealed() -> tuple[bytes, ...]:
    twice = bare_endesive.seal(bare_pyhanko.seal(paper(), box=None), "other", field="Seal2", box=None)
    return twice, bare_pyhanko.seal(paper(streams=True), box=None), signed()


def clean(structure: Structure) -> bool:
    return (
        bool(structure.slots)
        and not structure.findings
        and all(slot.sound and not changes_after(structure, slot).findings for slot in structure.slots)
    )


def test_they_are_clean_to_begin_with() -> None:
    assert all(clean(inspect(pdf)) for pdf in sealed())


@few
@given(st.integers(0, 2), st.floats(0, 1), st.one_of(st.sampled_from(WORDS), st.binary(min_size=1, max_size=40)))
def test_no_byte_can_be_put_in(which: int, at: float, run: bytes) -> None:
    pdf = sealed()[which]
    place = int(at * len(pdf))
    assert not clean(inspect(pdf[:place] + run + pdf[place:]))


@few
@given(st.integers(0, 2), st.floats(0, 1), st.integers(1, 200))
def test_no_byte_can_be_taken_out(which: int, at: float, size: int) -> None:
    pdf = sealed()[which]
    place = min(int(at * len(pdf)), len(pdf) - size)
    shorter = pdf[:place] + pdf[place + size :]
    assert shorter == pdf or not clean(inspect(shorter))


@few
@given(st.integers(0, 2), st.floats(0, 1))
def test_cut_off_anywhere_it_is_no_sealed_file(which: int, at: float) -> None:
    """But for a cut exactly where an earlier save ended: that is the file as it was then."""
    pdf = sealed()[which]
    place = int(at * (len(pdf) - 1))
    ends = inspect(pdf).revision_ends
    assert place in ends or not clean(inspect(pdf[:place]))


@few
@given(st.integers(0, 2), st.floats(0, 1), st.integers(1, 255))
def test_no_byte_that_no_seal_covers_can_be_changed(which: int, at: float, flip: int) -> None:
    """What is covered changes the digest; what is not is the padding behind the CMS and the brackets around it."""
    pdf = sealed()[which]
    span = spans(pdf)[-1]
    behind = span.digits[0] + 2 * cms_length(contents(pdf))
    place = behind + int(at * (span.hole[1] - behind - 1))
    changed = bytearray(pdf)
    changed[place] ^= flip
    assert not clean(inspect(bytes(changed)))


@few
@given(st.integers(0, 2), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=20))
def test_nothing_is_ever_raised(which: int, flips: list[tuple[float, int]]) -> None:
    changed = bytearray(sealed()[which])
    for at, flip in flips:
        changed[int(at * (len(changed) - 1))] ^= flip
    structure = inspect(bytes(changed))
    for slot in structure.slots:
        changes_after(structure, slot)
    fit_to_seal(bytes(changed))


@few
@given(st.binary(max_size=300))
def test_nothing_is_raised_for_a_dictionary_of_any_bytes(body: bytes) -> None:
    structure = inspect(signed(DICTIONARY.replace(b"/Filter /Adobe.PPKLite", b"/Filter " + body)))
    for slot in structure.slots:
        changes_after(structure, slot)


@few
@given(st.sampled_from(sorted(document())), st.binary(max_size=120))
def test_nothing_is_raised_for_a_save_of_any_bytes(number: int, body: bytes) -> None:
    structure = inspect(signed(later=(Save({number: body}),)))
    assert not clean(structure)
