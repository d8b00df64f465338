"""API tokens: of programs, for oneself; of stations, made by administrators. The text is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service.accounts import tokens as accounts
from service.accounts.users import user_by_id
from service.api.calls import SignedIn
from service.api.idempotency import Made
from service.api.pages import Windowed
from service.api.shapes import Answer, Moment, Page, Request, RowId
from service.database.accounts import ApiToken, User
from service.domain.principal import Scope

router = APIRouter(tags=["tokens"])
Prefix = Annotated[str, Path(pattern=r"^[0-9a-f]{10}$", max_length=10, examples=["3f9a1c07be"])]


class TokenView(Answer):
    """A token as lists show it; its secret is nowhere."""

    prefix: str = Field(examples=["3f9a1c07be"], description="The part between the underscores.")
    name: str = Field(examples=["批量导入"])
    scopes: list[Scope]
    user_id: str
    login_name: str = Field(examples=["13800000000"])
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None
    last_used_at: Moment | None = Field(description="Exact to a minute.")

    @classmethod
    def of_row(cls, token: ApiToken, owner: User) -> TokenView:
        """A row and its user."""
        return cls(
            prefix=token.prefix,
            name=token.name,
            scopes=[Scope(scope) for scope in token.scopes],
            user_id=owner.id,
            login_name=owner.login_name,
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
            last_used_at=token.last_used_at,
        )


class NewToken(Request):
    """A token to be."""

    name: str = Field(min_length=1, max_length=200, examples=["批量导入"], description="用在哪里 · where it is used")
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["documents:read", "batch"]])
    lifetime_days: int | None = Field(
        default=None, ge=1, le=366, description="At most what the settings allow, which is also the default."
    )
    user_id: RowId | None = Field(default=None, description="采集站的编号 · a station; otherwise oneself")


class TokenMade(Answer):
    """A new token with its text, shown this once."""

    token: str = Field(description="To be sent as `Authorization: Bearer …`.", examples=["clt_3f9a1c07be_…"])
    details: TokenView


@router.get("/tokens", summary="令牌列表  Tokens")
def list_tokens(
    call: SignedIn,
    window: Windowed,
    user_id: Annotated[RowId | None, Query(description="所属用户 · whose")] = None,
) -> Page[TokenView]:
    """Oldest first, ended ones too."""
    with call.reading() as session:
        found = accounts.list_tokens(
            session, call.principal, after=window.after_id(), limit=window.wanted, user_id=user_id
        )
    shown, more = window.cut(found, lambda row: (row[0].id,))
    return Page(items=[TokenView.of_row(token, owner) for token, owner in shown], next=more)


@router.post("/tokens", status_code=201, summary="签发令牌  Make a token", response_model=TokenMade)
def create_token(call: SignedIn, body: NewToken) -> Response:
    """For oneself, or for a station. The text is shown in this answer alone.

    Sent again under its `Idempotency-Key`, the request is answered `idempotency.spent` (409).
    """

    def work(session: Session) -> Made:
        owner = user_by_id(session, call.principal, body.user_id or call.principal.user_id or "")
        made = accounts.create_token(
            session,
            call.principal,
            owner,
            call.at,
            call.installation.accounts,
            name=body.name,
            scopes=body.scopes,
            lifetime=None if body.lifetime_days is None else timedelta(days=body.lifetime_days),
        )
        return _made(*made, owner)

    return call.create(work, secret=True)


@router.post(
    "/tokens/{prefix}/rotation", status_code=201, summary="更换令牌  Replace a token", response_model=TokenMade
)
def rotate_token(call: SignedIn, prefix: Prefix) -> Response:
    """A new one with the same name, scopes and length of life; the old one ends at once."""

    def work(session: Session) -> Made:
        token, text = accounts.rotate_token(session, call.principal, prefix, call.at, call.installation.accounts)
        return _made(token, text, session.get_one(User, token.user_id))

    return call.create(work, secret=True)


@router.delete("/tokens/{prefix}", status_code=204, summary="撤销令牌  Revoke a token")
def revoke_token(call: SignedIn, prefix: Prefix) -> None:
    """For good. One that has ended already stays so."""
    with call.transaction() as session:
        accounts.revoke_token(session, call.principal, prefix, call.at)


def _made(token: ApiToken, text: accounts.TokenText, owner: User) -> Made:
    return Made(201, TokenMade(token=str(text), details=TokenView.of_row(token, owner)))
