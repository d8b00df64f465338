"""Not one byte of a sealed file can be changed, and nothing cut off, without the seal being refused.

No exclusions: where a change is harmless (a hexadecimal digit in the other case, a zero of the padding) the file is
still not the one that was handed out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from random import Random
from typing import Final

import pytest

from signing.validation.indication import Indication
from signing.validation.validate import validate
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import PLAIN
from tests.signing.attacks.catalogue import policy
from tests.signing.attacks.surgery import cms_length, contents, spans, start_of_references
from tests.signing.attacks.world import World
from tests.signing.forms.form import ENDESIVE, OTHER_BOX, PYHANKO

PARTS: Final = 4
"""Tests a file, so that several workers share them."""
TIMESTAMP_ATTRIBUTE: Final = bytes.fromhex("060b2a864886f70d010910020e")
"""The OID of the signature timestamp, DER."""
TIMESTAMPED: Final = "timestamped"
EVERYTHING: Final = "everything"
"""Two seals, evidence, timestamps, and a document timestamp over all of it: no byte is left uncovered. What no
signature covers, evidence added later, could be anything as well."""
FLIPS: Final = {PYHANKO.maker: 720, ENDESIVE.maker: 720, TIMESTAMPED: 400, EVERYTHING: 240}
"""Positions tried by kind of file; the last is slow to validate."""
KINDS: Final = tuple(FLIPS)
CUTS: Final = 90
"""Random lengths tried a file, beside those at every edge."""
SEED: Final = 20261101


@functools.cache
def sealed(kind: str) -> bytes:
    """A file by each library, and one that has had everything done to it."""
    if kind == EVERYTHING:
        both = bare_pyhanko.seal(
            ENDESIVE.sealed(),
            "other",
            field="Seal2",
            box=OTHER_BOX,
            stamper=pki.timestamper(),
            lt=bare_pyhanko.context(pki.NOW),
        )
        return bare_pyhanko.document_timestamp(both, pki.timestamper())
    if kind == TIMESTAMPED:
        return bare_pyhanko.seal(PYHANKO.base().pdf, stamper=pki.timestamper())
    return World(kind).sealed()


def structural(pdf: bytes) -> Iterator[int]:
    """Every place where a byte says how the file is read: ByteRanges, edges of the hole, heads of the CMS, tables."""
    yield from range(12)
    for which, span in enumerate(spans(pdf)):
        der = contents(pdf, which)
        end = span.digits[0] + 2 * cms_length(der)
        yield from range(span.array[0] - 12, span.array[1] + 1)
        yield from range(span.hole[0] - 12, span.digits[0] + 120)
        yield from range(end - 4, end + 8)
        unsigned = der.find(TIMESTAMP_ATTRIBUTE)
        if unsigned > 0:
            yield from range(span.digits[0] + 2 * unsigned, span.digits[0] + 2 * unsigned + 160)
        yield from range(span.digits[1] - 4, min(span.hole[1] + 4, len(pdf)))
    yield from range(start_of_references(pdf), len(pdf))


def positions(pdf: bytes, flips: int, random: Random) -> list[int]:
    """Half of them structural, the others anywhere: a quarter in the CMS, a quarter in the document."""
    every = sorted(set(structural(pdf)))
    chosen = set(random.sample(every, min(len(every), flips // 2)))
    within = [
        at
        for which, span in enumerate(spans(pdf))
        for at in range(span.digits[0], span.digits[0] + 2 * cms_length(contents(pdf, which)))
    ]
    holes = [range(*span.hole) for span in spans(pdf)]
    outside = [at for at in range(len(pdf)) if not any(at in hole for hole in holes)]
    for pool in (within, outside, range(len(pdf))):
        wanted = min(len(chosen) + flips // 6, len(set(pool) | chosen))
        while len(chosen) < wanted:
            chosen.add(random.choice(pool))
    while len(chosen) < flips:
        chosen.add(random.randrange(len(pdf)))
    return sorted(chosen)


@pytest.mark.parametrize("kind", KINDS)
def test_the_untouched_file_passes(kind: str) -> None:
    assert validate(sealed(kind), policy(PLAIN)).indication is Indication.TOTAL_PASSED


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_no_byte_can_be_flipped(kind: str, part: int) -> None:
    pdf = sealed(kind)
    random = Random(f"{SEED} {kind}")
    passed = []
    for at in positions(pdf, FLIPS[kind], random)[part::PARTS]:
        changed = bytearray(pdf)
        # In hexadecimal digits bit 5 is their case.
        changed[at] ^= 1 << random.choice((0, 1, 2, 3, 4, 5, 5, 6, 7))
        if validate(bytes(changed), policy(PLAIN)).indication is Indication.TOTAL_PASSED:
            passed.append((at, pdf[at - 20 : at], pdf[at : at + 1], bytes(changed[at : at + 1]), pdf[at + 1 : at + 20]))
    assert passed == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_can_be_cut_off(kind: str) -> None:
    """But an earlier revision, all of it, is a file of its own: nobody can see that there was more."""
    pdf = sealed(kind)
    random = Random(f"{SEED} cut {kind}")
    # An update that no signature covers (evidence) is as complete without its last line feed.
    marks = {match.end() for match in re.finditer(rb"%%EOF", pdf)}
    whole = {mark + 1 for mark in marks} | {mark for mark in marks if mark + 1 not in {span.end for span in spans(pdf)}}
    ends = {start_of_references(pdf) + step for step in range(-3, 40)} | {len(pdf) - step for step in range(1, 12)}
    for span in spans(pdf):
        ends |= {span.end + step for step in (-7, -6, -2, -1, 1, 2)} | set(span.hole) | set(span.digits)
    ends |= {random.randrange(len(pdf)) for _ in range(CUTS)}
    passed = [
        end
        for end in sorted(ends - whole)
        if 0 <= end < len(pdf) and validate(pdf[:end], policy(PLAIN)).indication is Indication.TOTAL_PASSED
    ]
    assert passed == []


def test_enough_positions_are_tried() -> None:
    assert sum(len(positions(sealed(kind), FLIPS[kind], Random(1))) for kind in KINDS) >= 2000
    assert len(KINDS) * CUTS >= 300
