"""The benchmark's figures as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.bench.accuracy import DocumentScore

HEAD = (
    "| {0} | documents | pages | type right | fields exact | false red | yellow | wrong entries | false green | "
    "red | CPU-s a page | s a page | bare PaddleOCR CPU-s | bare s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def accuracy_table(scores: Sequence[DocumentScore]) -> str:
    """Figures by document type, by degradation, and over all."""
    parts = [HEAD.format("type")]
    parts += _rows(scores, lambda s: s.doc_type)
    parts += [_row("**all**", scores), "", HEAD.format("degradation")]
    parts += _rows(scores, lambda s: s.degradation)
    parts += ["", HEAD.format("type, clean")]
    parts += _rows([s for s in scores if s.degradation == "clean"], lambda s: s.doc_type)
    return "\n".join(parts)


def cross_table(scores: Sequence[DocumentScore]) -> str:
    """Per type and degradation: fields exact / false green / false red."""
    types = list(dict.fromkeys(s.doc_type for s in scores))
    worn = list(dict.fromkeys(s.degradation for s in scores))
    rows = ["| exact / false green / false red | " + " | ".join(worn) + " |", "|---" * (len(worn) + 1) + "|"]
    for doc_type in types:
        cells = []
        for degradation in worn:
            some = [s for s in scores if s.doc_type == doc_type and s.degradation == degradation]
            green, red = sum(s.false_green for s in some), sum(s.false_red for s in some)
            cells.append(f"{_share(some, 'exact', 'fields')} / {green} / {red}")
        rows.append(f"| {doc_type} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def summary(scores: Sequence[DocumentScore]) -> str:
    """The figures the product is held to."""
    clean = [s for s in scores if s.degradation == "clean"]
    worn = [s for s in scores if s.degradation != "clean"]
    lights = {word: sum(s.light == word for s in clean) for word in ("green", "yellow", "red")}
    exact = _share(clean, "exact", "fields"), _share(scores, "exact", "fields")
    red = _share(clean, "false_red", "fields"), _share(worn, "false_red", "fields")
    green = sum(s.false_green for s in scores), sum(s.mutants for s in scores)
    refused = sum(bool(s.error) for s in scores)
    return "\n".join(
        [
            f"- field exactness: clean {exact[0]}, all degradations together {exact[1]}",
            f"- false green: {green[0]} of {green[1]} wrong key entries",
            f"- false red: clean {red[0]}, degraded {red[1]}",
            f"- document lights of right claims on clean samples: {lights}",
            f"- refused: {refused}",
        ]
    )


def failures(scores: Iterable[DocumentScore]) -> str:
    """Everything that was not exact, by document."""
    lines = []
    for s in scores:
        if s.wrong or s.error:
            lines.append(
                f"{s.doc_type}/{s.variant} #{s.index} {s.degradation} [{s.light}] type={s.recognised_type} {s.error}"
            )
            lines += [f"    {w}" for w in s.wrong]
    return "\n".join(lines) + "\n"


def _rows(scores: Sequence[DocumentScore], key: Callable[[DocumentScore], str]) -> list[str]:
    return [_row(name, [s for s in scores if key(s) == name]) for name in dict.fromkeys(key(s) for s in scores)]


def _row(name: str, scores: Sequence[DocumentScore]) -> str:
    pages = sum(s.pages for s in scores) or 1
    bare = sum(s.bare_pages for s in scores) or 1
    typed = sum(s.recognised_type == s.doc_type for s in scores)
    cells = [
        name, str(len(scores)), str(pages), f"{typed}/{len(scores)}", _share(scores, "exact", "fields"),
        _share(scores, "false_red", "fields"), _share(scores, "false_yellow", "fields"),
        str(sum(s.mutants for s in scores)), str(sum(s.false_green for s in scores)),
        _share(scores, "mutants_red", "mutants"), f"{sum(s.cpu for s in scores) / pages:.2f}",
        f"{sum(s.wall for s in scores) / pages:.2f}", f"{sum(s.bare_cpu for s in scores) / bare:.2f}",
        f"{sum(s.bare_wall for s in scores) / bare:.2f}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _share(scores: Sequence[DocumentScore], part: str, whole: str) -> str:
    total = sum(getattr(s, whole) for s in scores)
    return f"{100 * sum(getattr(s, part) for s in scores) / total:.2f} %" if total else "–"
