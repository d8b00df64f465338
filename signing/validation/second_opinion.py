"""pyHanko's difference analysis with stricter rules: what it cannot explain does not pass, whatever our own says."""

from __future__ import annotations

from typing import Final

from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)

from signing.validation.history import History

_CATALOG: Final = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})
_FORM: Final = frozenset({"/Fields", "/SigFlags", "/DA", "/DR"})
_POLICY: Final = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=_CATALOG),  # type: ignore[no-untyped-call]
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
    ],
    form_rule=FormUpdatingRule(
        # No rule for fields of other kinds: nobody fills a form after a seal.
        field_rules=[
            SigFieldCreationRule(allow_new_visible_after_certify=True),  # type: ignore[no-untyped-call]
            SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
        ],
        ignored_acroform_keys=_FORM,
    ),
)
"""Its default lets forms be filled, appearances be drawn over, and the form's defaults be changed."""


def explains(history: History, since: int, revision: int) -> bool:
    """Whether pyHanko can explain all that ``revision`` changed since the revision ``since``."""
    reader = history.reader
    old, new = (reader.get_historical_resolver(history.revisions[index].number) for index in (since, revision))
    try:
        _POLICY.apply(old, new)
    except Exception:  # SuspiciousModification, or whatever a parser raises on hostile bytes: not explained.
        return False
    return True
