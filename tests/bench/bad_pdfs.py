"""Broken, encrypted, looping and bomb PDFs through the command line: how each ends, how long it takes, what it
holds."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.process import certlight
from tests.bench.real import FOLDER

MOST_SECONDS = 20.0
MOST_MEGABYTES = 1024.0


@dataclass(frozen=True, slots=True)
class BadPdf:
    """How the command line took one file. ``megabytes`` counts its child processes too."""

    file: str
    exit_code: int
    refusal: str
    seconds: float
    megabytes: float
    trace: bool

    @property
    def within(self) -> bool:
        return (
            self.exit_code in (0, 3)
            and not self.trace
            and self.seconds <= MOST_SECONDS
            and self.megabytes <= MOST_MEGABYTES
        )


def judge() -> list[BadPdf]:
    """Every file of the corpus; none where it is absent."""
    corpus = FOLDER / "pdf_bad"
    return [run(path) for path in sorted(corpus.iterdir())] if corpus.is_dir() else []


def run(path: Path) -> BadPdf:
    """``certlight read`` of one file, the packed ones unpacked first."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name.removesuffix(".gz")
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        done = certlight(["read", str(target), "--json", "--lang", "en"])
    refusal = next((line.strip(" []") for line in done.said.splitlines() if line.strip().startswith("[")), "")
    return BadPdf(path.name, done.exit_code, refusal, done.seconds, done.megabytes, "Traceback" in done.said)


def table(found: list[BadPdf]) -> str:
    """A row a file."""
    if not found:
        return "The corpus is not on this machine; skipped."
    rows = ["| file | ends in | s | MB | within limits |", "|---|---|---|---|---|"]
    for f in found:
        end = "read" if f.exit_code == 0 else f.refusal or f"exit {f.exit_code}"
        rows.append(f"| {f.file} | {end} | {f.seconds:.1f} | {f.megabytes:.0f} | {'yes' if f.within else '**no**'} |")
    held = sum(f.within for f in found)
    rows.append(f"\n- within {MOST_SECONDS:.0f} s and {MOST_MEGABYTES:.0f} MB: {held} of {len(found)}")
    return "\n".join(rows)
