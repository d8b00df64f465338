"""Sealing as jobs: prepared, signed elsewhere, finished, validated; and what goes wrong on the way."""

from __future__ import annotations

import io
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from certlight.errors import CertlightError
from extractors.engines.null import NullEngine
from service.checking.bilingual import spoken
from service.database.accounts import User
from service.database.documents import DocumentVersion
from service.database.evidence import Seal
from service.database.jobs import Job
from service.database.operations import Operation
from service.database.sealings import PreparationState, SealPreparation, Validation
from service.domain.documents import DocumentState
from service.domain.jobs import JobKind, JobPriority
from service.domain.principal import EVERYTHING, Principal, Via
from service.sealing.asking import ask_for_seal, hand_in
from service.sealing.keeping import forget_preparations, forget_validations
from service.sealing.validating import ask_for_validation, ask_in_public, forget_public, newest_validation
from service.sealing.wishes import Place, Wish
from signing.keys.key import SealKey
from signing.sealing.order import Level
from tests.service.work import Counting, Owner, Works, an_owner, filled, uploaded, works
from tests.signing import pki, sealed
from tests.test_flow import ENTERED, LICENCE, scan

SEAL = JobKind.SEAL
SEEN = Wish(placement=Place(page=0, x=4, y=104, width=40))


def principal(owner: Owner) -> Principal:
    return Principal(owner.clerk.id, owner.clerk.role, owner.subject_id, None, EVERYTHING, Via.PASSWORD)


def a_filled(at_work: Works, files: int = 1) -> tuple[Owner, str, str]:
    owner = an_owner(at_work)
    document_id, version_id = uploaded(at_work, owner, [(f"{i}.png", scan(LICENCE[: 12 - i])) for i in range(files)])
    filled(at_work, owner, version_id, dict(ENTERED))
    return owner, document_id, version_id


def asked(at_work: Works, owner: Owner, document_id: str, key: SealKey, wish: Wish = SEEN) -> str:
    """The job that prepares."""
    with at_work.installation.transaction() as session:
        certificates = [key.certificate, *key.chain]
        begun = ask_for_seal(
            session,
            principal(owner),
            at_work.installation,
            document_id,
            certificates,
            wish,
            at=at_work.installation.clock(),
        )
        return begun.job.id


def signed(at_work: Works, owner: Owner, document_id: str, preparation_id: str, key: SealKey) -> str:
    """The job that finishes."""

    def sign(row: SealPreparation) -> bytes:
        return key.sign(b64decode(row.signed_attributes or ""), row.digest_algorithm or "")

    with at_work.installation.transaction() as session:
        begun = hand_in(session, principal(owner), document_id, preparation_id, sign, at=at_work.installation.clock())
        return begun.job.id


def sealed_by(at_work: Works, owner: Owner, document_id: str, key: SealKey, wish: Wish = SEEN) -> dict[str, Any]:
    preparation = at_work.done(asked(at_work, owner, document_id, key, wish))
    return at_work.done(signed(at_work, owner, document_id, preparation["preparation_id"], key))


def content(at_work: Works, owner: Owner, sha256: str) -> bytes:
    with at_work.installation.store.open(owner.subject_id, sha256) as file:
        return file.read()


@pytest.mark.parametrize("kind", ["p12", "token-rsa", "token-ec"])
def test_a_seal_in_two_phases(engine: Engine, tmp_path: Path, kind: str) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, version_id = a_filled(at_work, files=2)
    with sealed.key(kind) as key:
        result = sealed_by(at_work, owner, document_id, key)
    pdf = content(at_work, owner, result["sealed_sha256"])
    sealed.judge(pdf, 1)
    with at_work.installation.reading() as session:
        seal = session.get_one(Seal, result["seal_id"])
        version = session.get_one(DocumentVersion, version_id)
        assert version.state is DocumentState.SEALED
        assert seal.covers == version.coverage()
        assert seal.signer == pki.COMPANY
        assert spoken(seal.report, "zh")["indication"] == "TOTAL-PASSED"
        assert [s["light"] for s in seal.report["signatures"]] == ["green"]
        assert seal.report["enclosed"] is True
        assert session.scalars(select(SealPreparation.state)).all() == [PreparationState.SPENT]
        logged = session.scalars(select(Operation).where(Operation.action == "document.seal")).one()
        assert logged.actor_id == owner.clerk.id
    # A check of it is green: entries and seal agree.
    assert at_work.do(JobKind.CHECK, {"version_id": version_id}, owner.subject_id)["light"] == "green"


def test_what_was_read_before_is_not_read_for_the_seal(engine: Engine, tmp_path: Path) -> None:
    counting = Counting(NullEngine(LICENCE))
    at_work = works(engine, tmp_path, counting)
    owner, document_id, version_id = a_filled(at_work)
    at_work.do(JobKind.CHECK, {"version_id": version_id, "trial": True}, owner.subject_id)
    before = counting.asked
    sealed_by(at_work, owner, document_id, sealed.p12())
    at_work.do(JobKind.CHECK, {"version_id": version_id}, owner.subject_id)
    assert counting.asked == before


def test_another_enterprise_s_certificate_is_refused_before_any_work(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    for label, code in [
        ("other", "seal.other_enterprise"),
        ("company-expired", "certificate.expired"),
        ("company-revoked", "certificate.revoked"),
        ("company-wrong-ku", "certificate.key_usage"),
    ]:
        with pytest.raises(CertlightError) as refused:
            asked(at_work, owner, document_id, sealed.p12(label))
        assert refused.value.code.split(".")[0] == code.split(".")[0], (label, refused.value.code)
    with at_work.installation.reading() as session:
        assert session.scalars(select(SealPreparation)).all() == []
        assert session.scalars(select(Job)).all() == []


def test_a_wrong_signature_costs_another_try(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    preparation = at_work.done(asked(at_work, owner, document_id, sealed.p12()))["preparation_id"]
    with pytest.raises(CertlightError) as refused:
        signed(at_work, owner, document_id, preparation, sealed.p12("other"))
    assert refused.value.code == "seal.signature_wrong"
    first = signed(at_work, owner, document_id, preparation, sealed.p12())
    second = signed(at_work, owner, document_id, preparation, sealed.p12())
    at_work.done(first)
    with pytest.raises(CertlightError) as refused:
        at_work.done(second)
    assert refused.value.code in ("state.preparation_spent", "state.changed_meanwhile")
    with pytest.raises(CertlightError) as refused:
        signed(at_work, owner, document_id, preparation, sealed.p12())
    assert refused.value.code == "state.preparation_spent"
    with at_work.installation.reading() as session:
        assert len(session.scalars(select(Seal)).all()) == 1


def test_entries_changed_before_the_signature_make_it_worthless(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, version_id = a_filled(at_work)
    preparation = at_work.done(asked(at_work, owner, document_id, sealed.p12()))["preparation_id"]
    finishing = at_work.prepared(signed(at_work, owner, document_id, preparation, sealed.p12()))
    filled(at_work, owner, version_id, {**ENTERED, "name": "别的名称"})
    with pytest.raises(CertlightError) as refused:
        signed(at_work, owner, document_id, preparation, sealed.p12())
    assert refused.value.code == "state.changed_meanwhile"
    with pytest.raises(CertlightError) as refused:
        finishing()
    assert refused.value.code == "state.changed_meanwhile"
    with at_work.installation.reading() as session:
        assert session.scalars(select(Seal)).all() == []


def test_what_waits_too_long_is_refused_and_forgotten(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    job = asked(at_work, owner, document_id, sealed.p12())
    with at_work.installation.reading() as session:
        preparation = session.scalars(select(SealPreparation.id)).one()
    with pytest.raises(CertlightError) as refused:
        signed(at_work, owner, document_id, preparation, sealed.p12())
    assert refused.value.code == "state.preparation_unready"
    at_work.done(job)
    at = at_work.installation.clock() + timedelta(hours=3)
    with pytest.raises(CertlightError) as refused, at_work.installation.transaction() as session:
        hand_in(session, principal(owner), document_id, preparation, lambda _: b"", at=at)
    assert refused.value.code == "state.preparation_expired"
    with at_work.installation.transaction() as session:
        assert forget_preparations(session, at) == 0
        assert forget_preparations(session, at + timedelta(days=8)) == 1


def test_what_does_not_pass_validation_is_not_taken_in(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, version_id = a_filled(at_work)
    preparation = at_work.done(asked(at_work, owner, document_id, sealed.p12()))["preparation_id"]
    job = signed(at_work, owner, document_id, preparation, sealed.p12())
    # Meanwhile nobody knows any more whether the certificate was revoked.
    bare = replace(at_work.installation.trust(), crls=())
    at_work.installation = replace(at_work.installation, trust=lambda: bare)
    with pytest.raises(CertlightError) as refused:
        at_work.done(job)
    assert refused.value.code == "seal.not_accepted"
    with at_work.installation.reading() as session:
        assert session.scalars(select(Seal)).all() == []
        assert session.get_one(SealPreparation, preparation).state is PreparationState.READY
        assert session.get_one(DocumentVersion, version_id).state is DocumentState.MARKED


def test_a_user_who_was_disabled_seals_nothing_more(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    preparation = at_work.done(asked(at_work, owner, document_id, sealed.p12()))["preparation_id"]
    job = signed(at_work, owner, document_id, preparation, sealed.p12())
    with at_work.installation.transaction() as session:
        session.get_one(User, owner.clerk.id).disabled_at = pki.NOW
    with pytest.raises(CertlightError) as refused:
        at_work.done(job)
    assert refused.value.code == "access.forbidden"


def test_the_seal_stands_over_words_that_were_read(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    wish = Wish(anchor="登记机关", riding=False, kind="合同专用章", placement=Place(page=0, x=0, y=0, width=30))
    result = sealed_by(at_work, owner, document_id, sealed.p12(), wish)
    with at_work.installation.reading() as session:
        place = session.get_one(Seal, result["seal_id"]).report["signatures"][0]["place"]
    x0, y0, x1, y1 = place["box"]
    # 登记机关 begins at 400, 900 of 850 × 1150 pixels on a page of 306 × 414 points.
    assert x0 < 400 * 0.36 < x1
    assert y0 < 912 * 0.36 < y1


def test_a_level_without_an_authority_is_refused_at_once(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    with pytest.raises(CertlightError) as refused:
        asked(at_work, owner, document_id, sealed.p12(), Wish(level=Level.B_T))
    assert refused.value.code == "seal.timestamper_missing"


def test_a_sealed_file_is_validated_again(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    result = sealed_by(at_work, owner, document_id, sealed.p12())
    with at_work.installation.transaction() as session:
        job = ask_for_validation(session, principal(owner), document_id, result["seal_id"], at=pki.NOW).id
    found = at_work.done(job)
    assert (found["indication"], found["light"]) == ("TOTAL-PASSED", "green")
    with at_work.installation.reading() as session:
        row = newest_validation(session, session.get_one(Seal, result["seal_id"]))
        assert row is not None
        assert row.id == found["validation_id"]


def test_of_what_was_found_of_a_seal_the_newest_stays(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    seal_id = sealed_by(at_work, owner, document_id, sealed.p12())["seal_id"]
    with at_work.installation.transaction() as session:
        by, at = principal(owner), pki.NOW
        asked_for = [ask_for_validation(session, by, document_id, seal_id, at=at).id for _ in range(4)]
    for job_id in asked_for[:3]:
        at_work.done(job_id)
    # Their age is that of their identifiers, which the real clock gave.
    now = datetime.now(UTC)
    with at_work.installation.transaction() as session:
        assert forget_validations(session, now + timedelta(days=89)) == 0
        assert forget_validations(session, now + timedelta(days=91)) == 3, "two older ones, and one that never ended"
        left = session.scalars(select(Validation.job_id)).all()
        assert left == [asked_for[2]]


def test_anybody_s_file_is_validated_and_forgotten(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, document_id, _ = a_filled(at_work)
    pdf = content(at_work, owner, sealed_by(at_work, owner, document_id, sealed.p12())["sealed_sha256"])
    blob = at_work.installation.store.put(io.BytesIO(pdf), 1 << 26, "public")
    with at_work.installation.transaction() as session:
        row = ask_in_public(session, blob.sha256, "n" * 64, at=pki.NOW)
        number, job_id = row.id, row.job_id or ""
        assert session.get_one(Job, job_id).priority == JobPriority.NORMAL
    result = at_work.done(job_id)
    assert result == {"indication": "TOTAL-PASSED", "light": "green"}
    with at_work.installation.transaction() as session:
        assert session.get_one(Validation, number).report is not None
        for _ in range(9):
            ask_in_public(session, blob.sha256, "n" * 64, at=pki.NOW)
        with pytest.raises(CertlightError) as refused:
            ask_in_public(session, blob.sha256, "n" * 64, at=pki.NOW)
        assert refused.value.code == "request.too_many"
        ask_in_public(session, blob.sha256, "m" * 64, at=pki.NOW)
        assert forget_public(session, pki.NOW + timedelta(hours=1)) == 0
        assert forget_public(session, pki.NOW + timedelta(hours=2)) == 11
