"""One seal, by either library."""

from __future__ import annotations

import dataclasses
import functools
from datetime import datetime, timedelta

from signing.enclosure import Party
from signing.trust.material import TrustMaterial
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.attacks.attack import Setting
from tests.signing.attacks.bases import base, rewritten
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.issuing import authority, crl, issue, ocsp, subject, usage
from tests.signing.attacks.signed_data import Recipe, identity
from tests.signing.attacks.timestamps import by, token_over
from tests.signing.forms.form import (
    ENDESIVE,
    IN_TIME,
    PYHANKO,
    YEARS_LATER,
    archived,
    by_ocsp,
    form,
    listed,
    old_lists_too,
    root_only,
    with_lists,
)


def _lists_of_then_too(at: datetime) -> TrustMaterial:
    """Lists of before the certificate expired, kept by the operator: later ones need not name expired certificates."""
    plain = pki.material(at)
    then = IN_TIME + timedelta(days=20)
    return dataclasses.replace(plain, crls=(*plain.crls, pki.crl("root", then), pki.crl("interm", then)))


for _world in (PYHANKO, ENDESIVE):
    listed(f"{_world.maker}-plain", "One visible seal.", functools.partial(_world.sealed))
    listed(f"{_world.maker}-three-pages", "Three pages.", functools.partial(_world.sealed, 3))
    listed(f"{_world.maker}-enclosed", "With entries enclosed.", functools.partial(_world.sealed, enclosed=True))
    listed(f"{_world.maker}-invisible", "An invisible seal.", functools.partial(_world.seal, base().pdf, box=None))
    for _level in (1, 2, 3):
        listed(
            f"{_world.maker}-certified-p{_level}",
            f"Certified with P={_level}.",
            functools.partial(_world.sealed, certify=_level),
        )
    listed(
        f"{_world.maker}-parties-given",
        "The party is given and is right.",
        functools.partial(_world.sealed),
        setting=Setting(parties=(Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE),)),
    )
    listed(
        f"{_world.maker}-ocsp", "An OCSP answer instead of a list.", functools.partial(_world.sealed),
        setting=Setting(trust=by_ocsp),
    )  # fmt: skip
    listed(
        f"{_world.maker}-old-lists-too", "Stale lists beside fresh ones.", functools.partial(_world.sealed),
        setting=Setting(trust=old_lists_too),
    )  # fmt: skip
    listed(
        f"{_world.maker}-linearized",
        "The input is linearized.",
        lambda world=_world: world.seal(rewritten(base(3).pdf, linear=True)),
    )
    listed(
        f"{_world.maker}-updated-before",
        "The input had updates before the seal.",
        lambda world=_world: world.seal(_updated(base(3).pdf)),
    )
    listed(
        f"{_world.maker}-timestamp-then-expired",
        "The certificate expired after the timestamp.",
        lambda world=_world: world.forged(Recipe(label="company-expired", token=by(IN_TIME))),
        setting=Setting(trust=_lists_of_then_too),
    )
    listed(
        f"{_world.maker}-timestamp-then-revoked",
        "The certificate was revoked after the timestamp.",
        lambda world=_world: world.forged(Recipe(label="company-revoked", token=by(IN_TIME))),
    )
    listed(
        f"{_world.maker}-document-timestamp-then-expired",
        "The certificate expired after a document timestamp over the seal.",
        lambda world=_world: bare_pyhanko.document_timestamp(
            world.sealed(label="company-expired"), pki.timestamper(IN_TIME)
        ),
        setting=Setting(trust=_lists_of_then_too),
    )
    listed(
        f"{_world.maker}-evidence-in-the-file",
        "The lists are in the file only (DSS).",
        lambda world=_world: with_lists(world.sealed()),
        setting=Setting(trust=root_only),
    )
    listed(
        f"{_world.maker}-long-line-end",
        "The file ends with CR LF after %%EOF.",
        lambda world=_world: world.seal(base().pdf.rstrip() + b"\r\n"),
    )


@form()
def pyhanko_adobe_subfilter() -> bytes:
    """adbe.pkcs7.detached instead of ETSI.CAdES.detached."""
    return bare_pyhanko.seal(base().pdf, pades=False)


@form()
def pyhanko_elliptic_curve() -> bytes:
    """A P-256 key."""
    return bare_pyhanko.seal(base().pdf, "company-ec")


@form()
def pyhanko_sha512() -> bytes:
    """SHA-512."""
    return bare_pyhanko.seal(base().pdf, digest="sha512")


@form()
def endesive_sha384() -> bytes:
    """SHA-384."""
    return bare_endesive.seal(base().pdf, digest="sha384")


@form()
def pyhanko_pss() -> bytes:
    """RSASSA-PSS."""
    return bare_pyhanko.seal(base().pdf, pss=True)


@form()
def endesive_pss() -> bytes:
    """RSASSA-PSS by endesive, with the longest salt."""
    return bare_endesive.seal(base().pdf, pss=True)


@form()
def pyhanko_certificate_for_mail() -> bytes:
    """The certificate's extended key usage is e-mail protection, as many CAs give it to enterprises."""
    return bare_pyhanko.seal(base().pdf, "company-email-eku")


@form()
def pyhanko_b_t() -> bytes:
    """PAdES B-T."""
    return bare_pyhanko.seal(base().pdf, stamper=pki.timestamper())


@form()
def endesive_b_t() -> bytes:
    """endesive with an RFC 3161 timestamp."""
    with bare_endesive.time_stamping_authority() as address:
        return bare_endesive.seal(base().pdf, tsa=address)


@form(setting=Setting(trust=root_only))
def pyhanko_b_lt() -> bytes:
    """PAdES B-LT, the evidence in the file only."""
    return bare_pyhanko.seal(base().pdf, stamper=pki.timestamper(), lt=bare_pyhanko.context(pki.NOW))


@form(setting=Setting(trust=root_only))
def pyhanko_b_lta() -> bytes:
    """PAdES B-LTA, the evidence in the file only."""
    return bare_pyhanko.seal(base().pdf, stamper=pki.timestamper(), lt=bare_pyhanko.context(pki.NOW), lta=True)


@form()
def pyhanko_b_lta_certified_p1() -> bytes:
    """PAdES B-LTA on a document certified with P=1: evidence and timestamps stay allowed, ISO 32000-2 Table 257."""
    return bare_pyhanko.seal(
        base().pdf, stamper=pki.timestamper(), lt=bare_pyhanko.context(pki.NOW), lta=True, certify=1
    )


@form()
def archived_then_expired() -> bytes:
    """PAdES B-LTA; the certificate has expired since."""
    return archived("company-expired", IN_TIME)


@form()
def archived_then_revoked() -> bytes:
    """PAdES B-LTA; the certificate has been revoked since."""
    return archived("company-revoked", IN_TIME)


@form(setting=Setting(at=YEARS_LATER))
def archived_validated_years_later() -> bytes:
    """PAdES B-LTA, validated eight years later with the lists of then."""
    return archived("company", pki.NOW)


@form(setting=Setting(at=YEARS_LATER))
def archived_and_expired_validated_years_later() -> bytes:
    """PAdES B-LTA of an expired certificate, validated eight years later with the lists of then."""
    return archived("company-expired", IN_TIME)


@form(setting=Setting(at=YEARS_LATER, trust=root_only))
def archived_again() -> bytes:
    """PAdES B-LTA with a second archive timestamp of years later, validated with the evidence of the file."""
    at = YEARS_LATER - timedelta(days=2)
    again = with_lists(archived("company", pki.NOW), at)
    return bare_pyhanko.document_timestamp(again, pki.timestamper(at), "Time2")


@form()
def right_by_first_principles() -> bytes:
    """A CMS by our own hand, so that the forgeries made the same way are refused for what is forged only."""
    return PYHANKO.forged(Recipe())


@form()
def right_by_first_principles_in_endesive() -> bytes:
    """The same in a file by endesive."""
    return ENDESIVE.forged(Recipe())


@form()
def timestamped_by_first_principles() -> bytes:
    """The same with a timestamp."""
    return PYHANKO.forged(Recipe(token=lambda value: token_over(value, IN_TIME)))


def _plain_list(at: datetime) -> TrustMaterial:
    return dataclasses.replace(pki.material(at), crls=(pki.crl("root", at), crl(authority(), at=at)))


@form(setting=Setting(trust=_plain_list))
def certificate_of_a_plain_authority() -> bytes:
    """A certificate without CRL address or AIA, and a list without either."""
    who = issue(subject(), authority(), serial=6001, extensions=[(usage(), True)])
    return PYHANKO.forged(Recipe(who=who))


@form(setting=Setting(trust=root_only))
def evidenceby_ocsp_in_the_file() -> bytes:
    """The store of the file has an OCSP answer and the root's list."""
    answer = ocsp(pki.cert("company"), pki.cert("interm"), identity("ocsp"))
    return bare_pyhanko.with_evidence(PYHANKO.sealed(), crls=[pki.crl("root")], ocsps=[answer])


def _updated(pdf: bytes) -> bytes:
    """Two honest updates before any seal."""
    for title in ("First revision", "Second revision"):
        with Increment(pdf) as update:
            update.trailer["/Info"] = update.new(f"<< /Title ({title}) >>")
            pdf = update.close()
    return pdf
