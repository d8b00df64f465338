"""Checks as jobs: the light of verdict and seal together, under the hash of what was checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from certlight.errors import CertlightError
from certlight.light import Light
from service.checking.bilingual import spoken
from service.database.base import new_id
from service.database.documents import DocumentVersion, advance
from service.database.evidence import Check, Seal
from service.database.operations import Operation
from service.database.webhooks import WebhookDelivery
from service.domain.documents import DocumentAction, DocumentState
from service.domain.jobs import JobKind
from tests.service.work import Owner, Works, an_owner, filled, uploaded, works
from tests.test_flow import ENTERED, LICENCE, NAME_BOX, scan

CHECK = JobKind.CHECK
MARKS = {"name": [{"page": 0, "box": NAME_BOX.as_list()}]}


def a_filled(at_work: Works, entries: dict[str, Any] | None = None) -> tuple[Owner, str, str]:
    owner = an_owner(at_work)
    document_id, version_id = uploaded(at_work, owner, [("a.png", scan())])
    filled(at_work, owner, version_id, entries if entries is not None else dict(ENTERED), MARKS)
    return owner, document_id, version_id


def sealed_as(at_work: Works, owner: Owner, version_id: str, light: str = "green") -> None:
    """A seal whose report says that; sealing itself is tested elsewhere."""
    at = at_work.installation.clock()
    with at_work.installation.transaction() as session:
        version = session.get_one(DocumentVersion, version_id)
        session.add(
            Seal(
                id=new_id(),
                subject_id=owner.subject_id,
                version_id=version_id,
                covers=version.coverage(),
                sealed_sha256="0" * 64,
                signer="企业",
                certificate_sha256="1" * 64,
                level="B-B",
                report={"signatures": [{"light": light}]},
                sealed_at=at,
            )
        )
        advance(session, version, DocumentAction.SEAL, owner.clerk, at=at, covers=version.coverage())


def test_a_right_claim_under_a_good_seal_is_green(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work)
    sealed_as(at_work, owner, version_id)
    result = at_work.do(CHECK, {"version_id": version_id}, owner.subject_id)
    assert result["light"] == "green"
    with at_work.installation.reading() as session:
        row = session.get_one(Check, result["check_id"])
        version = session.get_one(DocumentVersion, version_id)
        assert row.light is version.light is Light.GREEN
        assert version.state is DocumentState.CHECKED_GREEN
        assert row.covers == version.coverage()
        assert row.provenance["checked_on"] == "2026-11-01"
        zh, en = spoken(row.verdict, "zh"), spoken(row.verdict, "en")
        assert {c["field"] for c in zh["checks"]} == {c["field"] for c in en["checks"]}
        assert zh["checks"][0]["reason"] != en["checks"][0]["reason"]
        logged = session.scalars(select(Operation).where(Operation.action == "document.check")).one()
        assert logged.actor_id is None
        assert "江城" not in str(logged.details)


def test_the_light_is_the_worst_of_verdict_and_seal(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work)
    sealed_as(at_work, owner, version_id, "yellow")
    result = at_work.do(CHECK, {"version_id": version_id}, owner.subject_id)
    with at_work.installation.reading() as session:
        row = session.get_one(Check, result["check_id"])
        assert row.verdict["light"] == "green"
        assert row.verdict["seal_light"] == "yellow"
        assert row.light is Light.YELLOW
        assert session.get_one(DocumentVersion, version_id).state is DocumentState.CHECKED_YELLOW


def test_a_wrong_claim_is_red(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work, {**ENTERED, "name": "青岛别家运输公司"})
    sealed_as(at_work, owner, version_id)
    assert at_work.do(CHECK, {"version_id": version_id}, owner.subject_id)["light"] == "red"


def test_a_trial_before_the_seal_leaves_nothing_but_its_answer(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work, {**ENTERED, "name": "青岛别家运输公司"})
    result = at_work.do(CHECK, {"version_id": version_id, "trial": True}, owner.subject_id)
    assert result["light"] == "red"
    assert result["fields"]["name"]["light"] == "red"
    assert result["fields"]["uscc"]["light"] == "green"
    assert not any(isinstance(value, str) and value in str(result) for value in ENTERED.values())
    with at_work.installation.reading() as session:
        assert session.scalars(select(Check)).all() == []
        assert session.get_one(DocumentVersion, version_id).state is DocumentState.MARKED


def test_unsealed_nothing_is_checked_for_good(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work)
    with pytest.raises(CertlightError) as refused:
        at_work.do(CHECK, {"version_id": version_id}, owner.subject_id)
    assert refused.value.code == "state.action_impossible"


def test_entries_changed_meanwhile_fail_the_job(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work)
    sealed_as(at_work, owner, version_id)
    finish = at_work.prepared(at_work.enqueued(CHECK, {"version_id": version_id}, owner.subject_id))
    filled(at_work, owner, version_id, {**ENTERED, "name": "别的名称"})
    with pytest.raises(CertlightError) as refused:
        finish()
    assert refused.value.code == "state.changed_meanwhile"
    with at_work.installation.reading() as session:
        assert session.scalars(select(Check)).all() == []
        assert session.scalars(select(WebhookDelivery)).all() == []


def test_a_claim_that_is_none_fails_with_its_place(engine: Engine, tmp_path: Path) -> None:
    at_work = works(engine, tmp_path, LICENCE)
    owner, _, version_id = a_filled(at_work, {"no_such_field": "秘密"})
    with pytest.raises(CertlightError) as refused:
        at_work.do(CHECK, {"version_id": version_id, "trial": True}, owner.subject_id)
    assert refused.value.code == "claim.unknown_field"
    assert "秘密" not in refused.value.message.zh
