"""The demonstration: which committed samples are verified, and the table that sums them up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

import samples
from certlight.light import Light
from certlight.text import Language, Text
from verifier.report import DocumentResult
from verifier.verdict import Verdict

LIGHT_SIGNS: dict[Light, tuple[Text, str]] = {
    Light.GREEN: (Text("● 绿灯", "● green"), "green"),
    Light.YELLOW: (Text("▲ 黄灯", "▲ yellow"), "yellow"),
    Light.RED: (Text("■ 红灯", "■ red"), "bold red"),
}


@dataclass(frozen=True, slots=True)
class DemoCase:
    """One committed sample with one of its claims."""

    name: str
    claim_kind: str
    files: tuple[Path, ...]
    claim: Path


def demo_claims() -> list[DemoCase]:
    """The committed samples in order of their names, each with the claims chosen for it."""
    folder = Path(samples.__file__).parent / "set"
    cases = []
    for truth_file in sorted(folder.glob("*.truth.json")):
        truth = json.loads(truth_file.read_text(encoding="utf-8"))
        for kind, about in truth["claims"].items():
            claim = folder / about["file"]
            if claim.is_file():
                cases.append(DemoCase(truth["name"], kind, tuple(folder / f for f in truth["files"]), claim))
    return cases


def demo_table(console: Console, done: Sequence[tuple[DemoCase, DocumentResult]], language: Language) -> None:
    """Print a row a document: its light, what it is, and the first reason of its light."""
    table = Table(expand=console.is_terminal)
    for title in (
        Text("灯", "Light"),
        Text("样张", "Sample"),
        Text("填报", "Claim"),
        Text("证照", "Type"),
        Text("理由", "Reason"),
    ):
        table.add_column(title.of(language), overflow="fold")
    counts = dict.fromkeys(Light, 0)
    for case, result in done:
        if result.verdict is None:
            continue
        light = result.verdict.light
        counts[light] += 1
        sign, style = LIGHT_SIGNS[light]
        kind = result.type_name.of(language) if result.type_name else "—"
        table.add_row(
            f"[{style}]{sign.of(language)}[/]", case.name, case.claim_kind, kind, _why(result.verdict, language)
        )
    console.print(table)
    summary = "  ".join(f"{LIGHT_SIGNS[light][0].of(language)} {count}" for light, count in counts.items())
    console.print(summary, highlight=False)


def _why(verdict: Verdict, language: Language) -> str:
    """The first reason of the document's light; for a green one, what was compared."""
    light = verdict.light
    if light is Light.GREEN:
        agreed = sum(check.light is Light.GREEN for check in verdict.checks)
        return Text(f"{agreed} 个字段全部一致", f"all {agreed} fields agree").of(language)
    reasons = [check.reason for check in verdict.checks if check.light is light]
    reasons += [finding.message for finding in verdict.findings if finding.light is light]
    return reasons[0].of(language) if reasons else ""
