"""``certlight samples``: draw sample certificates, and verify the committed ones."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from certlight.china import CHINA
from certlight.errors import SetupError, UsageError
from certlight.paths import fonts_dir, models_dir
from certlight.text import Text
from extractors.engines.paddle import PaddleEngine
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from service.cli.demo import demo_claims, demo_table
from service.cli.files import read_claim, write_report
from service.cli.models import install_assets
from service.cli.terminal import LanguageOption, err, language_of, out, quiet_libraries
from verifier.report import html_report

app = typer.Typer(help="样张  Sample certificates", no_args_is_help=True)

DEMO_DAY = date(2026, 11, 1)
"""The samples' validity dates were drawn for this day; the demonstration must not turn red as they expire."""


@app.command("fonts")
def fonts(
    folder: Annotated[Path | None, typer.Option("--to", help="字体文件夹  Font folder")] = None,
    lang: LanguageOption = "zh",
) -> None:
    """取得绘制样张所用的中文字体（开源许可）。 Fetch the fonts samples are drawn with."""
    install_assets("font", folder or fonts_dir(), language_of(lang))


@app.command("make")
def make(
    seed: Annotated[int, typer.Option("--seed", help="同一种子得到相同的文件  Same seed, same bytes")] = 1,
    to: Annotated[Path, typer.Option("--out", help="输出文件夹  Output folder")] = Path("out/samples"),
    count: Annotated[int, typer.Option("--count", min=1, help="每类份数  Documents a type")] = 1,
    types: Annotated[list[str] | None, typer.Option("--type", help="证照类型，可重复  Types; repeatable")] = None,
    degradations: Annotated[
        list[str] | None, typer.Option("--degradation", help="劣化方式，可重复  Degradations; repeatable")
    ] = None,
    committed: Annotated[
        bool, typer.Option("--committed", help="重画随项目提交的样张  Redraw the committed set")
    ] = False,
    lang: LanguageOption = "zh",
) -> None:
    """绘制样张及其真值与填报文件。 Draw samples with their truth and claims."""
    # Drawing brings a PDF and a font library along, half of the start of every other command.
    from samples import degrade
    from samples.fields import TYPES
    from samples.generate import documents, write

    language = language_of(lang)
    try:
        if committed:
            from samples.committed import SET, redraw

            files, to = redraw(), SET
        else:
            chosen = _known(types, TYPES, "--type")
            worn = _known(degradations, degrade.ALL, "--degradation") if degradations else ("clean",)
            total = len(chosen) * len(worn) * count
            drawn = documents(seed, types=chosen, degradations=worn, count=count)
            shown = track(drawn, total=total, console=err(), transient=True, disable=not err().is_terminal)
            files = tuple(path for sample in shown for path in write(sample, to))
    except OSError as error:
        raise SetupError(
            "samples.unwritable",
            Text(f"无法写入样张文件夹 {to}。", f"Cannot write samples to {to}."),
            Text("检查文件夹的写权限与剩余空间。", "Check the folder's permissions and free space."),
        ) from error
    done = Text(f"已写入 {len(files)} 个文件：{to}", f"{len(files)} files written: {to}")
    out().print(done.of(language), highlight=False, markup=False)


@app.command("demo")
def demo(
    to: Annotated[Path, typer.Option("--out", help="报告文件夹  Report folder")] = Path("out/demo"),
    lang: LanguageOption = "zh",
) -> None:
    """核验随项目提交的样张，再签章、验证、篡改一份。 Verify the committed samples; seal, validate and forge one."""
    # Sealing brings half a second of libraries along, which no other command of this module needs.
    from service.cli.demo_seal import SEALED_SAMPLE, seal_sample, show_seals
    from signing.report import validate_html

    language = language_of(lang)
    quiet_libraries()
    cases = demo_claims()
    if not cases:
        raise SetupError(
            "samples.absent",
            Text("没有找到样张。", "The samples were not found."),
            Text("请在源码目录中运行。", "Run this in the source tree."),
        )
    desk = Desk(PaddleEngine(models_dir()))
    done, pictured = [], []
    sealed = None
    for case in track(cases, console=err(), transient=True, disable=not err().is_terminal, description=""):
        with take(case.files) as document:
            claim = read_claim(case.claim, document.page_count)
            outcome = verify(document, claim, desk, DEMO_DAY)
            if (case.name, case.claim_kind) == (SEALED_SAMPLE, "correct"):
                sealed = seal_sample(document, outcome, claim, language)
            pictured.append((outcome.result, outcome.pictures()))
        done.append((case, outcome.result))
    demo_table(out(), done, language)
    report = to / "report.html"
    write_report(report, html_report(pictured, checked_at=datetime.now(CHINA), language=language))
    reports = [report]
    if sealed is not None:
        files = show_seals(sealed, to, out(), language)
        reports.append(to / "seals.html")
        write_report(reports[-1], validate_html(files, language=language))
    shown = "  ".join(str(path) for path in reports)
    out().print(Text(f"报告：{shown}", f"Reports: {shown}").of(language), highlight=False, markup=False)


def _known(wanted: list[str] | None, known: tuple[str, ...], option: str) -> tuple[str, ...]:
    if not wanted:
        return known
    unknown = [w for w in wanted if w not in known]
    if unknown:
        raise UsageError(
            "samples.unknown",
            Text(f"{option} 没有 {unknown[0]}。", f"{option} knows no {unknown[0]}."),
            Text("可选：" + "、".join(known), "Choose from: " + ", ".join(known)),
        )
    return tuple(wanted)
