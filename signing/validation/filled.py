"""A filled signature field with its CMS and timestamp tokens taken apart, before any of it is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from signing.validation.cms import Content, Malformed, Signed, read
from signing.validation.cms_rules import form_findings, unsigned_findings, weak_digest
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding, Kind
from signing.validation.slot import Slot
from signing.validation.timestamps import MAX_TOKENS, Token, attached, read_token

CADES: Final = "ETSI.CAdES.detached"
_SHA1: Final = "adbe.pkcs7.sha1"
SEAL_FORMS: Final = frozenset({CADES, "adbe.pkcs7.detached"})


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """What one slot holds."""

    slot: Slot
    revision: int
    """The revision it signs, in pyHanko's count."""
    signed: Signed | None = None
    """None where the CMS cannot be used; ``findings`` say why."""
    findings: tuple[Finding, ...] = ()
    """Of the CMS; those of the slot are apart."""
    token_findings: tuple[Finding, ...] = ()
    """Of attached tokens that cannot be read."""
    token: Token | None = None
    """Of a document timestamp."""
    tokens: tuple[Token, ...] = ()
    """Signature timestamps of a seal."""
    content_tokens: tuple[Token, ...] = ()
    """Content timestamps of a seal: the signer had them when signing."""

    @property
    def sound(self) -> bool:
        """Nothing is wrong with its form, so that its cryptography means something."""
        return self.slot.sound and self.signed is not None

    def everything_signed(self) -> Iterator[Signed]:
        """The CMS and those of its tokens."""
        if self.signed is not None:
            yield self.signed
        for token in (*self.tokens, *self.content_tokens):
            yield token.signed


def take_apart(slot: Slot) -> Filled:
    """Read the slot's CMS; never raises on bad input."""
    revision = slot.embedded.signed_revision if slot.embedded is not None else slot.revision
    if not slot.cms:
        return Filled(slot, revision)
    try:
        if slot.kind is Kind.DOCUMENT_TIMESTAMP:
            token = read_token(slot.cms)
            return Filled(slot, revision, token.signed, token=token)
        if slot.subfilter not in SEAL_FORMS:
            return Filled(slot, revision, findings=(_form_of(slot.subfilter),))
        signed = read(slot.cms, Content.DATA)
    except Malformed as bad:
        return Filled(slot, revision, findings=(bad.finding,))
    tokens, wrong = _tokens(signed.unsigned("signature_time_stamp_token"))
    content, also_wrong = _tokens(signed.values("content_time_stamp"))
    findings = form_findings(signed, cades=slot.subfilter == CADES)
    unknown = unsigned_findings(signed)
    return Filled(
        slot, revision, signed, findings, (*unknown, *wrong, *also_wrong), tokens=tokens, content_tokens=content
    )


def _tokens(values: list[object]) -> tuple[tuple[Token, ...], tuple[Finding, ...]]:
    found: list[Token] = []
    wrong: list[Finding] = []
    for value in values[:MAX_TOKENS]:
        try:
            found.append(read_token(value.dump()))  # type: ignore[attr-defined]
        except Malformed as bad:
            wrong.append(attached(Finding("seal.timestamp_invalid", bad.finding.text, bad.finding.indication)))
    if len(values) > MAX_TOKENS:
        wrong.append(_TOO_MANY)
    return tuple(found), tuple(wrong)


def _form_of(subfilter: str) -> Finding:
    """A kind of signature that is not validated here."""
    if subfilter == _SHA1:
        return weak_digest("SHA-1")
    return Finding(
        "seal.unsupported",
        Text(
            f"签章采用本系统不支持的签名格式（{subfilter or '未注明'}），无法验证；请用签署方的软件或人工核实。",
            f"The seal's form is not validated here ({subfilter or 'none given'}); have it checked otherwise.",
        ),
        Indication.INDETERMINATE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
    )


_TOO_MANY: Final = Finding(
    "seal.timestamp_invalid",
    Text(
        f"签名附带的时间戳过多（超过 {MAX_TOKENS} 个），不予采信。",
        f"More than {MAX_TOKENS} timestamps are attached to the signature.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
