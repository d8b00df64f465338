"""A genuine seal of another standard is not validated, and not called forged either."""

from __future__ import annotations

import re
from typing import ClassVar

from asn1crypto import core

from certlight.light import Light
from signing.validation.indication import Indication, SubIndication
from signing.validation.light import report_light
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport
from signing.validation.validate import validate
from tests.signing import bare_pyhanko, pki
from tests.signing.sealed import paper

_OURS = b"/ETSI.CAdES.detached"


class _Ses(core.Sequence):
    """As much of a GB/T 38540-2020 signature as its outside shows: a SEQUENCE that is no ContentInfo."""

    _fields: ClassVar = [
        ("version", core.Integer),
        ("algorithm", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
    ]


def with_ses(subfilter: bytes) -> SealReport:
    pdf = bare_pyhanko.seal(paper())
    hole = re.search(rb"/Contents ?<([0-9a-fA-F]+)>", pdf)
    assert hole is not None
    ses = _Ses({"version": 4, "algorithm": "1.2.156.10197.1.501", "signature": b"x" * 64}).dump()
    pdf = pdf[: hole.start(1)] + ses.hex().encode().ljust(len(hole[1]), b"0") + pdf[hole.end(1) :]
    return validate(pdf.replace(_OURS, subfilter.ljust(len(_OURS))), ValidationPolicy(pki.material(), pki.NOW))


def test_an_sm2_seal_is_unsupported_and_says_so() -> None:
    report = with_ses(b"/GM.sm2seal")
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
    )
    assert report_light(report) is Light.YELLOW
    assert any("SM2" in finding.text.zh for signature in report.signatures for finding in signature.findings)


def test_what_calls_itself_a_cms_has_to_be_one() -> None:
    assert with_ses(b"/adbe.pkcs7.detached").indication is Indication.TOTAL_FAILED
