"""Documents of the library, pushed to domains, and the people around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi.testclient import TestClient

from certlight.light import Light
from service.accounts.users import create_user
from service.database.accounts import User
from service.database.base import transaction
from service.database.documents import DocumentVersion
from service.database.subjects import Subject
from service.domain.actors import Actor
from service.domain.principal import SYSTEM
from service.domain.roles import Role
from tests.service.account_examples import ADDRESS, CHOSEN, NOW, passwords
from tests.service.rows import a_submitted
from tests.service.sites import Site
from tests.signing.pki import COMPANY_CODE


@dataclass
class Desks:
    """The site's browsers by names of people; each is signed in once."""

    site: Site
    browsers: dict[str, TestClient] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def person(self, name: str, role: Role, *, code: str = COMPANY_CODE, domain: str = "housing") -> TestClient:
        """The browser of a user called ``name``."""
        if name not in self.browsers:
            accounts = self.site.accounts
            with transaction(accounts.engine) as session:
                user, first = create_user(
                    session,
                    SYSTEM,
                    passwords(),
                    NOW,
                    login_name=name,
                    display_name="王工",
                    role=role,
                    subject_id=accounts.subjects[code] if role in (Role.CLERK, Role.ENTERPRISE_ADMIN) else None,
                    domain_id=accounts.domains[domain] if role is Role.REVIEWER else None,
                )
            opened = accounts.enter(name, str(first))
            opened = accounts.login.change_password(opened.active, str(first), CHOSEN, address=ADDRESS, at=NOW)
            self.users[name], self.browsers[name] = user, self.site.signed_in(opened)
        return self.browsers[name]

    def clerk(self) -> TestClient:
        return self.person("clerk", Role.CLERK)

    def reviewer(self, name: str = "reviewer", domain: str = "housing") -> TestClient:
        return self.person(name, Role.REVIEWER, domain=domain)

    def domain(self, code: str = "housing") -> str:
        return self.site.accounts.domains[code]

    def in_library(self, light: Light = Light.GREEN, code: str = COMPANY_CODE) -> DocumentVersion:
        """A version that has entered the library."""
        with transaction(self.site.accounts.engine) as session:
            subject = session.get_one(Subject, self.site.accounts.subjects[code])
            return a_submitted(session, subject, Actor(Role.CLERK, "somebody", subject.id), light)

    def pushed(self, light: Light = Light.GREEN, domain: str = "housing") -> dict[str, object]:
        """A push by the clerk, as it was answered."""
        version = self.in_library(light)
        body = {"domain_id": self.domain(domain)}
        answer = self.clerk().post(f"/api/v1/documents/{version.document_id}/pushes", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, object] = answer.json()
        return made
