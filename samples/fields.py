"""What fields each type of document carries: kind of value, and how much a deviation weighs.

The samples keep their own list, so that a slip in the product's templates shows up against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FieldClass = Literal["key", "digital", "info"]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    kind: str
    field_class: FieldClass


def _table(text: str) -> dict[str, FieldInfo]:
    """``code kind K|D|I`` entries, separated by commas."""
    classes: dict[str, FieldClass] = {"K": "key", "D": "digital", "I": "info"}
    rows = (entry.split() for entry in text.split(","))
    return {code: FieldInfo(kind, classes[letter]) for code, kind, letter in rows}


FIELDS: Mapping[str, Mapping[str, FieldInfo]] = {
    "business_license": _table(
        "uscc uscc K, name org_name K, company_type text D, legal_representative person K, registered_capital money D,"
        "established_on date D, term date_range D, address address D, scope long_text D, authority org_name D,"
        "issued_on date I"
    ),
    "construction_qualification": _table(
        "company org_name K, uscc uscc D, legal_representative person D, address address D, capital money I,"
        "economic_nature text I, cert_no cert_no K, grades list K, valid_until date K, authority org_name D,"
        "issued_on date D"
    ),
    "safety_production_license": _table(
        "cert_no cert_no K, company org_name K, principal person D, address address D, economic_type text I,"
        "scope text D, valid date_range K, authority org_name D, issued_on date D"
    ),
    "management_system": _table(
        "company org_name K, certificate_name text D, cert_no cert_no K, standard text D, scope long_text D,"
        "uscc uscc D, address address D, first_issued_on date D, issued_on date D,"
        "valid_until date K, issuer org_name D"
    ),
    "id_card": _table(
        "name person K, sex enum D, nation text I, born_on date D, address address D, id_number cn_id K,"
        "authority org_name D, valid date_range K"
    ),
    "bid_notice": _table(
        "section_name text K, section_no cert_no D, tenderer org_name K, winner org_name K, bid_price money K,"
        "manager person K, manager_register_no cert_no D, duration days D, quality text D, scale text I,"
        "notified_on date D"
    ),
    "contract": _table(
        "section_name text K, client org_name K, contractor list K, manager person K, price money K,"
        "content long_text D, place address D, start_on date D, finish_on date D, duration days D, quality text D,"
        "signed_on date D"
    ),
    "acceptance_report": _table(
        "section_name text K, client org_name K, contractor org_name K, designer org_name D, surveyor org_name D,"
        "supervisor org_name D, start_on date D, finish_on date D, accepted_on date K, conclusion long_text D,"
        "area quantity D, price money D"
    ),
}  # fmt: skip
"""By document type and field code."""

ENUM_WORDS: Mapping[str, tuple[str, ...]] = {"sex": ("男", "女")}
"""The words an enum field may take, by field code."""

TYPES: tuple[str, ...] = tuple(FIELDS)
