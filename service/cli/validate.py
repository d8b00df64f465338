"""``certlight validate``: whether the seals of a PDF hold, by whom and when they were made, and what changed since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certlight.china import CHINA
from certlight.errors import InputRefused
from certlight.paths import models_dir
from certlight.text import Text
from pipeline.intake.intake import read_upload
from service.cli.files import write_report
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json, quiet_libraries
from service.cli.trust import AtOption, CrlOption, PartyOption, TrustOption, moment, open_trust, parties
from service.cli.verify import FailOn, lights_from


def command(
    pdf: Annotated[Path, typer.Argument(help="已签章的 PDF  Sealed PDF", show_default=False)],
    trust: TrustOption = None,
    crl: CrlOption = None,
    at: AtOption = None,
    party: PartyOption = None,
    again: Annotated[
        bool, typer.Option("--recheck", help="复核随签章封存的填报数据  Check the sealed entries against the pages")
    ] = False,
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option("--report", help="写出 HTML 报告  Write the HTML report")] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="达到该灯即以 1 退出  Exit 1 from this light on")
    ] = None,
    lang: LanguageOption = "zh",
) -> None:
    """验证签章：完整性、信任、时间、吊销，以及签章后的改动。 Validate the seals of a PDF."""
    # Validating brings libraries along that no other command needs.
    from pipeline.seals.limits import SealLimits
    from pipeline.seals.process import SealProcess
    from pipeline.seals.validation import validate_confined
    from signing.report import ValidatedFile, print_report, validate_html, validate_json
    from signing.validation.policy import ValidationPolicy

    language = language_of(lang)
    quiet_libraries()
    material = open_trust(trust, crl)
    policy = ValidationPolicy(material, moment(at), parties(party))
    name, data = read_upload(pdf, SealLimits().max_bytes)
    if b"%PDF-" not in data[:1024]:
        raise InputRefused(
            "validate.not_a_pdf",
            Text(f"{name} 不是 PDF 文件。", f"{name} is no PDF."),
            Text("请选择已签章的 PDF 文件。", "Choose the sealed PDF."),
        )
    with SealProcess() as process:
        found = validate_confined(data, policy, process)
    file = ValidatedFile(name, found)
    if again:
        # The engine takes a second to import; a validation alone does without.
        from extractors.engines.paddle import PaddleEngine
        from pipeline.flow import Desk
        from pipeline.seals.recheck import recheck

        today = policy.at.astimezone(CHINA).date()
        file = ValidatedFile(name, found, recheck(found, data, name, Desk(PaddleEngine(models_dir())), today, language))
    if report is not None:
        write_report(report, validate_html([file], language=language))
    if as_json:
        print_json(validate_json(found, name, language, recheck=file.recheck))
    else:
        print_report(out(), file, language)
    if fail_on is not None and file.light >= lights_from(fail_on):
        raise typer.Exit(1)
