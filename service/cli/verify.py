"""``certlight verify``: entered against recognised, with a light and a reason for each field."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from certlight.china import CHINA
from certlight.light import Light
from certlight.paths import models_dir
from extractors.engines.paddle import PaddleEngine
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from service.cli.files import read_claim, write_report
from service.cli.read import Scans
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json, progress, quiet_libraries
from verifier.report import html_report, print_documents, verify_json


class FailOn(StrEnum):
    """From which light on the command ends with exit code 1."""

    red = "red"
    yellow = "yellow"


def command(
    scans: Scans,
    claim: Annotated[Path, typer.Option("--claim", help="用户填写数据与标记 claim.json", show_default=False)],
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option("--report", help="写出 HTML 报告  Write the HTML report")] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="达到该灯即以 1 退出  Exit 1 from this light on")
    ] = None,
    today: Annotated[
        str | None, typer.Option("--today", help="核验日期，默认今天  Day of the check, YYYY-MM-DD")
    ] = None,
    lang: LanguageOption = "zh",
) -> None:
    """核验：用户填写数据与证照逐项比对。 The SCANs together are one document, checked against the claim."""
    language = language_of(lang)
    quiet_libraries()
    day = _day(today)
    with take(list(scans)) as document, progress(language, document.page_count) as tell:
        asked = read_claim(claim, document.page_count)
        outcome = verify(document, asked, Desk(PaddleEngine(models_dir()), progress=tell), day)
        if report is not None:
            checked_at = datetime.now(CHINA)
            write_report(
                report, html_report([(outcome.result, outcome.pictures())], checked_at=checked_at, language=language)
            )
    if as_json:
        print_json(verify_json([outcome.result], language))
    else:
        print_documents(out(), [outcome.result], language)
    verdict = outcome.result.verdict
    if verdict is not None and fail_on is not None and verdict.light >= lights_from(fail_on):
        raise typer.Exit(1)


def lights_from(fail_on: FailOn) -> Light:
    """The mildest light that ``--fail-on`` does not let pass."""
    return Light.RED if fail_on is FailOn.red else Light.YELLOW


def _day(value: str | None) -> date:
    if value is None:
        return datetime.now(CHINA).date()
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter("YYYY-MM-DD", param_hint="--today") from error
