"""One request as routes see it: who calls, when, in which language, and the installation that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from certlight.text import Language
from service.api.idempotency import Creation, Made, body_sha256, create_once, idempotency_key
from service.api.languages import language_of
from service.api.sign_in import SESSION_SCHEME, TOKEN_SCHEME, signed_in
from service.domain.actors import Actor
from service.domain.principal import Principal
from service.installation import Installation


@dataclass(frozen=True, slots=True)
class Call:
    """What every route is given."""

    installation: Installation
    at: datetime
    """The moment of the request; everything it does is dated so."""
    language: Language


@dataclass(frozen=True, slots=True)
class Authorised(Call):
    """The call of somebody who is signed in."""

    principal: Principal
    creation: Creation = field(repr=False)

    @property
    def actor(self) -> Actor:
        """Who acts, to state machines and log."""
        return self.principal.actor

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """See :meth:`service.installation.Installation.transaction`."""
        with self.installation.transaction() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See :meth:`service.installation.Installation.reading`."""
        with self.installation.reading() as session:
            yield session

    def create(
        self, work: Callable[[Session], Made], *, content: str | None = None, secret: bool = False
    ) -> JSONResponse:
        """Do ``work`` in one transaction with the answer's memory: a POST sent twice under one key creates once.

        A second request waits for the first and is answered the same (status, headers, body). Where ``work`` raises,
        nothing is kept and the key may be used again. ``content`` is the hash of what a streamed body held (a JSON
        body is hashed already); ``secret`` answers are never kept, and a second request is told so. Raises what
        ``work`` raises, UsageError ``idempotency.*``.
        """
        return create_once(self.installation, self.creation, self.at, work, content=content, secret=secret)


def installation_of(request: Request) -> Installation:
    """The one that this application serves."""
    found: Installation = request.app.state.installation
    return found


def call(request: Request) -> Call:
    """The dependency of public routes."""
    installation = installation_of(request)
    return Call(installation, installation.clock(), language_of(request.headers.get("accept-language")))


def authorised(
    request: Request,
    key: Annotated[str | None, Depends(idempotency_key)],
    sha256: Annotated[str, Depends(body_sha256)],
    _session: Annotated[object, Security(SESSION_SCHEME)] = None,
    _token: Annotated[object, Security(TOKEN_SCHEME)] = None,
) -> Authorised:
    """The dependency of all other routes. Raises as :func:`service.api.sign_in.signed_in`."""
    installation = installation_of(request)
    at = installation.clock()
    principal = signed_in(request, installation, at)
    request.state.user_id = principal.user_id
    creation = Creation(key, principal, request.method, f"{request.url.path}?{request.url.query}", sha256)
    return Authorised(installation, at, language_of(request.headers.get("accept-language")), principal, creation)


Public = Annotated[Call, Depends(call)]
SignedIn = Annotated[Authorised, Depends(authorised)]
