"""``make bench-seals``: sealing and validating beside bare endesive and bare pyHanko, in one process, turn about.

Writes ``seals.md`` and ``seals.json`` into the output folder and prints the table. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from asn1crypto.crl import CertificateList
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing.composition.compose import compose
from signing.composition.page import PageSource
from signing.keys.file_key import FileKey
from signing.keys.key_files import open_p12
from signing.sealing.order import SealOrder
from signing.sealing.seal import seal
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.validate import validate
from tests.signing import bare_endesive, bare_pyhanko, pki, sealed

ROUNDS: Final = 15
SIZES: Final = (("1 page, 0.6 MB", 1), ("20 pages, 12 MB", 20))
PAGE_BYTES: Final = 600_000
MOST: Final = 1.5
"""Validation may cost so many times pyHanko's."""


@dataclass(slots=True)
class Timing:
    """Milliseconds of every round, wall and CPU."""

    what: str
    size: str
    who: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def page(seed: int) -> bytes:
    """A JPEG of about 0.6 MB that looks like nothing: 1654 × 2339 pixels, A4 at 200 dpi."""
    noise = Image.frombytes("L", (827, 1170), Random(seed).randbytes(827 * 1170)).resize((1654, 2339))
    best = b""
    for quality in range(90, 5, -5):
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=quality, dpi=(200, 200))
        best = out.getvalue()
        if len(best) <= PAGE_BYTES:
            break
    return best


def document(pages: int) -> bytes:
    """Composed as the product does it."""
    sources = [PageSource(page(number)) for number in range(pages)]
    return compose(sources, None, title="Benchmark", created_at=pki.NOW)


def interleaved(what: str, size: str, works: dict[str, Callable[[], object]], rounds: int) -> list[Timing]:
    """Every work once to warm up, then all of them in every round, each round beginning with another."""
    timings = {who: Timing(what, size, who) for who in works}
    for work in works.values():
        work()
    order = list(works)
    for number in range(rounds):
        for who in order[number % len(order) :] + order[: number % len(order)]:
            cpu, wall = time.process_time(), time.perf_counter()
            works[who]()
            timings[who].wall.append(1000 * (time.perf_counter() - wall))
            timings[who].cpu.append(1000 * (time.process_time() - cpu))
    return list(timings.values())


def sealing(pdf: bytes, size: str, rounds: int) -> list[Timing]:
    """One visible seal with an RSA key of 2048 bits, PAdES B-B."""
    key: FileKey = open_p12(pki.p12(), pki.PASSWORD)
    order = SealOrder(picture=sealed.picture(), placement=sealed.HERE)
    trust = pki.material()
    works: dict[str, Callable[[], object]] = {
        "certlight": lambda: seal(pdf, key, order, at=pki.NOW, trust=trust),
        "endesive": lambda: bare_endesive.seal(pdf),
        "pyHanko": lambda: bare_pyhanko.seal(pdf),
    }
    return interleaved("seal", size, works, rounds)


def validating(pdf: bytes, size: str, maker: str, rounds: int) -> list[Timing]:
    """One seal with its chain and lists. pyHanko gets the lists parsed; its context has to be made anew each time."""
    trust = pki.material()
    policy = ValidationPolicy(trust=trust, at=pki.NOW)
    roots = [anchor.certificate.der for anchor in trust.anchors]
    lists = [CertificateList.load(crl) for crl in trust.crls]

    def by_certlight() -> None:
        if validate(pdf, policy).indication is not Indication.TOTAL_PASSED:
            raise RuntimeError("the sealed benchmark document does not pass")

    def by_pyhanko() -> None:
        context = ValidationContext(
            trust_roots=[pki.cert("root").asn1],
            other_certs=[pki.cert("interm").asn1],
            crls=lists,
            moment=pki.NOW,
            allow_fetching=False,
            revocation_mode="require",
        )
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if not validate_pdf_signature(signature, context).bottom_line:
            raise RuntimeError("the sealed benchmark document does not pass")

    works: dict[str, Callable[[], object]] = {
        "certlight": by_certlight,
        "endesive": lambda: bare_endesive.verify(pdf, roots),
        "pyHanko": by_pyhanko,
    }
    return interleaved(f"validate ({maker}'s seal)", size, works, rounds)


def measure(rounds: int) -> list[Timing]:
    """Everything."""
    found = []
    for size, pages in SIZES:
        pdf = document(pages)
        found += sealing(pdf, size, rounds)
        found += validating(bare_pyhanko.seal(pdf), size, "pyHanko", rounds)
        found += validating(bare_endesive.seal(pdf), size, "endesive", rounds)
        print(f"measured: {size} ({len(pdf) / 1e6:.1f} MB)", file=sys.stderr)
    return found


def table(timings: Sequence[Timing]) -> str:
    """Medians in milliseconds, and certlight's share of pyHanko's CPU in the same round."""
    head = "| | size | certlight ms | endesive ms | pyHanko ms | certlight / pyHanko, CPU: min | median | max |"
    rows = [head, "|---" * 8 + "|"]
    worst = 0.0
    for what, size in dict.fromkeys((timing.what, timing.size) for timing in timings):
        by = {timing.who: timing for timing in timings if (timing.what, timing.size) == (what, size)}
        ratios = [ours / theirs for ours, theirs in zip(by["certlight"].cpu, by["pyHanko"].cpu, strict=True)]
        if what.startswith("validate"):
            worst = max(worst, statistics.median(ratios))
        medians = " | ".join(f"{statistics.median(by[who].wall):.0f}" for who in ("certlight", "endesive", "pyHanko"))
        spread = f"{min(ratios):.2f} | {statistics.median(ratios):.2f} | {max(ratios):.2f}"
        rows.append(f"| {what} | {size} | {medians} | {spread} |")
    held = "held" if worst <= MOST else "**not held**"
    rows.append(f"\n- validation at most {MOST} × pyHanko: {held}, worst median {worst:.2f}")
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    timings = measure(options.rounds)
    text = table(timings)
    (options.out / "seals.md").write_text(text, encoding="utf-8")
    (options.out / "seals.json").write_text(json.dumps([asdict(timing) for timing in timings], indent=1), "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
