"""Every form of a right seal: what an honest enterprise hands in, and must not be turned away with."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from signing.trust.material import TrustMaterial
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import Setting
from tests.signing.attacks.world import World

IN_TIME: Final = datetime(2026, 1, 15, 4, 0, tzinfo=pki.NOW.tzinfo)
"""Before ``company-expired`` ended (2026-03-01) and ``company-revoked`` was revoked (2026-06-01)."""
YEARS_LATER: Final = datetime(2034, 6, 1, 4, 0, tzinfo=pki.NOW.tzinfo)
OTHER_BOX: Final = (60.0, 80.0, 180.0, 200.0)
"""Where a second party seals."""
THIRD_BOX: Final = (220.0, 80.0, 340.0, 200.0)
PYHANKO: Final = World("pyhanko")
ENDESIVE: Final = World("endesive")


@dataclass(frozen=True)
class Form:
    """One right file. ``seals`` is how many there are in it."""

    name: str
    build: Callable[[], bytes]
    note: str
    setting: Setting = field(default_factory=Setting, compare=False)
    seals: int = 1

    def __str__(self) -> str:
        return self.name


FORMS: Final[list[Form]] = []


def form(*, seals: int = 1, setting: Setting | None = None) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Put a builder on the list; its docstring is the note, its name the form's."""

    def register(build: Callable[[], bytes]) -> Callable[[], bytes]:
        listed(build.__name__.replace("_", "-"), " ".join((build.__doc__ or "").split()), build, seals, setting)
        return build

    return register


def listed(name: str, note: str, build: Callable[[], bytes], seals: int = 1, setting: Setting | None = None) -> None:
    """Put a form on the list; its file is made once."""
    FORMS.append(Form(name, functools.cache(build), note, setting or Setting(), seals))


def root_only(at: datetime) -> TrustMaterial:
    """The root and nothing else: all evidence is in the file."""
    return dataclasses.replace(pki.material(at, revocation=False), intermediates=())


def by_ocsp(at: datetime) -> TrustMaterial:
    """An OCSP answer about the enterprise instead of a list."""
    answers = (pki.ocsp_response("company", at),)
    return dataclasses.replace(pki.material(at), crls=(pki.crl("root", at),), ocsps=answers)


def old_lists_too(at: datetime) -> TrustMaterial:
    """Stale lists beside fresh ones."""
    plain = pki.material(at)
    old = tuple(pki.crl(name, at - timedelta(days=90)) for name in ("root", "interm"))
    return dataclasses.replace(plain, crls=(*old, *plain.crls))


def with_lists(pdf: bytes, at: datetime = pki.NOW) -> bytes:
    """The PDF with a store of the lists of then and the certificates above the enterprise."""
    above = [pki.cert("interm"), pki.cert("root")]
    return bare_pyhanko.with_evidence(pdf, crls=[pki.crl("root", at), pki.crl("interm", at)], certificates=above)


def archived(label: str, at: datetime) -> bytes:
    """PAdES B-LTA made at a time."""
    stamper, context = pki.timestamper(at), bare_pyhanko.context(at)
    return bare_pyhanko.seal(PYHANKO.base().pdf, label, stamper=stamper, lt=context, lta=True)
