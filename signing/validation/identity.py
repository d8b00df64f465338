"""Whether those who sealed are those who ought to have: requirement 9, decision 25, as a fraud examiner would judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certlight.text import Text
from signing.certificate import Holder
from signing.enclosure import Party
from signing.party import Match, folded, match
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding


@dataclass(frozen=True, slots=True)
class Parties:
    """Who may seal, the enterprise of the document first; empty: not stated."""

    allowed: tuple[Party, ...]
    findings: tuple[Finding, ...] = ()


def parties_of(asked: Sequence[Party], enclosed: Sequence[Party]) -> Parties:
    """The parties of the policy, else those that the sealed document names. Both have to mean the same enterprise."""
    asked = [party for party in asked if party.name or party.credit_code]
    enclosed = [party for party in enclosed if party.name or party.credit_code]
    if not asked and not enclosed:
        return Parties((), (_UNCHECKED,))
    if asked and enclosed and not _same_party(asked[0], enclosed[0]):
        return Parties(tuple(asked), (_disagreement(asked[0], enclosed[0]),))
    return Parties(tuple(asked or enclosed))


def holder_findings(holder: Holder, parties: Parties) -> tuple[Finding, ...]:
    """What stands against this holder's having sealed; none where nobody is named."""
    if not parties.allowed:
        return ()
    best = min(match(holder, party) for party in parties.allowed)
    if best is Match.SAME:
        return ()
    expected = "、".join(_label(party) for party in parties.allowed)
    found = f"{holder.label or '—'}（{holder.credit_code or '证书无统一社会信用代码'}）"
    found_en = f"{holder.label or '-'} ({holder.credit_code or 'no credit code in the certificate'})"
    return (_refusal(best, found, found_en, expected),)


def missing_enterprise(holders: Sequence[Holder], parties: Parties) -> tuple[Finding, ...]:
    """Where the enterprise of the document, the first party, has not sealed."""
    if not parties.allowed or not holders or any(match(h, parties.allowed[0]) is not Match.OTHER for h in holders):
        return ()
    first = parties.allowed[0]
    name = first.name or first.credit_code
    return (
        Finding(
            "seal.enterprise_missing",
            Text(
                f"文件所属企业（{name}）没有在文件上签章；请由该企业用自己的证书签章。",
                f"The enterprise whose document it is ({name}) has not sealed it; let it seal it.",
            ),
            Indication.INDETERMINATE,
            SubIndication.SIG_CONSTRAINTS_FAILURE,
        ),
    )


def _label(party: Party) -> str:
    return (
        f"{party.name}（{party.credit_code}）" if party.name and party.credit_code else party.name or party.credit_code
    )


def _same_party(one: Party, other: Party) -> bool:
    if one.credit_code and other.credit_code:
        return one.credit_code.strip().upper() == other.credit_code.strip().upper()
    return bool(one.name) and folded(one.name) == folded(other.name)


def _refusal(best: Match, found: str, found_en: str, expected: str) -> Finding:
    code, zh, en = {
        Match.OTHER: (
            "seal.enterprise",
            f"签章人不是应签章的企业：证书属于 {found}，应为 {expected}。请勿采信，并向该企业核实。",
            f"Sealed by another enterprise: {found_en} instead of {expected}. Do not rely on it; ask the enterprise.",
        ),
        Match.NAME_DIFFERS: (
            "seal.enterprise_name",
            f"签章证书的代码相符，但单位名称不同：证书为 {found}，应为 {expected}。请核实企业是否更名、证书是否属实。",
            f"The code fits, the name does not: {found_en} instead of {expected}. Was the enterprise renamed?",
        ),
        Match.CODE_UNPROVED: (
            "seal.enterprise_unproved",
            f"签章证书中没有信用代码，不能确认是同一企业（请人工核实或换用载有代码的证书）：{found}，应为 {expected}。",
            f"No credit code in the certificate proves the enterprise: {found_en}, expected {expected}. Check by hand.",
        ),
    }[best]
    return Finding(code, Text(zh, en), Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


def _disagreement(asked: Party, enclosed: Party) -> Finding:
    return Finding(
        "seal.parties_disagree",
        Text(
            f"文件内嵌的填报数据所写企业（{enclosed.name or enclosed.credit_code}）与应核对的企业"
            f"（{asked.name or asked.credit_code}）不同：这不是该企业的文件。",
            f"The document says it is of {enclosed.name or enclosed.credit_code}, it ought to be of"
            f" {asked.name or asked.credit_code}.",
        ),
        Indication.INDETERMINATE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
    )


_UNCHECKED = Finding(
    "seal.parties_unchecked",
    Text(
        "没有指明应由哪家企业签章，未核对签章人身份；请自行确认证书所载单位。",
        "Nobody said who ought to have sealed; look for yourself whom the certificate names.",
    ),
    Indication.TOTAL_PASSED,
)
