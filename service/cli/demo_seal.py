"""The demonstration's second half: a green sample is sealed and validated, then forged, and the forgery is refused."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from rich.console import Console

from certlight.text import Language
from extractors.geometry import Box
from pipeline.flow import Outcome
from pipeline.intake.document import Document
from pipeline.seals.composing import composed, enclosure_of
from pipeline.seals.process import SealProcess
from pipeline.seals.sealing import SealWish, sealed
from pipeline.seals.validation import validate_confined
from signing.appearance.placement import Placement
from signing.keys.key_files import open_p12
from signing.report import ValidatedFile, print_report
from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES, make_demo
from signing.trust.material import TrustMaterial
from signing.trust.store import TrustStore
from signing.validation.policy import ValidationPolicy
from verifier.verdict import Claim

SEALED_SAMPLE: Final = "licence"
"""The sample whose enterprise has a key in the demonstration PKI."""
_FORGED_FIELD: Final = "registered_capital"
_FORGED_TEXT: Final = "9080"
_PLACE: Final = Placement(0, 40, 140)
"""Free ground at the lower left of the sample, mm."""


@dataclass(frozen=True, slots=True)
class SealedSample:
    """The sealed document, and where on its first page the forger will paint."""

    pdf: bytes
    trust: TrustMaterial
    forged: Box
    """Of the value, in shares of the page's width and height."""


def seal_sample(document: Document, outcome: Outcome, claim: Claim, language: Language) -> SealedSample:
    """Seal a verified sample with a fresh demonstration key. Raises CertlightError."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        demonstration = make_demo(Path(folder) / "pki", now, password=(password := "demonstration"))
        trust = TrustStore.open(demonstration.trust).material()
        key = open_p12(demonstration.keys[0].file.read_bytes(), password)
    party = DEMONSTRATION_PARTIES[0]
    enclosure = enclosure_of(outcome, claim, [party], now, language)
    pdf = composed(document, outcome, enclosure, title=SEALED_SAMPLE, created_at=now)
    wish = SealWish(placement=_PLACE)
    product = sealed(pdf, key, wish, party=party, at=now, trust=trust, timestamper=None)
    page = outcome.result.pages[0]
    box = outcome.result.reading.fields[_FORGED_FIELD].regions[0].box
    shares = Box(box.x0 / page.width, box.y0 / page.height, box.x1 / page.width, box.y1 / page.height)
    return SealedSample(product, trust, shares)


def show_seals(sample: SealedSample, folder: Path, console: Console, language: Language) -> list[ValidatedFile]:
    """Validate the sealed sample and a forged copy, print both, and give what the HTML report needs."""
    files = {"sealed.pdf": sample.pdf, "forged.pdf": forged(sample)}
    policy = ValidationPolicy(sample.trust, datetime.now(UTC), DEMONSTRATION_PARTIES[:1])
    shown = []
    with SealProcess() as process:
        for name, pdf in files.items():
            (folder / name).write_bytes(pdf)
            file = ValidatedFile(name, validate_confined(pdf, policy, process))
            console.print()
            print_report(console, file, language)
            shown.append(file)
    return shown


def forged(sample: SealedSample) -> bytes:
    """The sealed PDF with another capital painted over the printed one, in an incremental update as PDF editors make.

    Every viewer shows the forged figure; the signed bytes are untouched.
    """
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(sample.pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    _, _, width, height = (float(side) for side in page["/MediaBox"])
    box = sample.forged
    x, top, bottom = box.x0 * width, height * (1 - box.y0), height * (1 - box.y1)
    size = top - bottom
    paint = (
        f"q 1 1 1 rg {x:.1f} {bottom:.1f} {1.62 * size:.1f} {size:.1f} re f 0 g "
        f"BT 0 Tr /Forged {0.8 * size:.1f} Tf {x:.1f} {bottom + 0.22 * size:.1f} Td ({_FORGED_TEXT}) Tj ET Q"
    )
    font = writer.add_object(_names(Type="/Font", Subtype="/Type1", BaseFont="/Times-Roman"))
    resources = _dictionary({"/Font": _dictionary({"/Forged": font})})
    stream = generic.StreamObject(stream_data=paint.encode("ascii"))
    writer.add_stream_to_page(0, writer.add_object(stream), resources)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dictionary(entries: dict[str, Any]) -> Any:
    return generic.DictionaryObject({generic.pdf_name(key): value for key, value in entries.items()})  # type: ignore[no-untyped-call]


def _names(**entries: str) -> Any:
    return _dictionary({f"/{key}": generic.pdf_name(value) for key, value in entries.items()})
