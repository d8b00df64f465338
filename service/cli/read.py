"""``certlight read``: smart mode, classify and extract."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certlight.paths import models_dir
from extractors.catalogue import named
from extractors.engines.paddle import PaddleEngine
from pipeline.flow import Desk, Outcome, read
from pipeline.intake.intake import take
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json, progress, quiet_libraries
from verifier.report import print_documents, read_json

Scans = Annotated[list[Path], typer.Argument(help="图片或 PDF  Images or PDFs", show_default=False)]


def command(
    scans: Scans,
    doc_type: Annotated[str | None, typer.Option("--type", help="证照类型，不自动判断  Document type")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="合并为一份证照  All scans are one document")] = False,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """智能模式：判断证照类型并提取字段。 Smart mode: classify and extract; each SCAN is one document."""
    language = language_of(lang)
    quiet_libraries()
    if doc_type:
        named(doc_type)
    engine = PaddleEngine(models_dir())
    outcomes: list[Outcome] = []
    for group in [scans] if merge else [[scan] for scan in scans]:
        with take(group) as document, progress(language, document.page_count) as report:
            outcomes.append(read(document, Desk(engine, progress=report), doc_type))
    results = [outcome.result for outcome in outcomes]
    if as_json:
        print_json(read_json(results, language))
    else:
        print_documents(out(), results, language)
