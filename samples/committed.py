"""The small set of samples that is committed with the product: every type, several degradations, claims of every kind.

``python -m samples.committed`` writes it anew, and the table of ``samples/README.md`` with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.files import lights, write
from samples.generate import Sample, document

SET = Path(__file__).parent / "set"
CATALOGUE = Path(__file__).parent / "README.md"
SEED = 20260

_BEGIN, _END = "<!-- catalogue -->", "<!-- end of catalogue -->"


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the set; ``long_side`` is that of its clean A4 page, in pixels."""

    name: str
    doc_type: str
    variant: str
    degradation: str
    claims: tuple[str, ...]
    quirk: str
    long_side: int = 1800


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "licence",
        "business_license",
        "landscape",
        "clean",
        ("correct", "one_char", "swapped_digits", "wrong_unit"),
        "landscape since 2019, two columns, authority only in the seal",
        2000,
    ),
    Entry(
        "licence-photo",
        "business_license",
        "portrait",
        "photo",
        ("correct", "look_alike"),
        "portrait 2015–2019, photographed on a desk with a shadow",
    ),
    Entry(
        "licence-old",
        "business_license",
        "old_two_fold",
        "jpeg150",
        ("correct", "wrong_date"),
        "two-fold licence with a 15-digit number, issue date in Chinese characters under the seal",
    ),
    Entry(
        "licence-shop",
        "business_license",
        "individual",
        "skew",
        ("correct", "one_char"),
        "individual business: 经营者, 经营场所, 注册日期, no capital; skewed",
    ),
    Entry(
        "licence-faint",
        "business_license",
        "branch",
        "faint",
        ("correct",),
        "small, blurred and washed out; must never be green",
    ),
    Entry(
        "qualification",
        "construction_qualification",
        "landscape",
        "clean",
        ("correct", "look_alike", "mark_wrong_field"),
        "label and value pairs on one line, grades over several lines",
    ),
    Entry(
        "qualification-upside-down",
        "construction_qualification",
        "portrait",
        "rot180",
        ("correct", "wrong_date"),
        "handed in upside down",
    ),
    Entry(
        "safety-permit",
        "safety_production_license",
        "landscape",
        "clean",
        ("correct", "swapped_digits", "mark_wrong_field"),
        "number with bracketed year, seal across authority and date",
    ),
    Entry(
        "safety-permit-expired",
        "safety_production_license",
        "expired",
        "jpeg150",
        ("correct",),
        "expired: what was typed is right, and it must still not be green",
    ),
    Entry(
        "quality-system",
        "management_system",
        "quality",
        "photo",
        ("correct", "one_char"),
        "sentences in the middle of the page, photographed",
    ),
    Entry(
        "safety-system-sideways",
        "management_system",
        "safety_bilingual",
        "rot90",
        ("correct", "wrong_date"),
        "bilingual labels, handed in sideways",
    ),
    Entry(
        "id-card",
        "id_card",
        "portrait_sheet",
        "blur",
        ("correct", "swapped_digits"),
        "both sides of the card on one sheet, a little out of focus",
    ),
    Entry(
        "bid-notice",
        "bid_notice",
        "text",
        "jpeg150",
        ("correct", "wrong_unit"),
        "running text, amount in figures and in 大写",
    ),
    Entry(
        "bid-notice-sideways",
        "bid_notice",
        "table",
        "rot270",
        ("correct", "look_alike"),
        "table form, handed in sideways",
    ),
    Entry(
        "contract",
        "contract",
        "born_digital",
        "clean",
        ("correct", "wrong_unit", "one_char"),
        "PDF with live text over several pages",
    ),
    Entry(
        "contract-scan",
        "contract",
        "image_pdf",
        "jpeg150",
        ("correct", "wrong_date"),
        "PDF of page images without text",
    ),
    Entry(
        "acceptance",
        "acceptance_report",
        "building",
        "grey",
        ("correct", "wrong_date"),
        "table form, grey photocopy with five seals",
    ),
)


def samples(font_dir: Path | None = None) -> Iterator[Sample]:
    """The documents of the set, in the order of the catalogue. Raises SetupError (``fonts.missing``)."""
    for entry in ENTRIES:
        yield document(
            entry.name,
            SEED,
            entry.doc_type,
            entry.variant,
            entry.degradation,
            claim_kinds=entry.claims,
            font_dir=font_dir,
            long_side=entry.long_side,
        )


def redraw(out: Path = SET, *, font_dir: Path | None = None, catalogue: Path | None = CATALOGUE) -> tuple[Path, ...]:
    """Write the set into ``out`` and its table into ``catalogue``; returns the files of the set."""
    written: list[Path] = []
    lines: list[str] = []
    for entry, sample in zip(ENTRIES, samples(font_dir), strict=True):
        written.extend(write(sample, out))
        lines.append(line(entry, sample))
    if catalogue is not None:
        before, _, rest = catalogue.read_text(encoding="utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        table = "\n".join(
            (
                _BEGIN,
                "| upload | type, variant | degradation | quirk | truth | claims → lights allowed |",
                "|---|---|---|---|---|---|",
                *lines,
                _END,
            )
        )
        catalogue.write_text(before + table + after, encoding="utf-8")
    return tuple(written)


def line(entry: Entry, sample: Sample) -> str:
    """The row of the catalogue for one sample."""
    files = ", ".join(f"`{f.name}`" for f in sample.files)
    expected = "; ".join(
        f"`{c.kind}`{f' ({c.altered})' if c.altered else ''} → {' or '.join(lights(sample, c))}" for c in sample.claims
    )
    about = f"`{entry.doc_type}`, {entry.variant}"
    return f"| {files} | {about} | {entry.degradation} | {entry.quirk} | `{entry.name}.truth.json` | {expected} |"


if __name__ == "__main__":
    redraw()
