"""The last step of a document's way: its PDF is given what is seen of the seal, and sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signing.appearance.anchor import find_anchor
from signing.appearance.company_seal import company_seal
from signing.appearance.picture import SealPicture
from signing.appearance.placement import Placement
from signing.appearance.riding import add_riding_seal
from signing.certificate import Certificate
from signing.enclosure import Party
from signing.keys.key import SealKey
from signing.sealing.fields import prepare_fields
from signing.sealing.order import FieldSpec, Level, Permission, SealOrder
from signing.sealing.seal import seal
from signing.sealing.timestamping import TimestampSource
from signing.sealing.two_phase import Prepared, prepare
from signing.trust.marking import is_demonstration
from signing.trust.material import TrustMaterial


@dataclass(frozen=True, slots=True)
class SealWish:
    """How a person wants a document sealed. With no place, field or anchor the seal is not seen."""

    picture: SealPicture | None = None
    """A picture of one's own; None: a company seal is drawn from the certificate."""
    kind: str = ""
    """Line below the star of a drawn seal: 合同专用章."""
    code: str = ""
    """Its 印章编码."""
    placement: Placement | None = None
    anchor: str | None = None
    """Words of the document over which the seal comes to stand: 发包人（盖章）."""
    field_name: str | None = None
    riding: bool = False
    """Also a riding seal across the edges of all pages."""
    fields: tuple[FieldSpec, ...] = ()
    """Empty fields for the seals of others, made before this one."""
    level: Level = Level.B_B
    certify: Permission | None = None
    reason: str = ""
    location: str = ""

    @property
    def seen(self) -> bool:
        """Whether anything of the seal is to be seen."""
        return bool(self.placement or self.anchor or self.field_name or self.riding)


def sealed(
    pdf: bytes,
    key: SealKey,
    wish: SealWish,
    *,
    party: Party | None,
    at: datetime,
    trust: TrustMaterial,
    timestamper: TimestampSource | None,
) -> bytes:
    """``pdf`` sealed with ``key``: its bytes stay what they are, the seal is added behind them.

    ``party`` is the enterprise that is to seal; another's certificate is refused. Raises CertlightError ``seal.*``,
    ``certificate.*``, ``key.*``, ``fonts.missing``.
    """
    pdf, order = _ordered(pdf, key.certificate, key.chain, wish, party)
    return seal(pdf, key, order, at=at, timestamper=timestamper, trust=trust)


def prepared(
    pdf: bytes,
    certificate: Certificate,
    chain: Sequence[Certificate],
    wish: SealWish,
    *,
    party: Party | None,
    at: datetime,
    trust: TrustMaterial,
) -> Prepared:
    """The same up to the signature, for a key that is somewhere else; :func:`signing.sealing.two_phase.finish` is what
    remains. Raises CertlightError ``seal.*``, ``certificate.*``, ``fonts.missing``.
    """
    pdf, order = _ordered(pdf, certificate, chain, wish, party)
    return prepare(pdf, certificate, chain, order, at=at, trust=trust)


def _ordered(
    pdf: bytes, certificate: Certificate, chain: Sequence[Certificate], wish: SealWish, party: Party | None
) -> tuple[bytes, SealOrder]:
    """``pdf`` with what precedes the seal itself, and the seal as it is ordered."""
    picture = (wish.picture or drawn_seal(certificate, chain, wish.kind, wish.code)) if wish.seen else None
    placement = wish.placement
    if picture is not None:
        if wish.riding:
            pdf = add_riding_seal(pdf, picture)
        if wish.anchor:
            width = placement.width if placement is not None else None
            placement = find_anchor(pdf, wish.anchor, picture, width_mm=width)
    if wish.fields:
        pdf = prepare_fields(pdf, wish.fields)
    stands = placement is not None or wish.field_name is not None
    order = SealOrder(
        picture=picture if stands else None,
        placement=placement if wish.field_name is None else None,
        field_name=wish.field_name,
        level=wish.level,
        reason=wish.reason,
        location=wish.location,
        certify=wish.certify,
        party=party,
    )
    return pdf, order


def drawn_seal(certificate: Certificate, chain: Sequence[Certificate], kind: str, code: str) -> SealPicture:
    """The round seal of the enterprise that the certificate names; marked 演示 for a demonstration certificate."""
    demonstration = any(is_demonstration(each) for each in (certificate, *chain))
    return company_seal(certificate.holder.label, kind=kind, code_line=code, demonstration=demonstration)
