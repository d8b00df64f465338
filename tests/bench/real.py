"""The real licences beside the project, upright and turned; nothing is copied from there, names are not printed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from certlight.paths import models_dir
from extractors.catalogue import named
from extractors.engines.paddle import PaddleEngine
from extractors.kinds import canonical
from pipeline.flow import Desk, Outcome, read, verify
from pipeline.intake.intake import take
from tests.bench.accuracy import TODAY
from verifier.verdict import Claim

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
BLANK = "(空白)"
"""How the truth notes that a printed blank was left empty."""


@dataclass(slots=True)
class RealScore:
    """One scan: values exact of those known, in the given turn; for illegible ones whether anything was invented."""

    file: str
    turn: int
    values: int = 0
    exact: int = 0
    wrong: list[str] = field(default_factory=list)
    recognised_type: str | None = None
    light: str = ""


def entries() -> list[dict[str, object]]:
    """The manifest's images and contracts; empty where the folder is absent."""
    manifest = FOLDER / "manifest.jsonl"
    if not manifest.is_file():
        return []
    rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["kind"] in ("images", "contracts")]


def judge(turns: tuple[int, ...] = (0, 90, 180, 270)) -> list[RealScore]:
    """Every scan with known values in every turn, and the illegible ones upright."""
    desk = Desk(PaddleEngine(models_dir(), threads=2))
    found = []
    for row in entries():
        truth = row.get("truth")
        tags = row.get("tags") or []
        assert isinstance(tags, list)
        if isinstance(truth, dict):
            for turn, path in _turned(FOLDER / str(row["file"]), turns):
                found.append(score(path, str(row["file"]), turn, truth, desk))
        elif "expect-not-green" in tags:
            found.append(illegible(FOLDER / str(row["file"]), str(row["file"]), desk))
    return found


def score(path: Path, name: str, turn: int, truth: dict[str, str], desk: Desk) -> RealScore:
    """Values read against the truth; blanks count as exact when nothing was read."""
    template = named("business_license")
    result = RealScore(name, turn)
    with take([path]) as document:
        outcome = read(document, desk)
        result.recognised_type = outcome.result.doc_type
        if result.recognised_type != template.type:
            outcome = read(document, desk, template.type)
    for code, printed in truth.items():
        spec = template.fields[code]
        wanted = canonical(spec.kind, printed.replace(BLANK, ""), words=spec.words)
        got = outcome.result.reading.fields.get(code)
        value = got.value if got else None
        result.values += 1
        if value == wanted:
            result.exact += 1
        else:
            result.wrong.append(code)
    return result


def illegible(path: Path, name: str, desk: Desk) -> RealScore:
    """A scan nobody can read: as any type, it must yield no value and never a green light."""
    result = RealScore(name, 0)
    with take([path]) as document:
        outcome: Outcome = read(document, desk)
        claim = Claim("business_license", {"name": "沈阳样张建筑工程有限公司"}, {})
    with take([path]) as document:
        verdict = verify(document, claim, desk, TODAY).result.verdict
    assert verdict is not None
    result.recognised_type = outcome.result.doc_type
    result.light = verdict.light.word
    result.wrong = [code for code, f in outcome.result.reading.fields.items() if f.value is not None]
    return result


def _turned(path: Path, turns: tuple[int, ...]) -> Iterator[tuple[int, Path]]:
    """The file itself, and copies in a temporary folder turned by quarters (degrees clockwise)."""
    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    with tempfile.TemporaryDirectory() as folder:
        for turn in turns:
            if turn == 0:
                yield 0, path
            elif path.suffix != ".pdf":
                with take([path]) as document:
                    image = document.render(0).image
                copy = Path(folder) / f"{turn}.png"
                cv2.imwrite(str(copy), cv2.rotate(image, codes[turn]))
                yield turn, copy


def table(scores: list[RealScore]) -> str:
    """Exact values by turn, the misses by field code, and the illegible scans."""
    if not scores:
        return "The real scans are not on this machine; skipped."
    rows = ["| turned by | scans | type recognised | values | exact |", "|---|---|---|---|---|"]
    for turn in sorted({s.turn for s in scores}):
        some = [s for s in scores if s.turn == turn and s.values]
        values, exact = sum(s.values for s in some), sum(s.exact for s in some)
        typed = sum(s.recognised_type == "business_license" for s in some)
        rows.append(f"| {turn}° | {len(some)} | {typed} | {values} | {exact} = {100 * exact / max(values, 1):.1f} % |")
    rows += ["", "| scan | turned by | not exact |", "|---|---|---|"]
    rows += [f"| {s.file} | {s.turn}° | {', '.join(s.wrong)} |" for s in scores if s.values and s.wrong]
    rows += ["", "| illegible scan | type said | values read | light |", "|---|---|---|---|"]
    rows += [
        f"| {s.file} | {s.recognised_type or 'unknown'} | {len(s.wrong)} | {s.light} |" for s in scores if not s.values
    ]
    return "\n".join(rows)
