"""``certlight audit``: whether the operation log is whole, and its head, to be kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from certlight.text import Text
from service.cli.opened import DatabaseOption, opened_database
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="操作记录的完整性  The operation log", no_args_is_help=True)


@app.command("verify")
def verify(
    database: DatabaseOption = None,
    head: Annotated[
        str | None, typer.Option("--head", help="此前留存的链头，序号:哈希  A head kept from before, seq:hash")
    ] = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """核验操作记录链：有无改动、缺失、截断。 Walk the chain of the operation log; exit 4 when it is broken."""
    from service.audit.chain import FAULTS, Head
    from service.audit.chain import verify as walk

    language = language_of(lang)
    known = Head.parse(head) if head is not None else None
    with _opened(database) as session:
        report = walk(session, known)
    if as_json:
        print_json(report.to_json())
    elif report.broken is None:
        said = Text(
            f"操作记录完整：共 {report.intact} 条。链头：{report.head}",
            f"The operation log is whole: {report.intact} entries. Head: {report.head}",
        )
        out().print(f"● {said.of(language)}", highlight=False, markup=False, soft_wrap=True)
    else:
        why = FAULTS[report.broken.fault]
        said = Text(
            f"操作记录在第 {report.broken.seq} 条中断：{why.zh}。完整 {report.intact} 条，现存 {report.present} 条。",
            f"The operation log breaks at entry {report.broken.seq}: {why.en}. "
            f"Of {report.present} entries, the first {report.intact} hold.",
        )
        out().print(f"■ {said.of(language)}", highlight=False, markup=False, soft_wrap=True)
    if not report.whole:
        raise typer.Exit(4)


@app.command("head")
def head(database: DatabaseOption = None, lang: LanguageOption = "zh") -> None:
    """输出链头，供留存于别处。 Print the head of the log, to be kept where the database's owner cannot write."""
    from service.audit.chain import head_of

    language_of(lang)
    with _opened(database) as session:
        typer.echo(str(head_of(session)))


@contextmanager
def _opened(database: str | None) -> Iterator[Session]:
    """Raises SetupError ``database.missing`` instead of making an empty database where none is."""
    from service.database.engine import reading

    with opened_database(database) as engine, reading(engine) as session:
        yield session
