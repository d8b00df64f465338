"""Performances and their comparisons as clients see them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from service.api.conditions import etag
from service.api.shapes import Answer, Moment, Words
from service.database.performances import CrossCheck, Performance
from service.domain.principal import Principal
from service.performances.comparing import shown_cross_check
from service.performances.kinds import Category, Grade
from service.performances.papers import covers, present_documents
from service.performances.records import performance_state


class Particulars(Answer):
    """业绩总体信息, beside names and grade."""

    region: str | None = Field(default=None, description="项目地区.")
    funding: str | None = Field(default=None, description="资金来源.")
    project_type: str | None = Field(default=None, description="项目类别.")
    speciality: str | None = Field(default=None, description="工程专业.")
    section_no: str | None = Field(default=None, description="标段编号.")
    construction: Literal["new", "renovation"] | None = Field(default=None, description="建设性质.")


class PerformanceAnswer(Answer):
    """A performance as lists show it."""

    id: str
    etag: str = Field(description="For `If-Match`.", examples=['"3"'])
    subject_id: str
    project: str = Field(examples=["河畔小学教学楼工程"])
    section: str | None = Field(description="标段名称.")
    category: Category | None = Field(description="业绩类别.")
    grade: Grade | None = Field(description="业绩类型; A asks for sealed supporting material.")
    state: Literal["draft", "submitted"]
    bid_notice_id: str | None
    contract_id: str | None
    acceptance_id: str | None
    manager_id: str | None = Field(description="The person whom the contract in the library names.")
    particulars: Particulars
    created_at: Moment
    created_by: str | None
    submitted_at: Moment | None

    @classmethod
    def of(cls, row: Performance) -> PerformanceAnswer:
        """A row as clients see it."""
        values = {name: getattr(row, name) for name in cls.model_fields.keys() - {"etag", "state", "particulars"}}
        particulars = Particulars(**row.entries)
        return cls(**values, etag=etag(row.row_version), state=performance_state(row), particulars=particulars)


class CrossSide(Answer):
    """A value as one document has it."""

    doc_type: str
    document: Words
    field: str
    name: Words
    source: Literal["entered", "recognised"]
    shown: str | list[str] = Field(description="As entered, or as read.")
    value: str | list[str] = Field(description="Its canonical form, which is compared.")


class CrossDisagreement(Answer):
    """Two values that disagree (不一致)."""

    code: str = Field(examples=["manager"])
    sides: list[CrossSide]
    reason: Words


class CrossAgreement(Answer):
    """Two values that agree; ``amended``: with what a sealed amendment says."""

    code: str
    sides: list[CrossSide]
    amended: bool


class CrossMissing(Answer):
    """What a document does not say."""

    doc_type: str
    field: str


class CrossGap(Answer):
    """What could not be compared. ``required`` things are stated by every such document: that they are missing is no
    agreement."""

    code: str
    required: bool
    missing: list[CrossMissing]
    reason: Words


class CrossCheckAnswer(Answer):
    """What comparing the documents found (逻辑校验)."""

    id: str
    performance_id: str
    consistent: bool
    current: bool = Field(description="It speaks of the documents as they are now.")
    checked_at: Moment
    documents: dict[str, Any] = Field(description="What was compared, by type of document.")
    disagreements: list[CrossDisagreement]
    incomparable: list[CrossGap]
    agreements: list[CrossAgreement]

    @classmethod
    def of(cls, row: CrossCheck, now: str) -> CrossCheckAnswer:
        """A row as clients see it; ``now`` is the hash of the documents as they are."""
        parts = {name: row.result[name] for name in ("documents", "disagreements", "incomparable", "agreements")}
        return cls(
            id=row.id,
            performance_id=row.performance_id,
            consistent=row.consistent,
            current=row.covers == now,
            checked_at=row.checked_at,
            **parts,
        )


class PerformanceDetail(PerformanceAnswer):
    """A performance with its latest comparison."""

    cross_check: CrossCheckAnswer | None = Field(
        description="Submitting asks for one that is ``current``; of a submitted performance, one that is not current "
        "tells that a document was supplemented or renewed since."
    )

    @classmethod
    def seen(cls, session: Session, by: Principal, row: Performance) -> PerformanceDetail:
        """A row, and what was compared last."""
        compared = shown_cross_check(session, by, row)
        now = covers(present_documents(session, row)) if compared else ""
        plain = PerformanceAnswer.of(row)
        return cls(**dict(plain), cross_check=CrossCheckAnswer.of(compared, now) if compared else None)
