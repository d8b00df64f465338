"""Empty fields for seals to come."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields

from signing.appearance.page_frame import resolve_page
from signing.appearance.picture import SealPicture
from signing.appearance.placement import Placement, place_on
from signing.enclosure import Party
from signing.sealing.ground import PARTY_KEY, Ground, reading, survey
from signing.sealing.order import FieldSpec
from signing.sealing.pdf_writer import increment_over
from signing.sealing.refusals import refusal
from signing.sealing.target import next_name

_MAX_NAME: Final = 64


def prepare_fields(pdf: bytes, fields: Sequence[FieldSpec]) -> bytes:
    """The document with empty, visible signature fields, in one increment; to be done before the first seal.

    A field may say who is to seal there: people see it as the field's tooltip, and no other enterprise's certificate
    is taken. Fields that are there before a certifying seal (DocMDP 2) can be sealed after it.
    Raises InputRefused ``seal.fields_too_late``, ``seal.field_name_taken``, ``seal.pdf_*``; UsageError
    ``seal.field_name_malformed``, ``seal.place_*``.
    """
    ground = survey(pdf)
    if ground.sealed or ground.permission is not None:
        raise refusal("seal.fields_too_late")
    if not fields:
        return pdf
    named = _named(ground, fields)
    with reading():
        writer = increment_over(ground.reader)
        for name, spec in named.items():
            page = resolve_page(spec.page, len(ground.pages))
            shape = SealPicture(b"", spec.width, spec.height)
            rect = place_on(ground.frame(page), page, Placement(page, spec.x, spec.y), shape).rect
            append_signature_field(
                writer,
                SigFieldSpec(name, on_page=page, box=rect, readable_field_name=_tooltip(spec)),  # type: ignore[arg-type]
            )
        _name_parties(writer, named)
        out = io.BytesIO()
        writer.write(out)
    return out.getvalue()


def _named(ground: Ground, fields: Sequence[FieldSpec]) -> dict[str, FieldSpec]:
    named: dict[str, FieldSpec] = {}
    taken = set(ground.taken_names) | {spec.name for spec in fields if spec.name is not None}
    for spec in fields:
        name = spec.name if spec.name is not None else next_name(taken | set(named))
        if not name.strip() or "." in name or len(name) > _MAX_NAME or not name.isprintable():
            raise refusal("seal.field_name_malformed")
        if name in named or name in ground.taken_names:
            raise refusal("seal.field_name_taken", name)
        named[name] = spec
    return named


def _tooltip(spec: FieldSpec) -> str | None:
    if spec.party is None:
        return None
    return f"盖章处：{spec.party.name or spec.party.credit_code}"


def _name_parties(writer: Any, named: dict[str, FieldSpec]) -> None:
    for name, _, reference in enumerate_sig_fields(writer, filled_status=False):
        spec = named.get(str(name))
        if spec is not None and spec.party is not None:
            reference.get_object()[pdf_name(PARTY_KEY)] = _party_entry(spec.party)


def _party_entry(party: Party) -> Any:
    entry: Any = generic.DictionaryObject()  # type: ignore[no-untyped-call]
    entry[pdf_name("/Name")] = generic.TextStringObject(party.name)
    if party.credit_code:
        entry[pdf_name("/CreditCode")] = generic.TextStringObject(party.credit_code)
    return entry
