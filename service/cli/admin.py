"""``certlight admin``: users, tokens, tenants, backup; every change is in the operation log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from certlight.text import Text
from certlight.visible import visible
from service.cli import admin_backup, admin_tenants
from service.cli.admin_view import SCHEMA, line, say, say_password, say_token, token_json, user_json
from service.cli.opened import DatabaseOption, opened_database
from service.cli.terminal import JsonOption, LanguageOption, language_of, print_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from service.accounts.policy import AccountPolicy
    from service.database.accounts import User

app = typer.Typer(
    help="平台管理：用户、令牌、企业、备份、密钥  Users, tokens, enterprises, backup, secrets", no_args_is_help=True
)
users = typer.Typer(help="用户  Users", no_args_is_help=True)
tokens = typer.Typer(help="访问令牌  API tokens", no_args_is_help=True)
app.add_typer(users, name="user")
app.add_typer(tokens, name="token")
app.add_typer(admin_tenants.enterprises, name="enterprise")
app.add_typer(admin_tenants.domains, name="domain")
app.command("backup")(admin_backup.backup)
app.command("backup-verify")(admin_backup.backup_verify)
app.command("restore")(admin_backup.restore)
app.command("rotate-secret")(admin_backup.rotate_secret)

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名，一般为手机号  Login name")]
PrefixArgument = Annotated[str, typer.Argument(metavar="PREFIX", help="令牌前缀  The token's prefix")]


@users.command("create")
def create(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="姓名  Name")],
    role: Annotated[
        str,
        typer.Option(
            "--role", help="clerk | enterprise_admin | reviewer | platform_admin | auditor | station  角色 Role"
        ),
    ],
    enterprise: Annotated[
        str | None, typer.Option("--enterprise", help="企业统一社会信用代码  Credit code of the enterprise")
    ] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="核验领域代码  Code of the reviewer's domain")] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """建立用户，输出一次性密码。 Make a user and print the password to hand over."""
    from service.accounts.passwords import Passwords
    from service.accounts.tenants import domain_coded, subject_coded
    from service.accounts.users import create_user
    from service.domain.principal import SYSTEM
    from service.domain.roles import Role

    language = language_of(lang)
    if role not in set(Role) - {Role.SYSTEM}:
        raise typer.BadParameter("clerk | enterprise_admin | reviewer | platform_admin | auditor | station")
    with _work(database, found=True) as work:
        user, password = create_user(
            work.session,
            SYSTEM,
            Passwords(work.policy.passwords),
            work.at,
            login_name=login,
            display_name=name,
            role=Role(role),
            subject_id=None if enterprise is None else subject_coded(work.session, enterprise),
            domain_id=None if domain is None else domain_coded(work.session, domain),
        )
    say_password(user, password, language, as_json)


@users.command("disable")
def disable(login: LoginArgument, database: DatabaseOption = None, lang: LanguageOption = "zh") -> None:
    """停用用户：立即退出登录，令牌失效。 Disable a user: sessions end at once, tokens are refused."""
    from service.accounts.users import disable_user
    from service.domain.principal import SYSTEM

    language = language_of(lang)
    with _work(database) as work:
        disable_user(work.session, SYSTEM, work.user(login), work.at)
    say(Text("已停用。", "Disabled."), language)


@users.command("enable")
def enable(login: LoginArgument, database: DatabaseOption = None, lang: LanguageOption = "zh") -> None:
    """重新启用用户。 Enable a disabled user again."""
    from service.accounts.users import enable_user
    from service.domain.principal import SYSTEM

    language = language_of(lang)
    with _work(database) as work:
        enable_user(work.session, SYSTEM, work.user(login), work.at)
    say(Text("已启用。", "Enabled."), language)


@users.command("reset-password")
def reset(
    login: LoginArgument,
    revoke_tokens: Annotated[
        bool, typer.Option("--revoke-tokens", help="同时撤销其全部令牌（账号曾被他人使用时）  Revoke all tokens, too")
    ] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """重置密码，输出一次性密码；原有登录全部退出。 Print a one-time password; all sessions end."""
    from service.accounts.passwords import Passwords
    from service.accounts.users import reset_password
    from service.domain.principal import SYSTEM

    language = language_of(lang)
    with _work(database) as work:
        user = work.user(login)
        passwords = Passwords(work.policy.passwords)
        password = reset_password(work.session, SYSTEM, user, passwords, work.at, revoke_tokens=revoke_tokens)
    say_password(user, password, language, as_json)


@users.command("list")
def show_users(database: DatabaseOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """列出用户。 List users."""
    from service.accounts.users import list_users
    from service.domain.principal import SYSTEM

    language_of(lang)
    with _work(database) as work:
        found: list[User] = []
        while page := list_users(work.session, SYSTEM, after=found[-1].id if found else ""):
            found += page
    if as_json:
        print_json({"schema": SCHEMA, "users": [user_json(user) for user in found]})
        return
    for user in found:
        mark = "○" if user.disabled_at is not None else "●"
        line(mark, user.login_name, user.role.value, user.subject_id or user.domain_id or "-", user.display_name)


@tokens.command("create")
def create_a_token(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="用途  What it is for")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", help="documents:read | documents:write | batch | station:upload，可重复  Scope; repeatable"
        ),
    ],
    days: Annotated[int | None, typer.Option("--days", min=1, help="有效天数  Days it is good for")] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    lang: LanguageOption = "zh",
) -> None:
    """签发令牌，只显示一次。 Make a token; it is shown once."""
    from service.accounts.tokens import create_token
    from service.domain.principal import SYSTEM, Scope

    language = language_of(lang)
    if unknown := sorted(set(scope) - set(Scope)):
        raise typer.BadParameter(f"{visible(unknown[0])}?", param_hint="--scope")
    with _work(database) as work:
        token, text = create_token(
            work.session,
            SYSTEM,
            work.user(login),
            work.at,
            work.policy,
            name=name,
            scopes=[Scope(each) for each in scope],
            lifetime=None if days is None else timedelta(days=days),
        )
    say_token(token, text, language, as_json)


@tokens.command("revoke")
def revoke(prefix: PrefixArgument, database: DatabaseOption = None, lang: LanguageOption = "zh") -> None:
    """撤销令牌。 End a token for good."""
    from service.accounts.tokens import revoke_token
    from service.domain.principal import SYSTEM

    language = language_of(lang)
    with _work(database) as work:
        revoke_token(work.session, SYSTEM, prefix, work.at)
    say(Text("已撤销。", "Revoked."), language)


@tokens.command("rotate")
def rotate(
    prefix: PrefixArgument, database: DatabaseOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh"
) -> None:
    """换发令牌：旧令牌立即失效。 Put a new token in an old one's place, which ends at once."""
    from service.accounts.tokens import rotate_token
    from service.domain.principal import SYSTEM

    language = language_of(lang)
    with _work(database) as work:
        token, text = rotate_token(work.session, SYSTEM, prefix, work.at, work.policy)
    say_token(token, text, language, as_json)


@tokens.command("list")
def show_tokens(database: DatabaseOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """列出令牌（不含密文）。 List tokens, without their secrets."""
    from service.accounts.tokens import list_tokens
    from service.domain.principal import SYSTEM

    language_of(lang)
    with _work(database) as work:
        found = list_tokens(work.session, SYSTEM)
    if as_json:
        print_json({"schema": SCHEMA, "tokens": [token_json(token, owner) for token, owner in found]})
        return
    for token, owner in found:
        good = token.revoked_at is None and work.at < token.expires_at and owner.disabled_at is None
        until = token.expires_at.strftime("%Y-%m-%d")
        line("●" if good else "○", token.prefix, owner.login_name, ",".join(token.scopes), until, token.name)


@dataclass(frozen=True, slots=True)
class _Work:
    session: Session
    policy: AccountPolicy
    at: datetime

    def user(self, login: str) -> User:
        from service.accounts.users import user_named
        from service.domain.principal import SYSTEM

        return user_named(self.session, SYSTEM, login)


@contextmanager
def _work(database: str | None, *, found: bool = False) -> Iterator[_Work]:
    from service.accounts.policy import AccountPolicy
    from service.database.base import transaction
    from service.settings import load

    settings = load()
    with opened_database(database, settings, found=found) as engine, transaction(engine) as session:
        yield _Work(session, AccountPolicy.of(settings), datetime.now(UTC))
