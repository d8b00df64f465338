"""What ``certlight admin`` shows: one-time passwords and tokens, once, and lists of users and tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import typer

from certlight.text import Language, Text
from certlight.visible import visible
from service.cli.terminal import out, print_json

if TYPE_CHECKING:
    from service.accounts.tokens import TokenText
    from service.database.accounts import ApiToken, User

SCHEMA: Final = "certlight.admin/1"


def say(text: Text, language: Language) -> None:
    """A change that was made."""
    out().print(f"✓ {text.of(language)}", markup=False, highlight=False, soft_wrap=True)


def line(*parts: str) -> None:
    """One line of a list; nothing in it passes for another."""
    shown = "  ".join(visible(part).replace("\n", " ") for part in parts)
    out().print(shown, markup=False, highlight=False, soft_wrap=True)


def say_password(user: User, password: str | None, language: Language, as_json: bool) -> None:
    """A user, and the password to hand over."""
    if as_json:
        print_json({"schema": SCHEMA, "user": user_json(user), "one_time_password": password})
        return
    say(Text(f"用户 {user.login_name}（{user.role}）", f"User {user.login_name} ({user.role})"), language)
    if password is not None:
        typer.echo(password)
        said = Text(
            "以上为一次性密码，7 天内有效，首次登录时须修改；此后不再显示。",
            "This password is good for 7 days, has to be changed at the first sign-in, and is not shown again.",
        )
        out().print(f"  {said.of(language)}", markup=False, highlight=False, soft_wrap=True)


def say_token(token: ApiToken, text: TokenText, language: Language, as_json: bool) -> None:
    """A new token; nobody can show it again."""
    if as_json:
        print_json(
            {"schema": SCHEMA, "token": str(text), "prefix": token.prefix, "expires_at": _time(token.expires_at)}
        )
        return
    typer.echo(str(text))
    until = token.expires_at.strftime("%Y-%m-%d")
    said = Text(f"以上令牌有效至 {until}，不再显示。", f"This token is good until {until} and is not shown again.")
    out().print(f"  {said.of(language)}", markup=False, highlight=False, soft_wrap=True)


def user_json(user: User) -> dict[str, Any]:
    """A user in JSON."""
    return {
        "id": user.id,
        "login_name": user.login_name,
        "display_name": user.display_name,
        "role": user.role.value,
        "subject_id": user.subject_id,
        "domain_id": user.domain_id,
        "disabled": user.disabled_at is not None,
        "must_change_password": user.must_change_password,
        "created_at": _time(user.created_at),
    }


def token_json(token: ApiToken, owner: User) -> dict[str, Any]:
    """A token in JSON, without its secret."""
    return {
        "prefix": token.prefix,
        "name": token.name,
        "login_name": owner.login_name,
        "scopes": token.scopes,
        "expires_at": _time(token.expires_at),
        "revoked_at": _time(token.revoked_at),
        "last_used_at": _time(token.last_used_at),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
