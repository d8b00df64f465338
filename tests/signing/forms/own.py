"""Seals by certlight itself: every key, level and route, composed documents among them."""

from __future__ import annotations

import functools
import io
from typing import Any

from PIL import Image

from signing.appearance.placement import Placement
from signing.composition.compose import compose
from signing.composition.page import PageSource
from signing.enclosure import Enclosure, Party
from signing.keys.key import SealKey
from signing.sealing.fields import prepare_fields
from signing.sealing.order import FieldSpec, Level, Permission, SealOrder
from signing.sealing.seal import seal
from signing.sealing.two_phase import finish, prepare
from tests.signing import bare_endesive, bare_pyhanko, pki, sealed
from tests.signing.attacks.attack import Setting
from tests.signing.attacks.bases import base, rewritten
from tests.signing.forms.form import OTHER_BOX, form, listed, root_only

KINDS = ("p12", "p12-ec", "token-rsa", "token-ec")
THERE = Placement(0, 20, 200, 42)
COMPANY = Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE)
OTHER = Party(name=pki.OTHER_COMPANY, credit_code=pki.OTHER_CODE)


def by_certlight(pdf: bytes, key: SealKey, level: Level = Level.B_B, **more: Any) -> bytes:
    """Sealed as the product does it."""
    order = SealOrder(**{"picture": sealed.picture(), "placement": sealed.HERE, "level": level} | more)
    return seal(pdf, key, order, at=pki.NOW, timestamper=sealed.Authority(), trust=sealed.material())


def _one(kind: str, level: Level) -> bytes:
    with sealed.key(kind) as key:
        return by_certlight(base().pdf, key, level)


def _two_phase(kind: str, level: Level) -> bytes:
    """The key only ever sees the signed attributes."""
    order = SealOrder(picture=sealed.picture(), placement=sealed.HERE, level=level)
    with sealed.key(kind) as key:
        prepared = prepare(base().pdf, key.certificate, key.chain, order, at=pki.NOW, trust=sealed.material())
        signature = key.sign(prepared.signed_attributes, prepared.digest_algorithm)
    return finish(prepared.pdf, prepared.state, signature, timestamper=sealed.Authority(), trust=sealed.material())


for _kind in KINDS:
    for _level in Level:
        _inside = Setting(trust=root_only) if _level.with_evidence else None
        listed(
            f"certlight-{_kind}-{_level.value.lower()}",
            f"By certlight with {_kind}, PAdES {_level.value}.",
            functools.partial(_one, _kind, _level),
            setting=_inside,
        )
    listed(
        f"certlight-two-phase-{_kind}",
        f"In two phases with {_kind}.",
        functools.partial(_two_phase, _kind, Level.B_LTA),
    )


@functools.cache
def composed(*parties: Party, pages: int = 2) -> bytes:
    """Pages composed by the product, with the entries enclosed."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((800, 1100)).save(out, "JPEG", dpi=(96, 96))
    entries = Enclosure(
        schema="certlight.enclosure/1",
        doc_type="contract",
        template="contract@1",
        claim={"doc_type": "contract", "entered": {"amount": "100000.00"}, "marks": {}},
        parties=parties,
        created_at="2026-11-01T12:00:00+08:00",
    )
    return compose([PageSource(out.getvalue())] * pages, entries, title="合同", created_at=pki.NOW)


@form()
def composed_and_sealed() -> bytes:
    """A composed document with entries, sealed by the enterprise they name."""
    with sealed.key("p12") as key:
        return by_certlight(composed(COMPANY), key)


@form()
def composed_and_sealed_by_bare_endesive() -> bytes:
    """The same by bare endesive."""
    return bare_endesive.seal(composed(COMPANY))


@form(setting=Setting(trust=root_only))
def composed_and_archived_by_bare_pyhanko() -> bytes:
    """The same by bare pyHanko, B-LTA."""
    context = bare_pyhanko.context(pki.NOW)
    return bare_pyhanko.seal(composed(COMPANY), stamper=pki.timestamper(), lt=context, lta=True)


@form(seals=2)
def contract_of_two_parties() -> bytes:
    """A composed contract that both parties seal, each in the field prepared for it."""
    fields = [FieldSpec(0, 20, 200, party=COMPANY), FieldSpec(0, 120, 200, party=OTHER)]
    pdf = prepare_fields(composed(COMPANY, OTHER), fields)
    for kind in ("p12", "p12-other"):
        with sealed.key(kind) as key:
            pdf = by_certlight(pdf, key, placement=None)
    return pdf


@form(seals=2)
def contract_certified_by_the_first_party() -> bytes:
    """The first party certifies, the second fills its field, both B-T."""
    fields = [FieldSpec(0, 20, 200, party=COMPANY), FieldSpec(0, 120, 200, party=OTHER)]
    pdf = prepare_fields(composed(COMPANY, OTHER), fields)
    with sealed.key("p12") as key:
        pdf = by_certlight(pdf, key, Level.B_T, placement=None, certify=Permission.SEAL)
    with sealed.key("p12-other") as key:
        return by_certlight(pdf, key, Level.B_T, placement=None)


@form(seals=2)
def certlight_then_bare_pyhanko() -> bytes:
    """Certlight's seal, then another party's by bare pyHanko."""
    return bare_pyhanko.seal(_one("p12", Level.B_B), "other", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def certlight_then_bare_endesive() -> bytes:
    """Certlight's seal, then another party's by bare endesive."""
    return bare_endesive.seal(_one("p12", Level.B_B), "other", field="Seal2", box=OTHER_BOX)


@form(seals=2)
def bare_endesive_then_certlight() -> bytes:
    """Bare endesive's seal, then another party's by certlight."""
    with sealed.key("p12-other") as key:
        return by_certlight(bare_endesive.seal(base().pdf), key, placement=THERE)


@form(seals=3)
def three_archived_by_certlight() -> bytes:
    """Three seals, all B-LTA."""
    pdf = base().pdf
    for kind, place in (("p12", 20), ("p12-other", 70), ("token-ec", 120)):
        with sealed.key(kind) as key:
            pdf = by_certlight(pdf, key, Level.B_LTA, placement=Placement(0, place, 200, 42))
    return pdf


@form()
def invisible_by_certlight() -> bytes:
    """No picture."""
    with sealed.key("p12") as key:
        return by_certlight(base().pdf, key, picture=None, placement=None)


@form()
def streams_by_certlight() -> bytes:
    """The input has object and cross-reference streams."""
    with sealed.key("p12") as key:
        return by_certlight(rewritten(base(3).pdf, streams=True), key)
