"""``certlight worker``: processes that do the service's jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.terminal import LanguageOption, language_of


def command(
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency", min=1, max=64, help="工作进程数，默认按设置  Processes; the settings' by default"
        ),
    ] = None,
    lang: LanguageOption = "zh",
) -> None:
    """处理任务，直到收到停止信号。 Do jobs until told to end."""
    from service.settings import load
    from service.telemetry.logs import configure_logging
    from service.worker.program import run_workers

    language_of(lang)
    settings = load()
    configure_logging(settings.log_level)
    run_workers(settings, concurrency or settings.workers)
