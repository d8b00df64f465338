"""The fixed words of validation reports, in both languages: one row for every value of every enumeration.

Those of the sub-indications are :mod:`signing.report.reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from certlight.text import Text
from signing.validation.indication import Indication
from signing.validation.report import Coverage, Kind, Modifications, Revocation

INDICATIONS: Final[Mapping[Indication, Text]] = {
    Indication.TOTAL_PASSED: Text("验证通过", "Passed"),
    Indication.INDETERMINATE: Text("无法确定", "Indeterminate"),
    Indication.TOTAL_FAILED: Text("验证不通过", "Failed"),
}

KINDS: Final[Mapping[Kind, Text]] = {
    Kind.SEAL: Text("签章", "Seal"),
    Kind.DOCUMENT_TIMESTAMP: Text("文档时间戳", "Document timestamp"),
}

UNNAMED: Final = Text("未署名", "nobody named")
"""In place of a name where the certificate names nobody or is missing."""

COVERAGES: Final[Mapping[Coverage, Text]] = {
    Coverage.WHOLE_FILE: Text("整个文件", "The whole file"),
    Coverage.WHOLE_REVISION: Text(
        "签章时的整个文件，此后另有追加", "The whole file as it was then; later parts were added"
    ),
    Coverage.PARTIAL: Text("仅文件的一部分", "Only a part of the file"),
}

MODIFICATIONS: Final[Mapping[Modifications, Text]] = {
    Modifications.NONE: Text("没有任何改动", "None"),
    Modifications.ALLOWED: Text(
        "仅有允许的追加（如其他签章、时间戳）", "Only permitted additions, such as further seals"
    ),
    Modifications.FORBIDDEN: Text("有不允许的改动", "Forbidden changes were made"),
}

REVOCATIONS: Final[Mapping[Revocation, Text]] = {
    Revocation.GOOD: Text("未被吊销", "Not revoked"),
    Revocation.REVOKED: Text("已被吊销", "Revoked"),
    Revocation.UNKNOWN: Text("无法确认是否被吊销", "Unknown"),
}

EVIDENCE: Final[Mapping[str, Text]] = {
    "crl": Text("吊销列表", "CRL"),
    "ocsp": Text("在线状态应答（OCSP）", "OCSP answer"),
}
"""Kinds of revocation evidence, the part before the colon of ``SignatureReport.revocation_sources``."""

EVIDENCE_PLACES: Final[Mapping[str, Text]] = {
    "cache": Text("信任库缓存", "the trust store's cache"),
    "embedded": Text("文件内嵌", "embedded in the file"),
    "option": Text("验证时提供", "given to this validation"),
    "given": Text("验证时提供", "given to this validation"),
}
"""Where the evidence came from, the part after the colon."""
