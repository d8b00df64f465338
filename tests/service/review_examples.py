"""Documents of the library, pushed to domains, and the people around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from certlight.light import Light
from service.accounts.sessions import open_session
from service.accounts.users import create_user
from service.api.sign_in import CSRF_HEADER, cookie_name
from service.database.accounts import User
from service.database.base import transaction
from service.database.documents import DocumentVersion
from service.database.subjects import Subject
from service.domain.actors import OF_A_SUBJECT, Actor
from service.domain.principal import SYSTEM, Via
from service.domain.roles import Role
from tests.service.account_examples import NOW, POLICY, passwords
from tests.service.api_client import Api
from tests.service.rows import a_submitted
from tests.signing.pki import COMPANY_CODE


@dataclass
class Desks:
    """People at an API, by their names; each is signed in once, and there may be several in a role."""

    api: Api
    users: dict[str, User] = field(default_factory=dict)
    browsers: dict[str, TestClient] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.api.engine

    def user(self, name: str, role: Role, *, code: str = COMPANY_CODE, domain: str = "housing") -> User:
        if name not in self.users:
            accounts = self.api.accounts
            with transaction(self.engine) as session:
                self.users[name], _ = create_user(
                    session,
                    SYSTEM,
                    passwords(),
                    NOW,
                    login_name=name,
                    display_name="王工",
                    role=role,
                    subject_id=accounts.subjects[code] if role in OF_A_SUBJECT else None,
                    domain_id=accounts.domains[domain] if role is Role.REVIEWER else None,
                )
                self.users[name].must_change_password = False
        return self.users[name]

    def person(self, name: str, role: Role, **place: str) -> TestClient:
        """The browser of a user called ``name``."""
        if name not in self.browsers:
            user = self.user(name, role, **place)
            with transaction(self.engine) as session:
                opened = open_session(session, user, Via.PASSWORD, POLICY.sessions, self.api.clock())
            client = self.api.anonymous(**{CSRF_HEADER: opened.csrf_token})
            for word, value in (("session", opened.session_id), ("csrf", opened.csrf_token)):
                client.cookies.set(cookie_name(self.api.installation, word), value)
            self.browsers[name] = client
        return self.browsers[name]

    def clerk(self) -> TestClient:
        return self.person("clerk", Role.CLERK)

    def reviewer(self, name: str = "reviewer", domain: str = "housing") -> TestClient:
        return self.person(name, Role.REVIEWER, domain=domain)

    def domain(self, code: str = "housing") -> str:
        return self.api.accounts.domains[code]

    def in_library(self, light: Light = Light.GREEN, code: str = COMPANY_CODE) -> DocumentVersion:
        """A version that has entered the library."""
        with transaction(self.engine) as session:
            subject = session.get_one(Subject, self.api.accounts.subjects[code])
            return a_submitted(session, subject, Actor(Role.CLERK, "somebody", subject.id), light)

    def pushed(self, light: Light = Light.GREEN, domain: str = "housing") -> dict[str, Any]:
        """A push by the clerk, as it was answered."""
        version = self.in_library(light)
        body = {"domain_id": self.domain(domain)}
        answer = self.clerk().post(f"/api/v1/documents/{version.document_id}/pushes", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made
