"""The API for tests: an application over a test's database, and clients that are signed in.

The ``api`` fixture (``conftest.py``) gives an :class:`Api` on SQLite and on PostgreSQL in turn::

    def test_a_clerk_reads_templates(api: Api) -> None:
        assert api.client(Role.CLERK).get("/api/v1/templates").status_code == 200
        assert api.token(Role.CLERK, Scope.DOCUMENTS_READ).get("/api/v1/templates").status_code == 200
        assert api.anonymous().get("/api/v1/templates").status_code == 401
        other = api.client(Role.CLERK, code=OTHER_CODE)  # a clerk of another enterprise

Clients of sessions send their CSRF token by themselves. What fails unexpectedly is answered 500, as it is in earnest;
the error is in the captured log. Time stands still at ``api.clock.now`` until a test moves it. One application serves
the tests of a process in turn: a test has one :class:`Api` (and others :meth:`Api.beside` it).
"""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from service.accounts.sessions import open_session
from service.accounts.tokens import create_token
from service.accounts.users import create_user
from service.api.application import create_app
from service.api.doors import Doors
from service.api.sign_in import CSRF_HEADER, cookie_name
from service.database.accounts import User
from service.database.base import transaction
from service.domain.actors import OF_A_SUBJECT
from service.domain.principal import SYSTEM, TOKEN_SCOPES, Principal, Scope, Via
from service.domain.roles import Role
from service.installation import Installation
from service.settings import Settings
from service.storage.folder import FolderStore
from service.telemetry.readiness import Readiness
from signing.trust.demonstration.folder import Demonstration, Party, make_demo
from signing.trust.store import TrustStore
from tests.service.account_examples import CHOSEN, NOW, POLICY, Accounts, passwords, principal_of
from tests.signing.pki import COMPANY, COMPANY_CODE, OTHER_CODE, OTHER_COMPANY

SECRET: Final = "k3Vq9ZtB7xWm2LpR8sYd4HnC6jFg1TaE"
KEY_PASSWORD: Final = "demo-1234"
"""Of the demonstration's PKCS #12 files."""


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="certlight-demonstration-")


@functools.cache
def demonstration() -> Demonstration:
    """Keys and a trust store for both enterprises, valid at :data:`NOW`; made once, shared, not to be changed.

    Of its ``keys``, ``[0]`` is COMPANY_CODE's, ``[1]`` its expired and ``[2]`` its revoked one, ``[3]`` OTHER_CODE's.
    """
    parties = [Party(name=COMPANY, credit_code=COMPANY_CODE), Party(name=OTHER_COMPANY, credit_code=OTHER_CODE)]
    return make_demo(Path(_folder().name) / "pki", NOW - timedelta(days=1), parties, password=KEY_PASSWORD)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


_APPLICATIONS: dict[str, FastAPI] = {}


def _application(settings: str, installation: Installation) -> FastAPI:
    """The application with those settings, handed over to ``installation``: routes take half a second to set up."""
    if settings not in _APPLICATIONS:
        _APPLICATIONS[settings] = create_app(installation, passwords())
    app = _APPLICATIONS[settings]
    app.state.installation, app.state.doors = installation, Doors.of(installation, passwords())
    app.state.readiness = Readiness(installation)
    return app


@dataclass
class Api:
    """An application with two enterprises, two domains (``accounts``) and, as they are asked for, their users."""

    engine: Engine
    folder: Path
    clock: Clock = field(default_factory=Clock)
    settings_more: dict[str, Any] = field(default_factory=dict)
    """Settings beside the usual ones of tests."""
    accounts: Accounts = None  # type: ignore[assignment]
    """Made where none is given."""
    installation: Installation = field(init=False)
    app: FastAPI = field(init=False)
    _users: dict[tuple[Role, str], User] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.accounts = self.accounts or Accounts(self.engine)
        settings = Settings(
            data_dir=self.folder,
            database_url=self.engine.url.set(drivername=self.engine.dialect.name).render_as_string(False),
            secret_key=SECRET,
            **self.settings_more,
        )
        self.installation = Installation(
            settings,
            self.engine,
            FolderStore(self.folder / "files"),
            lambda: TrustStore.load(demonstration().trust),
            clock=self.clock,
        )
        self.app = _application(repr(sorted(self.settings_more.items())), self.installation)

    def beside(self, **settings: Any) -> Api:
        """Another application over the same rows, with other settings; users are shared."""
        other = Api(self.engine, self.folder, self.clock, settings, self.accounts)
        other._users = self._users
        return other

    def anonymous(self, **headers: str) -> TestClient:
        """A client of nobody; its base is the service's public address."""
        return TestClient(
            self.app, base_url=self.installation.settings.public_url, headers=headers, follow_redirects=False
        )

    def user(self, role: Role, *, code: str = COMPANY_CODE, domain: str = "housing") -> User:
        """The user in that role of the enterprise, the domain, or the platform; with the password CHOSEN."""
        place = code if role in OF_A_SUBJECT else domain if role is Role.REVIEWER else "platform"
        if (role, place) not in self._users:
            with transaction(self.engine) as session:
                user, password = create_user(
                    session,
                    SYSTEM,
                    passwords(),
                    self.clock(),
                    login_name=f"{role}.{place}",
                    display_name=f"王工-{place}",
                    role=role,
                    subject_id=self.accounts.subjects[code] if role in OF_A_SUBJECT else None,
                    domain_id=self.accounts.domains[domain] if role is Role.REVIEWER else None,
                )
                if password is not None:
                    user.password_hash = passwords().hash(CHOSEN)
                    user.must_change_password, user.one_time_until = False, None
            self._users[role, place] = user
        return self._users[role, place]

    def principal(self, role: Role, **place: str) -> Principal:
        """That user, as use cases are given who acts."""
        return principal_of(self.user(role, **place))

    def client(self, role: Role, **place: str) -> TestClient:
        """A browser of that user, signed in; stations use their token."""
        if role is Role.STATION:
            return self.token(role, Scope.STATION_UPLOAD, **place)
        user = self.user(role, **place)
        with transaction(self.engine) as session:
            opened = open_session(session, user, Via.PASSWORD, POLICY.sessions, self.clock())
        client = self.anonymous(**{CSRF_HEADER: opened.csrf_token})
        client.cookies.set(cookie_name(self.installation, "session"), opened.session_id)
        client.cookies.set(cookie_name(self.installation, "csrf"), opened.csrf_token)
        return client

    def token(self, role: Role, *scopes: Scope, **place: str) -> TestClient:
        """A program of that user, with these scopes; without any named, all that the role may have."""
        user = self.user(role, **place)
        with transaction(self.engine) as session:
            _, text = create_token(
                session, SYSTEM, user, self.clock(), POLICY, name="测试", scopes=scopes or TOKEN_SCOPES[role]
            )
        return self.anonymous(Authorization=f"Bearer {text}")
