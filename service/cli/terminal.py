"""What the command line shows: the consoles, progress, refusals."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer.exceptions import TyperException

from certlight.errors import CertlightError, InternalError
from certlight.paths import data_dir
from certlight.text import Language, Text
from extractors.engines.offline import keep_offline
from pipeline.reading import Progress as Report

LanguageOption = Annotated[str, typer.Option("--lang", help="zh 或 en：提示与理由的语言 Language of reasons")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出版本化 JSON  Print versioned JSON")]

STAGES: dict[str, Text] = {
    "read": Text("识别页面", "Reading pages"),
    "reread": Text("精读关键页", "Rereading key pages"),
}

_language: Language = "zh"


def language_of(value: str) -> Language:
    """The language asked for. Raises BadParameter for any other word."""
    global _language
    if value not in ("zh", "en"):
        raise typer.BadParameter("zh | en", param_hint="--lang")
    _language = "en" if value == "en" else "zh"
    return _language


def write_chinese() -> None:
    """Let both streams write Chinese whatever the locale: a bare one (LC_ALL=C, a service) can encode none of it.

    A locale that can is kept; the few signs it may lack (● in GBK terminals) come out as question marks.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        try:
            "证照".encode(stream.encoding)
        except UnicodeEncodeError:
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors="replace")


def out() -> Console:
    return Console()


def err() -> Console:
    return Console(stderr=True)


def is_interactive() -> bool:
    """Whether a person can be asked something."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def progress(language: Language, pages: int) -> Iterator[Report]:
    """A progress bar on the error stream for work of several pages; silent when that is not a terminal."""
    console = err()
    if pages < 2 or not console.is_terminal:
        yield lambda stage, done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES.get(stage, Text(stage, stage)).of(language), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield report


def fail(error: CertlightError) -> int:
    """Show a refusal and its remedy on the error stream; returns the exit code."""
    console = err()
    console.print(f"✗ {error.message.of(_language)}", style="bold red", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  {error.remedy.of(_language)}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  [{error.code}]", style="dim", markup=False, highlight=False)
    return error.exit_code


def usage(error: TyperException) -> int:
    """Show what is wrong with the call itself; returns exit code 2."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
    else:
        err().print(str(error), style="bold red", markup=False, highlight=False)
    return 2


def fail_unexpected(error: Exception) -> int:
    """A defect of ours: no stack trace for the user, one in the log for us when it is asked for."""
    if os.environ.get("CERTLIGHT_DEBUG"):
        logging.getLogger("certlight").exception("unexpected")
    kind = type(error).__name__
    return fail(
        InternalError(
            "internal.unexpected",
            Text(f"程序内部错误（{kind}）。", f"Internal error ({kind})."),
            Text(
                "请将命令与 CERTLIGHT_DEBUG=1 时的输出发给维护者。",
                "Send the maintainers the command and its output with CERTLIGHT_DEBUG=1.",
            ),
        )
    )


def print_json(report: object) -> None:
    """One JSON document on standard output, UTF-8 whatever the locale."""
    sys.stdout.buffer.write((json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace"))
    sys.stdout.flush()


def quiet_libraries() -> None:
    """Keep the OCR libraries' warnings and chatter off the user's terminal, and the libraries off the network."""
    warnings.filterwarnings("ignore")
    keep_offline(data_dir() / "engine-cache")
