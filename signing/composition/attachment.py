"""The enclosure as an associated file of a PDF that is being composed."""

from __future__ import annotations

import hashlib
from typing import Final

from pikepdf import Array, Dictionary, Name, Pdf, String

from signing.composition.streams import flate
from signing.enclosure import ENCLOSURE_NAME

DESCRIPTION: Final = "certlight enclosure: entries, marks and verdict"


def attach(pdf: Pdf, data: bytes, moment: str) -> None:
    """Embed ``data`` as the document's associated data (ISO 32000-2 §14.13, ISO 19005-3 §6.8).

    ``moment`` is a PDF date. The document has no other embedded file.
    """
    embedded = flate(
        pdf,
        data,
        Type=Name.EmbeddedFile,
        Subtype=Name("/application/json"),
        Params=Dictionary(
            Size=len(data),
            CreationDate=String(moment),
            ModDate=String(moment),
            CheckSum=String(hashlib.md5(data, usedforsecurity=False).digest()),
        ),
    )
    specification = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(ENCLOSURE_NAME),
            UF=String(ENCLOSURE_NAME),
            EF=Dictionary(F=embedded, UF=embedded),
            AFRelationship=Name.Data,
            Desc=String(DESCRIPTION),
        )
    )
    tree = Dictionary(Names=Array([String(ENCLOSURE_NAME), specification]))
    pdf.Root.Names = Dictionary(EmbeddedFiles=pdf.make_indirect(tree))
    pdf.Root.AF = Array([specification])
