"""Which field a seal goes into, and what it shows there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signing.appearance.page_frame import resolve_page
from signing.appearance.picture import SealPicture
from signing.appearance.placement import Position, place_on
from signing.certificate import Holder
from signing.enclosure import Party
from signing.party import same_enterprise
from signing.sealing.ground import FormField, Ground
from signing.sealing.order import Permission, SealOrder
from signing.sealing.refusals import refusal

FIELD_PREFIX: Final = "签章_"
_NOWHERE: Final = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Target:
    """The field of one seal."""

    name: str
    existing: FormField | None
    """None: the field is new."""
    position: Position
    picture: SealPicture | None

    @property
    def party(self) -> Party | None:
        """Whom the field was prepared for."""
        return self.existing.party if self.existing else None


def aim(ground: Ground, order: SealOrder, holder: Holder) -> Target:
    """The field that ``order`` means, for a seal of ``holder``; checked against what earlier seals allow.

    Raises InputRefused ``seal.locked``, ``seal.certify_late``, ``seal.certify_locks_out``, ``seal.field_*``; UsageError
    ``seal.place_*``.
    """
    if ground.permission is Permission.NOTHING:
        raise refusal("seal.locked")
    if order.certify is not None and ground.sealed:
        raise refusal("seal.certify_late")
    existing = _existing(ground, order, holder)
    if order.certify is Permission.NOTHING and any(not f.filled and f is not existing for f in ground.fields):
        raise refusal("seal.certify_locks_out")
    target = _into(ground, existing, order) if existing else _new(ground, order)
    if any(lock.is_locked(target.name) for lock in ground.locks):
        raise refusal("seal.field_locked")
    return target


def next_name(taken: frozenset[str] | set[str], prefix: str = FIELD_PREFIX) -> str:
    """The first free name with ``prefix``."""
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _existing(ground: Ground, order: SealOrder, holder: Holder) -> FormField | None:
    empty = [field for field in ground.fields if not field.filled]
    if order.field_name is None:
        if order.placement is not None:
            return None
        return next((field for field in empty if field.party and same_enterprise(holder, field.party)), None)
    for field in ground.fields:
        if field.name == order.field_name:
            if field.filled:
                raise refusal("seal.field_filled")
            return field
    raise refusal("seal.field_missing", "、".join(field.name for field in empty) or "—")


def _into(ground: Ground, field: FormField, order: SealOrder) -> Target:
    rotation = ground.frame(field.page).rotation
    visible = field.rect[0] < field.rect[2] and field.rect[1] < field.rect[3]
    return Target(field.name, field, Position(field.page, field.rect, rotation), order.picture if visible else None)


def _new(ground: Ground, order: SealOrder) -> Target:
    if ground.permission is not None:
        raise refusal("seal.field_needed")
    name = next_name(ground.taken_names)
    if order.picture is None:
        page = resolve_page(order.placement.page, len(ground.pages)) if order.placement else 0
        return Target(name, None, Position(page, _NOWHERE), None)
    if order.placement is None:
        raise refusal("seal.place_missing")
    page = resolve_page(order.placement.page, len(ground.pages))
    return Target(name, None, place_on(ground.frame(page), page, order.placement, order.picture), order.picture)
