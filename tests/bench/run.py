"""``make bench``: accuracy of fields and lights, and cost beside bare PaddleOCR, over generated and real documents.

Writes ``table.md`` and ``result.json`` into the output folder and prints the table. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from samples.degrade import NAMES
from samples.fields import TYPES
from tests.bench import bad_pdfs, cost, real
from tests.bench.accuracy import Case, DocumentScore, score
from tests.bench.table import accuracy_table, cross_table, failures, summary

SEED = 880_000
"""Not a seed used while templates were written, so that the figures are not those of training data."""


def cases(per_type: int, seed: int) -> Iterator[Case]:
    """Every type × document × degradation."""
    for doc_type in TYPES:
        for index in range(per_type):
            for degradation in NAMES:
                yield Case(doc_type, index, degradation, seed)


def run(options: argparse.Namespace) -> int:
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    wanted = list(cases(options.per_type, options.seed))
    if options.only:
        wanted = [case for case in wanted if options.only in f"{case.doc_type}-{case.degradation}"]
    scores: list[DocumentScore] = []
    # spawn: the OCR runtime's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for done, found in enumerate(pool.imap_unordered(score, wanted, chunksize=1), start=1):
            scores.append(found)
            if done % 20 == 0 or done == len(wanted):
                print(f"{done}/{len(wanted)} documents", file=sys.stderr, flush=True)
    scores.sort(key=lambda s: (s.doc_type, s.degradation, s.index))
    (out / "failures.txt").write_text(failures(scores), encoding="utf-8")
    parts = ["## Generated samples", accuracy_table(scores), cross_table(scores), summary(scores)]
    result: dict[str, object] = {"generated": [asdict(s) for s in scores]}
    _write(out, parts, result)
    if not options.skip_cost:
        measured = cost.measure(options.seed, options.per_type)
        parts += ["## Cost beside bare PaddleOCR", cost.table(measured)]
        result["cost"] = [asdict(m) for m in measured]
        held = cost.peaks(options.seed)
        parts += ["## Memory of one verification", cost.peak_table(held)]
        result["memory"] = [asdict(m) for m in held]
        _write(out, parts, result)
    if not options.skip_real:
        judged = real.judge()
        parts += ["## Real scans", real.table(judged)]
        result["real"] = [asdict(j) for j in judged]
        broken = bad_pdfs.judge()
        parts += ["## Broken PDFs", bad_pdfs.table(broken)]
        result["bad_pdfs"] = [asdict(b) for b in broken]
        _write(out, parts, result)
    print("\n\n".join(parts))
    return 0


def _write(out: Path, parts: list[str], result: dict[str, object]) -> None:
    """What is known so far, so that a run that is cut short has not measured for nothing."""
    (out / "table.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (out / "result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--per-type", type=int, default=6, help="documents a type, each in every degradation")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fast", action="store_true", help="one document a type")
    parser.add_argument("--only", default="", help="only cases whose type-degradation contains this")
    parser.add_argument("--skip-cost", action="store_true")
    parser.add_argument("--skip-real", action="store_true")
    options = parser.parse_args()
    if options.fast:
        options.per_type = 1
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
