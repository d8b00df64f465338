"""What a verification costs beside bare PaddleOCR on the same page, in the same process, one after the other."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from certlight.paths import models_dir
from extractors.engines.paddle import PaddleEngine
from extractors.geometry import Box
from extractors.region_reader import read_region
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from pipeline.pages import StraightPages
from samples.claims import CORRECT
from samples.fields import TYPES
from samples.generate import documents, write
from tests.bench.accuracy import TODAY
from tests.bench.bare import bare_ocr
from tests.bench.process import certlight
from verifier.verdict import Claim

THREADS = 2
REPEATS = 3


@dataclass(frozen=True, slots=True)
class PageCost:
    """CPU and wall seconds of one page: bare PaddleOCR, the whole verification, one marked field."""

    name: str
    bare_cpu: float
    bare_wall: float
    verify_cpu: float
    verify_wall: float
    field_cpu: float


def measure(seed: int, per_type: int) -> list[PageCost]:
    """One-page documents of every type, clean and photographed; the contract by its first page."""
    bare = bare_ocr(THREADS)
    desk = Desk(PaddleEngine(models_dir(), threads=THREADS))
    found = []
    for doc_type in TYPES:
        for sample in documents(
            seed,
            types=[doc_type],
            degradations=("clean", "jpeg150", "photo"),
            count=min(per_type, 2),
            claim_kinds=(CORRECT,),
        ):
            if len(sample.files) != 1 or len(sample.pages) != 1:
                continue
            file, image = sample.files[0], sample.images()[0]
            claim = Claim(sample.doc_type, sample.claims[0].entered, {})

            def whole(file: Any = file, claim: Claim = claim) -> None:
                with take([(file.name, file.data)]) as document:
                    verify(document, claim, desk, TODAY)

            bare_cpu, bare_wall = _time(lambda image=image: bare.predict(image))  # type: ignore[misc]
            verify_cpu, verify_wall = _time(whole)
            with take([(file.name, file.data)]) as document:
                page = StraightPages(document, desk.engine)[0]
            spots = next(iter(sample.truth.fields.values())).spots
            box = _on_page(spots[0].box, page.transform, sample.pages[0].transform)
            field_cpu, _ = _time(lambda page=page, box=box: read_region(desk.engine, page.reading_image, box))  # type: ignore[misc]
            found.append(PageCost(sample.name, bare_cpu, bare_wall, verify_cpu, verify_wall, field_cpu))
    return found


def _on_page(box: tuple[float, float, float, float], straight: Any, degraded: Any) -> Box:
    """A box of the clean page in pixels of the straightened page."""
    corners = np.array([[box[0], box[1], 1], [box[2], box[1], 1], [box[2], box[3], 1], [box[0], box[3], 1]]).T
    moved = np.linalg.inv(straight) @ np.asarray(degraded) @ corners
    xs, ys = moved[0] / moved[2], moved[1] / moved[2]
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def _time(work: Callable[[], object]) -> tuple[float, float]:
    """Median CPU and wall seconds of a few runs after one to warm up."""
    work()
    runs = []
    for _ in range(REPEATS):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        runs.append((time.process_time() - cpu, time.perf_counter() - wall))
    return statistics.median(c for c, _ in runs), statistics.median(w for _, w in runs)


@dataclass(frozen=True, slots=True)
class PeakMemory:
    """One verification as a fresh process: seconds from start to end, and the most memory it held."""

    name: str
    pages: int
    seconds: float
    megabytes: float


def peaks(seed: int) -> list[PeakMemory]:
    """One clean and one photographed document a type through the command line."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for doc_type in TYPES:
            for sample in documents(seed, types=[doc_type], degradations=("clean", "photo"), claim_kinds=(CORRECT,)):
                written = {path.name: path for path in write(sample, Path(folder))}
                files = [str(written[file.name]) for file in sample.files]
                claim = next(path for name, path in written.items() if name.endswith(".claim.json"))
                done = certlight(["verify", *files, "--claim", str(claim), "--json", "--today", TODAY.isoformat()])
                found.append(PeakMemory(sample.name, len(sample.pages), done.seconds, done.megabytes))
    return found


def peak_table(found: list[PeakMemory]) -> str:
    """A row a document."""
    rows = ["| document | pages | s from start to end | peak MB |", "|---|---|---|---|"]
    rows += [f"| {p.name} | {p.pages} | {p.seconds:.1f} | {p.megabytes:.0f} |" for p in found]
    return "\n".join(rows)


def table(costs: list[PageCost]) -> str:
    """A row a page, and the ratios over all."""
    rows = [
        "| page | bare CPU-s | bare s | verify CPU-s | verify s | verify / bare (CPU) | field CPU-s | field / bare |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for c in costs:
        rows.append(
            f"| {c.name} | {c.bare_cpu:.2f} | {c.bare_wall:.2f} | {c.verify_cpu:.2f} | {c.verify_wall:.2f} | "
            f"{c.verify_cpu / c.bare_cpu:.2f} | {c.field_cpu:.3f} | {100 * c.field_cpu / c.bare_cpu:.1f} % |"
        )
    if costs:
        ratios = [c.verify_cpu / c.bare_cpu for c in costs]
        shares = [c.field_cpu / c.bare_cpu for c in costs]
        rows.append(
            f"\n- verify / bare PaddleOCR, CPU: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}, "
            f"over all pages together {sum(c.verify_cpu for c in costs) / sum(c.bare_cpu for c in costs):.2f}"
        )
        rows.append(
            f"- one marked field / bare page, CPU: median {100 * statistics.median(shares):.1f} %, "
            f"worst {100 * max(shares):.1f} %"
        )
    return "\n".join(rows)
