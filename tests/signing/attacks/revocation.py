"""Evidence on revocation that is missing, stale, somebody else's or forged: a seal whose certificate may have been
revoked is never passed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus

from signing.trust.material import TrustMaterial
from signing.validation.indication import SubIndication
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import NO_CHAIN, Bite, Expectation, Setting, attack, undecided
from tests.signing.attacks.issuing import authority, crl, ocsp
from tests.signing.attacks.signed_data import identity
from tests.signing.attacks.world import World

LATER: Final = undecided(SubIndication.TRY_LATER)
REVOKED: Final = undecided(SubIndication.REVOKED_NO_POE)
SINCE: Final = datetime(2026, 6, 1, tzinfo=pki.NOW.tzinfo)
BEFORE: Final = datetime(2026, 5, 10, tzinfo=pki.NOW.tzinfo)
"""When ``company-revoked`` was still good."""
COMPROMISED: Final = x509.ReasonFlags.key_compromise


def _believing(
    *, crls: Callable[[datetime], tuple[bytes, ...]], ocsps: Callable[[datetime], tuple[bytes, ...]] = lambda at: ()
) -> Setting:
    """Trust in the test root with this evidence."""
    return Setting(
        trust=lambda at: dataclasses.replace(pki.material(at, revocation=False), crls=crls(at), ocsps=ocsps(at))
    )


def _evidence(
    name: str,
    note: str,
    *,
    crls: Callable[[datetime], tuple[bytes, ...]] = lambda at: (pki.crl("root", at),),
    ocsps: Callable[[datetime], tuple[bytes, ...]] = lambda at: (),
    expect: Expectation = LATER,
    label: str = "company",
) -> None:
    attack("revocation", expect, Bite.NOTHING, name=name, note=note, setting=_believing(crls=crls, ocsps=ocsps))(
        lambda world: world.sealed(label=label)
    )


def _root(at: datetime) -> bytes:
    return pki.crl("root", at)


_evidence("none", "No list at all.", crls=lambda at: ())
_evidence("list-of-the-enterprise-authority-missing", "Only the root's list.")
_evidence("list-of-the-root-missing", "Only the intermediate's list.", crls=lambda at: (pki.crl("interm", at),))
_evidence(
    "stale-lists",
    "Both lists are half a year old.",
    crls=lambda at: (pki.crl("root", at - timedelta(days=180)), pki.crl("interm", at - timedelta(days=180))),
)
_evidence(
    "stale-list-of-the-enterprise-authority",
    "The intermediate's list has passed its next update.",
    crls=lambda at: (_root(at), pki.crl("interm", at - timedelta(days=60))),
)
_evidence(
    "stale-list-before-the-revocation",
    "A list of before the revocation, when the certificate was still good.",
    crls=lambda at: (_root(at), pki.crl("interm", BEFORE)),
    label="company-revoked",
)
_evidence(
    "foreign-lists",
    "Lists by authorities of the same name, with other keys.",
    crls=lambda at: (pki.crl("root", at, "foreign"), pki.crl("interm", at, "foreign")),
)
_evidence(
    "list-signed-by-the-enterprise",
    "A list in the intermediate's name that the enterprise signed.",
    crls=lambda at: (_root(at), crl(authority(), at=at, signed_by=identity())),
)
_evidence(
    "list-broken",
    "The intermediate's list with a byte of its signature changed.",
    crls=lambda at: (_root(at), pki.crl("interm", at)[:-1] + bytes([pki.crl("interm", at)[-1] ^ 1])),
)
_evidence(
    "list-cut-short", "The intermediate's list ends early.", crls=lambda at: (_root(at), pki.crl("interm", at)[:200])
)
_evidence("lists-are-junk", "What is given as lists is none.", crls=lambda at: (b"", b"\x30\x00", b"junk"))
_evidence(
    "list-for-authorities-only",
    "The intermediate's list covers only certificates of authorities (IssuingDistributionPoint).",
    crls=lambda at: (_root(at), crl(authority(), at=at, more=[(_point(authorities=True), True)])),
)
_evidence(
    "list-for-some-reasons-only",
    "The intermediate's list covers only one reason.",
    crls=lambda at: (_root(at), crl(authority(), at=at, more=[(_point(some=True), True)])),
)
_evidence(
    "changes-only",
    "Only a delta list: what has changed since a list that is not there.",
    crls=lambda at: (_root(at), crl(authority(), at=at, more=[(x509.DeltaCRLIndicator(7), True)])),
)
_evidence(
    "list-with-unknown-critical-extension",
    "The intermediate's list has a critical extension nobody knows.",
    crls=lambda at: (
        _root(at),
        crl(
            authority(),
            at=at,
            more=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.156.999.2"), b"\x05\x00"), True)],
        ),
    ),
)
_evidence(
    "revoked-on-one-of-two-lists",
    "Two lists in force: an older one without the certificate, a newer one with it.",
    crls=lambda at: (
        _root(at),
        crl(authority(), at=at - timedelta(days=2), number=10),
        crl(authority(), [(pki.cert("company"), SINCE, COMPROMISED)], at=at, number=11),
    ),
    expect=REVOKED,
)
_evidence(
    "on-hold",
    "The certificate is on hold.",
    crls=lambda at: (
        _root(at),
        crl(authority(), [(pki.cert("company"), SINCE, x509.ReasonFlags.certificate_hold)], at=at),
    ),
    expect=LATER | REVOKED,
)
_evidence(
    "ocsp-stale",
    "An OCSP answer of half a year ago.",
    ocsps=lambda at: (pki.ocsp_response("company", at - timedelta(days=180)),),
)
_evidence(
    "ocsp-about-another",
    "An OCSP answer about another enterprise's certificate.",
    ocsps=lambda at: (pki.ocsp_response("other", at),),
)
_evidence(
    "ocsp-revoked",
    "An OCSP answer says that the certificate is revoked.",
    ocsps=lambda at: (pki.ocsp_response("company-revoked", at),),
    label="company-revoked",
    expect=REVOKED,
)
_evidence(
    "ocsp-by-the-enterprise",
    "The enterprise answers for itself.",
    ocsps=lambda at: (ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity(), at=at),),
    label="company-revoked",
)
_evidence(
    "ocsp-by-a-time-stamping-authority",
    "Another certificate of the same issuer answers, which is not for that.",
    ocsps=lambda at: (ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity("tsa"), at=at),),
    label="company-revoked",
)
_evidence(
    "ocsp-unknown",
    "The responder does not know the certificate.",
    ocsps=lambda at: (
        ocsp(pki.cert("company"), pki.cert("interm"), identity("ocsp"), at=at, status=OCSPCertStatus.UNKNOWN),
    ),
)
_evidence(
    "ocsp-good-list-revoked",
    "An OCSP answer of yesterday says good, today's list says revoked.",
    crls=lambda at: (_root(at), pki.crl("interm", at)),
    ocsps=lambda at: (
        ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity("ocsp"), at=at - timedelta(days=1), days=3),
    ),
    label="company-revoked",
    expect=REVOKED,
)
_evidence(
    "ocsp-junk", "What is given as OCSP answers is none.", ocsps=lambda at: (b"", b"\x30\x03\x0a\x01\x06", b"junk")
)


def _point(*, authorities: bool = False, some: bool = False) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=authorities,
        only_some_reasons=frozenset({x509.ReasonFlags.affiliation_changed}) if some else None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


# The document security store of the file itself.


def _nothing(at: datetime) -> TrustMaterial:
    return pki.material(at, revocation=False)


@attack("dss", REVOKED, Bite.NOTHING)
def old_list_in_the_file(world: World) -> bytes:
    """The file carries a list of before the revocation; the configured one says revoked."""
    pdf = world.sealed(label="company-revoked")
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root", BEFORE), pki.crl("interm", BEFORE)])


@attack("dss", LATER, Bite.NOTHING, setting=Setting(trust=_nothing))
def only_an_old_list_in_the_file(world: World) -> bytes:
    """The file carries a list of before the revocation, and there is no other."""
    pdf = world.sealed(label="company-revoked")
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root", BEFORE), pki.crl("interm", BEFORE)])


@attack("dss", REVOKED, Bite.NOTHING)
def right_list_of_today_in_the_file(world: World) -> bytes:
    """The file carries today's list, which says revoked."""
    pdf = world.sealed(label="company-revoked")
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root"), pki.crl("interm")])


@attack("dss", LATER, Bite.NOTHING, setting=Setting(trust=_nothing))
def list_of_the_wrong_issuer(world: World) -> bytes:
    """The file carries lists of authorities of the same name with other keys."""
    pdf = world.sealed()
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root", of="foreign"), pki.crl("interm", of="foreign")])


@attack("dss", LATER, Bite.NOTHING, setting=Setting(trust=_nothing))
def list_by_the_enterprise(world: World) -> bytes:
    """The file carries a list in the intermediate's name that the enterprise made."""
    pdf = world.sealed(label="company-revoked")
    forged = crl(authority(), signed_by=identity())
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root"), forged])


@attack("dss", LATER, Bite.NOTHING, setting=Setting(trust=_nothing))
def answer_by_the_enterprise(world: World) -> bytes:
    """The file carries an OCSP answer that the enterprise made about itself."""
    pdf = world.sealed(label="company-revoked")
    answer = ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity())
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root")], ocsps=[answer])


@attack("dss", REVOKED, Bite.NOTHING)
def answer_by_the_enterprise_against_the_list(world: World) -> bytes:
    """The same, and the configured list says revoked."""
    pdf = world.sealed(label="company-revoked")
    answer = ocsp(pki.cert("company-revoked"), pki.cert("interm"), identity())
    return bare_pyhanko.with_evidence(pdf, ocsps=[answer])


@attack("dss", NO_CHAIN, Bite.NOTHING)
def foreign_root_in_the_file(world: World) -> bytes:
    """A foreign seal; the store of the file holds the foreign root and its lists, all consistent."""
    pdf = world.sealed(of="foreign")
    return bare_pyhanko.with_evidence(
        pdf,
        certificates=[pki.cert(name, "foreign") for name in ("root", "interm", "company")],
        crls=[pki.crl("root", of="foreign"), pki.crl("interm", of="foreign")],
    )
