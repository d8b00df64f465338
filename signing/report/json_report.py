"""The JSON document of a validation, ``certlight.validate/1``.

The keys and their order are a public contract. A later ``/1`` may add keys, never rename, drop or retype one; that is
why the published JSON Schema allows keys it does not know. Times are ISO 8601 with offset; codes, names and values do
not depend on the language, messages do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from certlight.text import Language, Text
from certlight.visible import encodable
from signing.certificate import Certificate
from signing.report.answer import file_answer, signature_answer
from signing.report.document import Recheck, ValidatedFile
from signing.report.facts import key_of, serial_of, time_source, validity_of
from signing.validation.indication import Indication, SubIndication
from signing.validation.light import signature_light
from signing.validation.report import (
    Change,
    Coverage,
    Finding,
    Kind,
    Modifications,
    Place,
    Revocation,
    SealReport,
    SignatureReport,
)

VALIDATE_SCHEMA: Final = "certlight.validate/1"

LightWord = Literal["green", "yellow", "red"]


def _encodable(value: object) -> object:
    return encodable(value) if isinstance(value, str) else value


def _carried(value: object) -> object:
    """The same JSON value with every string of it encodable."""
    if isinstance(value, dict):
        return {_carried(key): _carried(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_carried(inner) for inner in value]
    return encodable(value) if isinstance(value, str) else value


Str = Annotated[str, BeforeValidator(_encodable)]
"""Any string of the document: a lone surrogate, which UTF-8 cannot carry, becomes U+FFFD."""


class _Json(BaseModel):
    model_config = ConfigDict(frozen=True)


class FileJson(_Json):
    name: Str
    sha256: Str
    """Of the whole file, lower-case hex."""


class FindingJson(_Json):
    """One reason. A finding with TOTAL-PASSED is a notice that stands against nothing."""

    code: Str
    message: Str
    indication: Indication
    sub_indication: SubIndication | None


class ChangeJson(_Json):
    """What a revision after the signature did."""

    revision: int
    """Counted from 0 as the original file."""
    allowed: bool
    message: Str


class CertificateJson(_Json):
    subject: Str
    issuer: Str
    serial: Str
    """Lower-case hex, without leading zeros."""
    not_before: datetime
    not_after: datetime
    sha256: Str
    """Of the DER bytes, lower-case hex."""
    key: Str
    """Kind and size: ``RSA 2048``, ``EC secp256r1``."""


class PlaceJson(_Json):
    page: int
    """From 0."""
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 in points, origin at the top left of the page as displayed."""


class SignatureJson(_Json):
    """One filled signature field."""

    index: int
    signer: Str
    """Organisation, else common name; empty where the certificate names nobody. Proven only with ``trusted``."""
    indication: Indication
    sub_indication: SubIndication | None
    intact: bool
    trusted: bool
    coverage: Coverage
    modifications: Modifications
    signed_at: datetime | None
    """What the signer claims; proves nothing."""
    timestamp: datetime | None
    """The earliest time that a validated timestamp bound to this signature proves."""
    revocation: Revocation
    light: LightWord
    message: Str
    """The answer for this signature in one sentence."""
    kind: Kind
    organisation: Str
    credit_code: Str
    """Unified social credit code in the certificate; empty where there is none."""
    field: Str
    subfilter: Str
    level: Str
    """PAdES level: B-B, B-T, B-LT, B-LTA; empty for other forms."""
    digest: Str
    time_source: Literal["timestamp", "claimed", "none"]
    timestamp_authority: Str
    revocation_sources: list[Str]
    """``crl: cache``, ``ocsp: embedded`` …"""
    findings: list[FindingJson]
    changes: list[ChangeJson]
    certificate: CertificateJson | None
    chain: list[CertificateJson]
    """From the signer up to the anchor; empty where none was found."""
    place: PlaceJson | None
    """Where it is seen; null for an invisible one."""


class RecheckJson(_Json):
    """The embedded entries, compared again with the visible pages."""

    light: LightWord
    message: Str
    document: Annotated[dict[str, Any] | None, BeforeValidator(_carried)]
    """A document of ``certlight.verify/1``."""


class ValidateReport(_Json):
    schema_: Literal["certlight.validate/1"] = Field(default="certlight.validate/1", serialization_alias="schema")
    indication: Indication
    """The worst of all signatures and of the file; INDETERMINATE without a seal."""
    sub_indication: SubIndication | None
    light: LightWord
    """What people decide by: the worst of seals and of ``recheck``, without a recheck of ``enclosed_light``."""
    message: Str
    """The answer in one sentence."""
    advice: Str
    """Who sealed where it is green, else what to do."""
    file: FileJson
    validated_at: datetime
    """The moment the validation speaks for."""
    signatures: list[SignatureJson]
    findings: list[FindingJson]
    """Of the whole file."""
    enclosed: bool
    """Whether entries are embedded in the file."""
    enclosed_light: LightWord | None
    """Of the verdict sealed with them; null where there is none."""
    recheck: RecheckJson | None


def validate_json(
    report: SealReport, file_name: str, language: Language = "zh", *, recheck: Recheck | None = None
) -> dict[str, Any]:
    """The ``certlight.validate/1`` document of one file: JSON types only, keys in the order of the contract.

    ``language`` picks the language of messages; nothing else depends on it.
    """
    say = _Writer(language)
    file = ValidatedFile(file_name, report, recheck)
    words = file_answer(file)
    document = ValidateReport(
        indication=report.indication,
        sub_indication=report.sub_indication,
        light=_word(file.light.word),
        message=say(words.headline),
        advice=say(words.detail),
        file=FileJson(name=file_name, sha256=report.sha256),
        validated_at=report.validated_at,
        signatures=[say.signature(signature) for signature in report.signatures],
        findings=say.findings(report.findings),
        enclosed=report.enclosure is not None,
        enclosed_light=None if file.enclosed_light is None else _word(file.enclosed_light.word),
        recheck=None if recheck is None else say.recheck(recheck),
    )
    return document.model_dump(mode="json", by_alias=True)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``certlight.validate/1``."""
    exported = ValidateReport.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **exported}


class _Writer:
    """Turns facts into their JSON models, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, text: Text) -> str:
        return text.of(self._language)

    def findings(self, findings: Iterable[Finding]) -> list[FindingJson]:
        return [
            FindingJson(code=f.code, message=self(f.text), indication=f.indication, sub_indication=f.sub_indication)
            for f in findings
        ]

    def change(self, change: Change) -> ChangeJson:
        return ChangeJson(revision=change.revision, allowed=change.allowed, message=self(change.text))

    def recheck(self, recheck: Recheck) -> RecheckJson:
        return RecheckJson(light=_word(recheck.light.word), message=self(recheck.message), document=recheck.document)

    def signature(self, signature: SignatureReport) -> SignatureJson:
        holder = signature.holder
        return SignatureJson(
            index=signature.index,
            signer=holder.label,
            indication=signature.indication,
            sub_indication=signature.sub_indication,
            intact=signature.intact,
            trusted=signature.trusted,
            coverage=signature.coverage,
            modifications=signature.modifications,
            signed_at=signature.signed_at,
            timestamp=signature.timestamp,
            revocation=signature.revocation,
            light=_word(signature_light(signature).word),
            message=self(signature_answer(signature)),
            kind=signature.kind,
            organisation=holder.organisation,
            credit_code=holder.credit_code,
            field=signature.field_name,
            subfilter=signature.subfilter,
            level=signature.level,
            digest=signature.digest,
            time_source=time_source(signature),
            timestamp_authority=signature.timestamp_authority,
            revocation_sources=list(signature.revocation_sources),
            findings=self.findings(signature.findings),
            changes=[self.change(change) for change in signature.changes],
            certificate=None if signature.certificate is None else _certificate(signature.certificate),
            chain=[_certificate(certificate) for certificate in signature.chain],
            place=None if signature.place is None else _place(signature.place),
        )


def _certificate(certificate: Certificate) -> CertificateJson:
    begin, end = validity_of(certificate)
    return CertificateJson(
        subject=certificate.subject,
        issuer=certificate.issuer,
        serial=serial_of(certificate),
        not_before=begin,
        not_after=end,
        sha256=certificate.sha256,
        key=key_of(certificate),
    )


def _place(place: Place) -> PlaceJson:
    x0, y0, x1, y1 = (round(edge, 2) for edge in place.box)
    return PlaceJson(page=place.page, box=(x0, y0, x1, y1))


def _word(word: str) -> LightWord:
    words: dict[str, LightWord] = {"green": "green", "yellow": "yellow", "red": "red"}
    return words[word]
