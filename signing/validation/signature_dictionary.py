"""The form of one signature dictionary, judged on its own bytes: ISO 32000-2 §12.8.1 and table 255.

The attacks known as USF and SWA (Mladenov et al., "1 Trillion Dollar Refund", CCS 2019) and their relatives live on
readers that repair /ByteRange and /Contents, or find another one than their neighbour does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from certlight.text import Text
from signing.validation.history import History
from signing.validation.indication import Indication, SubIndication
from signing.validation.indirect import Body
from signing.validation.report import Coverage, Finding
from signing.validation.revisions import Revision
from signing.validation.syntax import Entry, Malformed, entries

_SPACE: Final = rb"[\x00\t\n\x0c\r ]"
_FOUR: Final = re.compile(rb"\[%s*(\d{1,10})%s+(\d{1,10})%s+(\d{1,10})%s+(\d{1,10})%s*\]" % ((_SPACE,) * 5))
_SEQUENCE: Final = 0x30
_OBJECT_IDENTIFIER: Final = 0x06
_EXPLICIT: Final = 0xA0
_INDEFINITE: Final = 0x80
_MAX_DEPTH: Final = 32
_HEX: Final = re.compile(rb"<((?:[0-9A-Fa-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """What a signature dictionary says it covers, and what it holds."""

    byte_range: tuple[int, int, int, int] | None
    cms: bytes
    coverage: Coverage
    findings: tuple[Finding, ...]


def examine(history: History, body: Body, revision: Revision, file_size: int) -> SignedBytes:
    """Judge the signature dictionary ``body``, which ``revision`` defines, in a file of ``file_size`` bytes."""
    data = history.data
    try:
        written = entries(data, body.value_start)
    except Malformed:
        return SignedBytes(None, b"", Coverage.PARTIAL, (refused("seal.dictionary", _BROKEN),))
    findings: list[Finding] = []
    if len({entry.key for entry in written}) != len(written):
        findings.append(refused("seal.dictionary", _TWICE))
    if any(entry.key != entry.spelled for entry in written):
        findings.append(refused("seal.dictionary", _ESCAPED))
    if _comments(data, body, written):
        findings.append(refused("seal.dictionary", _COMMENTED))
    ranges = [entry for entry in written if entry.key == b"ByteRange"]
    contents = [entry for entry in written if entry.key == b"Contents"]
    byte_range = _byte_range(data, ranges, findings)
    cms = _contents(data, contents, findings)
    if byte_range is not None and contents:
        gap = (byte_range[1], byte_range[2])
        if byte_range[0] != 0 or gap != (contents[0].start, contents[0].end):
            findings.append(refused("seal.byte_range", _GAP))
    coverage = _coverage(byte_range, revision, file_size)
    if coverage is Coverage.PARTIAL and not findings:
        findings.append(refused("seal.byte_range", _REACH))
    return SignedBytes(byte_range, cms, coverage, tuple(findings))


def is_whole_der(content: bytes) -> bool:
    """Whether ``content`` is exactly one SEQUENCE of definite length."""
    return content[:1] == b"\x30" and content[1:2] != b"\x80" and _size(content, 0, 0) == len(content)


def refused(code: str, words: Text) -> Finding:
    """A finding that the form is broken: nobody who seals honestly writes it."""
    return Finding(code, words, Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)


NOT_CMS: Final = refused(
    "seal.contents",
    Text(
        "签名值（Contents）已损坏，不是签名数据。", "The signature value, /Contents, is damaged: it holds no signature."
    ),
)


def _byte_range(data: bytes, found: list[Entry], findings: list[Finding]) -> tuple[int, int, int, int] | None:
    match = _FOUR.fullmatch(data, found[0].start, found[0].end) if found else None
    if match is None:
        findings.append(refused("seal.byte_range", _NO_RANGE))
        return None
    first, length, second, rest = (int(digits) for digits in match.groups())
    return first, length, second, rest


def _contents(data: bytes, found: list[Entry], findings: list[Finding]) -> bytes:
    match = _HEX.fullmatch(data, found[0].start, found[0].end) if found else None
    if match is None or not match[1]:
        findings.append(refused("seal.contents", _NO_CONTENTS))
        return b""
    if match[1] not in (match[1].upper(), match[1].lower()):
        findings.append(refused("seal.contents", _MIXED))
    content = bytes.fromhex(match[1].decode("ascii"))
    size = _content_info(content)
    if size is None:
        findings.append(NOT_CMS)
        # Seals of other standards (GB/T 38540) are one SEQUENCE too; whoever does not expect a CMS looks at that.
        other = _size(content, 0, 0) if content[0] == _SEQUENCE else None
        return content[:other] if other is not None and not any(content[other:]) else b""
    if content[1] == _INDEFINITE:
        findings.append(Finding("seal.not_der", _NOT_DER, Indication.INDETERMINATE, SubIndication.FORMAT_FAILURE))
    if content.count(0, size) != len(content) - size:
        findings.append(refused("seal.padding", _PADDING))
    return content[:size]


def _content_info(content: bytes) -> int | None:
    """Bytes of the ContentInfo, RFC 5652 §3, that ``content`` begins with: a type, a value, and nothing else."""
    size = _size(content, 0, 0)
    if size is None or content[0] != _SEQUENCE:
        return None
    header = 2 if content[1] <= _INDEFINITE else 2 + content[1] - _INDEFINITE
    kind = _size(content, header, 1)
    value = _size(content, kind, 1) if kind is not None and content[header] == _OBJECT_IDENTIFIER else None
    if kind is None or value is None or content[kind] != _EXPLICIT:
        return None
    return size if value == size - (2 if content[1] == _INDEFINITE else 0) else None


def _size(content: bytes, start: int, depth: int) -> int | None:
    """Offset behind the BER value at ``start``, X.690 §8.1.3; None where there is none.

    Lengths have to be as short as DER wants them; the indefinite form is followed to its end.
    """
    if start + 2 > len(content) or depth > _MAX_DEPTH:
        return None
    first, position = content[start + 1], start + 2
    if first == _INDEFINITE:
        while content[position : position + 2] != b"\0\0":
            inner = _size(content, position, depth + 1)
            if inner is None:
                return None
            position = inner
        return position + 2
    length, digits = first, 0
    if first > _INDEFINITE:
        digits = first - _INDEFINITE
        length = int.from_bytes(content[position : position + digits], "big")
        if digits > 4 or position + digits > len(content) or length < _INDEFINITE or content[position] == 0:
            return None
    end = position + digits + length
    return end if end <= len(content) else None


def _coverage(byte_range: tuple[int, int, int, int] | None, revision: Revision, file_size: int) -> Coverage:
    if byte_range is None or byte_range[0] != 0:
        return Coverage.PARTIAL
    end = byte_range[2] + byte_range[3]
    if end == file_size == revision.end:
        return Coverage.WHOLE_FILE
    if end == revision.end or (revision.eof <= end <= revision.end < file_size):
        return Coverage.WHOLE_REVISION
    return Coverage.PARTIAL


def _comments(data: bytes, body: Body, written: list[Entry]) -> bool:
    """Whether bytes of the dictionary that belong to no entry hold more than white space and keys."""
    position = data.index(b"<<", body.value_start)
    for entry in written:
        if b"%" in data[position : entry.start]:
            return True
        position = entry.end
    return b"%" in data[position : body.end]


_BROKEN: Final = Text("签名字典无法解析。", "The signature dictionary cannot be parsed.")
_TWICE: Final = Text(
    "签名字典中同一个项出现了两次，不同软件会读到不同的值。",
    "The signature dictionary has the same entry twice: two readers would read different values.",
)
_ESCAPED: Final = Text("签名字典的项名被变形书写。", "The signature dictionary spells a key with escapes.")
_COMMENTED: Final = Text("签名字典中夹有注释。", "The signature dictionary holds a comment.")
_NO_RANGE: Final = Text(
    "签名未注明覆盖范围（ByteRange），或范围不是四个整数。",
    "The signature does not say what it covers: /ByteRange is missing or not four plain integers.",
)
_NO_CONTENTS: Final = Text("签名值（Contents）缺失或为空。", "The signature value, /Contents, is missing or empty.")
_MIXED: Final = Text(
    "签名值（Contents）的书写大小写混杂，被改动过。",
    "The signature value, /Contents, mixes cases: it was tampered with.",
)
_NOT_DER: Final = Text(
    "签名值（Contents）未按标准编码（应为 DER，实为不定长 BER），不同软件可能得出不同的结论。"
    "请要求换用合规软件重新签章。",
    "The signature value, /Contents, is not DER as the standard asks, but BER of indefinite length: validators may "
    "disagree about it. Ask for a seal made by conforming software.",
)
_PADDING: Final = Text(
    "签名值之后的填充区夹有其他数据。", "There is other data in the padding after the signature value."
)
_GAP: Final = Text(
    "签名未覆盖的部分不恰好是签名值本身，可能藏有未签名的内容。",
    "What the signature leaves out is not exactly its own value: unsigned content could hide there.",
)
_REACH: Final = Text(
    "签名覆盖范围没有到达所在那次保存的末尾。", "The signature does not reach the end of the save it belongs to."
)
