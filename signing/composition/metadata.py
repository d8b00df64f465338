"""What a PDF/A says of itself: the XMP packet and the document information, telling the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

import certlight

PRODUCER: Final = f"certlight {certlight.__version__}"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_TITLE: Final = 1000
_NO_TITLE: Final = "certlight"

_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <pdfaid:part>3</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <pdf:Producer>{producer}</pdf:Producer>
   <xmp:CreateDate>{date}</xmp:CreateDate>
   <xmp:ModifyDate>{date}</xmp:ModifyDate>
   <xmp:MetadataDate>{date}</xmp:MetadataDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
{padding}<?xpacket end="w"?>"""
_PADDING: Final = (" " * 99 + "\n") * 20
"""White space for whoever edits the packet in place (XMP part 1 §7.3.2)."""


def clean_title(title: str) -> str:
    """The title as XML and a PDF string can both hold it: one line, at most 1,000 characters."""
    whole = title.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    return " ".join(_NOT_IN_XML.sub(" ", whole).split())[:_LONGEST_TITLE] or _NO_TITLE


def packet(title: str, created_at: datetime) -> bytes:
    """The XMP packet of a PDF/A-3b (ISO 19005-3 §6.6), UTF-8. ``title`` is clean."""
    date = created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _PACKET.format(title=escape(title), producer=PRODUCER, date=date, padding=_PADDING).encode("utf-8")


def pdf_date(moment: datetime) -> str:
    """A date as ISO 32000-1 §7.9.4 writes it, in UTC. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the time has no time zone")
    return moment.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
