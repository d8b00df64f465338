"""``certlight admin enterprise`` and ``domain``: who works with this installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from certlight.text import Text
from service.cli.admin_view import SCHEMA, line, say
from service.cli.opened import DatabaseOption, opened_database
from service.cli.terminal import JsonOption, LanguageOption, language_of, print_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

enterprises = typer.Typer(help="企业  Enterprises", no_args_is_help=True)
domains = typer.Typer(help="核验领域  Regulator domains", no_args_is_help=True)
_PAGE = 500


@enterprises.command("create")
def create_enterprise(
    code: Annotated[str, typer.Argument(metavar="CODE", help="统一社会信用代码  Credit code")],
    name: Annotated[str, typer.Option("--name", help="企业名称，与营业执照一致  Name, as on the licence")],
    capacity: Annotated[
        list[str] | None,
        typer.Option("--capacity", help="bidder | tenderer | agency，可重复，默认 bidder  Capacity; repeatable"),
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """登记企业。 Register an enterprise."""
    from service.domain.principal import SYSTEM
    from service.domain.roles import SubjectRole
    from service.subjects.enterprises import register

    language = language_of(lang)
    wanted = capacity or [SubjectRole.BIDDER.value]
    if set(wanted) - set(SubjectRole):
        raise typer.BadParameter("bidder | tenderer | agency", param_hint="--capacity")
    with _work(database, found=True) as (session, at):
        roles = [SubjectRole(each) for each in wanted]
        made = register(session, SYSTEM, name=name, credit_code=code, capacities=roles, at=at)
        shown = {"id": made.id, "name": made.name, "credit_code": made.credit_code}
    if as_json:
        print_json({"schema": SCHEMA, "enterprise": shown})
    else:
        say(Text(f"已登记 {made.credit_code}", f"Registered {made.credit_code}"), language)


@enterprises.command("list")
def list_enterprises(database: DatabaseOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """列出企业。 List enterprises."""
    from sqlalchemy import select

    from service.database.subjects import Subject

    language_of(lang)
    with _work(database) as (session, _):
        found = session.scalars(select(Subject).order_by(Subject.id)).all()
    if as_json:
        rows = [
            {"id": each.id, "name": each.name, "credit_code": each.credit_code, "active": each.active} for each in found
        ]
        print_json({"schema": SCHEMA, "enterprises": rows})
        return
    for each in found:
        line("●" if each.active else "○", each.credit_code, each.name)


@domains.command("create")
def create_a_domain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="领域代码  Code")],
    name: Annotated[str, typer.Option("--name", help="名称  Name")],
    name_en: Annotated[str | None, typer.Option("--name-en", help="英文名称  English name")] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """建立核验领域。 Set up a regulator domain."""
    from service.domain.principal import SYSTEM
    from service.review.domains import create_domain

    language = language_of(lang)
    with _work(database, found=True) as (session, at):
        made = create_domain(session, SYSTEM, code=code, name=name, name_en=name_en, at=at)
        shown = {"id": made.id, "code": made.code, "name": made.name}
    if as_json:
        print_json({"schema": SCHEMA, "domain": shown})
    else:
        say(Text(f"已建立 {made.code}", f"Set up {made.code}"), language)


@domains.command("list")
def show_domains(database: DatabaseOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """列出核验领域。 List regulator domains."""
    from service.database.pushes import Domain
    from service.domain.principal import SYSTEM
    from service.review.domains import list_domains

    language_of(lang)
    with _work(database) as (session, _):
        found: list[Domain] = []
        while page := list_domains(session, SYSTEM, after=found[-1].code if found else None, limit=_PAGE):
            found += page
    if as_json:
        rows = [{"id": each.id, "code": each.code, "name": each.name, "active": each.active} for each in found]
        print_json({"schema": SCHEMA, "domains": rows})
        return
    for each in found:
        line("●" if each.active else "○", each.code, each.name)


@contextmanager
def _work(database: str | None, *, found: bool = False) -> Iterator[tuple[Session, datetime]]:
    from service.database.base import transaction

    with opened_database(database, found=found) as engine, transaction(engine) as session:
        yield session, datetime.now(UTC)
