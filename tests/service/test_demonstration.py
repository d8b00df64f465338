"""The demonstration tenant: made once, renewed afterwards, never where others work."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import func, select

import samples
from certlight.errors import CertlightError
from service.accounts.login import PasswordLogin
from service.accounts.passwords import Passwords, demand_strong
from service.audit.chain import verify
from service.database.accounts import User
from service.database.subjects import Subject
from service.demonstration import PASSWORD, Seeded, print_seeded, seed
from service.demonstration.accounts import ACCOUNTS
from service.demonstration.seeding import KEY_PASSWORD
from service.domain.principal import Scope
from service.domain.roles import Role
from service.installation import Installation, trust_folder
from service.opening import opened
from service.settings import Settings
from service.trust_cache import CachedTrust
from signing.certificate import Certificate
from signing.keys.key_files import open_p12
from signing.trust.marking import is_demonstration
from tests.signing.pki import cert

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


@contextmanager
def installation(url: str, folder: Path) -> Iterator[Installation]:
    with opened(Settings(data_dir=folder, database_url=SecretStr(url))) as found:
        yield replace(found, clock=lambda: NOW)


@dataclass(frozen=True)
class Made:
    """A demonstration that tests read."""

    data: Path
    url: str
    seeded: Seeded


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demonstration")
    url = f"sqlite:///{folder}/demo.db"
    with installation(url, folder / "data") as found:
        return Made(folder / "data", url, seed(found))


def pem(certificate: Certificate) -> bytes:
    return certificate.crypto.public_bytes(serialization.Encoding.PEM)


def users(found: Installation) -> dict[str, User]:
    with found.reading() as session:
        return {user.login_name: user for user in session.scalars(select(User))}


def test_it_has_a_user_of_every_role_who_enters_at_once(made: Made) -> None:
    with installation(made.url, made.data) as found:
        there = users(found)
        assert {user.role for user in there.values()} == set(Role) - {Role.SYSTEM}
        policy = found.accounts
        login = PasswordLogin.of(found.engine, Passwords(policy.passwords), policy)
        for account in ACCOUNTS:
            if account.role is Role.STATION:
                assert there[account.login_name].password_hash is None
                continue
            opened_session = login.sign_in(account.login_name, PASSWORD, address="203.0.113.1", at=NOW)
            assert not opened_session.active.principal.scopes.isdisjoint({Scope.SESSION}), "has to change the password"
        with found.reading() as session:
            assert verify(session).broken is None


def test_its_enterprises_are_those_of_the_samples_and_their_keys_open(made: Made) -> None:
    seeded = made.seeded
    with installation(made.url, made.data) as found:
        with found.reading() as session:
            subjects = {subject.credit_code: subject.name for subject in session.scalars(select(Subject))}
        material = found.trust().material()
    folder = Path(samples.__file__).parent / "set"
    for name in ("licence", "licence-photo"):
        entered = json.loads((folder / f"{name}.correct.claim.json").read_text(encoding="utf-8"))["entered"]
        assert subjects[entered["uscc"]] == entered["name"]
        assert entered["name"] in dict(seeded.keys)
    for name, file in seeded.keys:
        assert file.stat().st_mode & 0o077 == 0
        holder = open_p12(file.read_bytes(), KEY_PASSWORD).certificate.holder
        assert subjects[holder.credit_code or ""] == name
    assert len(material.crls) == 2


def test_seeding_again_keeps_what_people_did_and_the_keys(database_url: str, tmp_path: Path) -> None:
    with installation(database_url, tmp_path / "data") as found:
        first = seed(found)
        keys = [(file.parent.parent / "keys" / "company-1.pem").read_bytes() for _, file in first.keys]
        hashes = {name: user.password_hash for name, user in users(found).items()}
        with found.transaction() as session:
            clerk = session.scalars(select(User).where(User.login_name == "demo.clerk")).one()
            clerk.display_name = "改过的名字"
        assert seed(found) == first
        again = users(found)
        assert {name: user.password_hash for name, user in again.items()} == hashes
        assert again["demo.clerk"].display_name == "改过的名字"
        assert [(file.parent.parent / "keys" / "company-1.pem").read_bytes() for _, file in first.keys] == keys
        with found.reading() as session:
            assert session.scalar(select(func.count()).select_from(Subject)) == 2


def test_it_is_refused_where_others_work(tmp_path: Path) -> None:
    with installation(f"sqlite:///{tmp_path}/demo.db", tmp_path / "data") as found:
        with found.transaction() as session:
            session.add(Subject(name="某企业", credit_code="91420106748871252L", created_at=NOW))
        with pytest.raises(CertlightError) as refused:
            seed(found)
        assert refused.value.code == "demo.occupied"
        assert not trust_folder(found.settings).exists()


def test_it_is_refused_beside_real_roots(tmp_path: Path) -> None:
    anchors = tmp_path / "data" / "trust" / "anchors"
    anchors.mkdir(parents=True)
    assert not is_demonstration(cert("root"))
    (anchors / "real.pem").write_bytes(pem(cert("root")))
    with installation(f"sqlite:///{tmp_path}/demo.db", tmp_path / "data") as found:
        with pytest.raises(CertlightError) as refused:
            seed(found)
        assert refused.value.code == "demo.occupied"
        assert users(found) == {}


def test_it_is_refused_in_production(tmp_path: Path) -> None:
    with installation(f"sqlite:///{tmp_path}/demo.db", tmp_path / "data") as found:
        production = replace(found, settings=found.settings.model_copy(update={"production": True}))
        with pytest.raises(CertlightError) as refused:
            seed(production)
    assert refused.value.code == "demo.production"


def test_production_does_not_start_on_a_demonstration(made: Made) -> None:
    settings = Settings(
        data_dir=made.data,
        database_url=SecretStr(made.url),
        production=True,
        public_url="https://certlight.example",
        secret_key=SecretStr("k3Jd8-Qm2x_Zr7Tb5Wn9Lc4Vh6Yp1Sg0Fa"),
    )
    with pytest.raises(CertlightError) as refused, opened(settings):
        pass
    assert refused.value.code == "settings.unsafe"
    assert "(trust)" in refused.value.message.en


@pytest.mark.parametrize(("language", "word"), [("zh", "密码"), ("en", "Password")])
def test_the_table_tells_names_passwords_and_files(made: Made, language: str, word: str) -> None:
    written, seeded = io.StringIO(), made.seeded
    print_seeded(Console(file=written, width=120), seeded, "en" if language == "en" else "zh")
    text = written.getvalue()
    wanted = [word, PASSWORD, KEY_PASSWORD, *(account.login_name for account in ACCOUNTS)]
    wanted += [str(file) for _, file in seeded.keys]
    assert [each for each in wanted if each not in text] == []


def test_the_password_of_the_demonstration_would_be_taken() -> None:
    demand_strong(PASSWORD, about=tuple(account.login_name for account in ACCOUNTS))


def test_no_trust_store_is_a_refusal_of_its_own(tmp_path: Path) -> None:
    with installation(f"sqlite:///{tmp_path}/d.db", tmp_path / "data") as found, pytest.raises(CertlightError) as none:
        found.trust()
    assert none.value.code == "trust.none"


def test_the_trust_store_is_read_again_only_when_a_file_changed(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "trust"
    shutil.copytree(made.data / "trust", folder)
    careful = CachedTrust(folder, settled=timedelta(hours=1))
    assert careful() is not careful(), "a file this young may change within one tick of the clock"
    trust = CachedTrust(folder, settled=timedelta())
    old = trust()
    assert trust() is old
    (folder / "anchors" / "second.pem").write_bytes(pem(cert("root")))
    assert len(trust().anchors) == len(old.anchors) + 1
    (folder / "anchors" / "second.pem").unlink()
    assert len(trust().anchors) == len(old.anchors)
