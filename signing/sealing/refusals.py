"""Why a document is not sealed, and what to do about it."""

from __future__ import annotations

from typing import Final

from certlight.errors import CertlightError, InputRefused, InternalError, UsageError
from certlight.text import Text

_REFUSALS: Final[dict[str, tuple[type[CertlightError], str, str, str, str]]] = {
    # the document
    "seal.pdf_malformed": (
        InputRefused,
        "该 PDF 的结构有误，不能在其上签章。",
        "The structure of the PDF is broken; it cannot be sealed.",
        "请重新导出 PDF，或由本程序重新合成后再签章；已有他方印章的文件请向对方索取原件。",
        "Export the PDF again or have it composed anew; if others sealed it, ask them for the original file.",
    ),
    "seal.pdf_encrypted": (
        InputRefused,
        "该 PDF 设有密码或权限限制，不能签章。",
        "The PDF is encrypted; it cannot be sealed.",
        "请导出不带密码和限制的 PDF。",
        "Export the PDF without password and restrictions.",
    ),
    "seal.pdf_hybrid": (
        InputRefused,
        "该 PDF 使用混合交叉引用，不同阅读器可能看到不同内容，不能签章。",
        "The PDF has hybrid cross-references: readers may see different content. It cannot be sealed.",
        "请用“另存为”重新导出 PDF 后再试。",
        "Save the PDF anew and try again.",
    ),
    "seal.earlier_seals": (
        InputRefused,
        "文件上已有的印章有问题，不能在其上再盖章。",
        "Something is wrong with the seals that the document bears; it cannot be sealed on top of them.",
        "请先验证该文件；有问题的文件请向先盖章的一方索取原件。",
        "Validate the document first; ask the party that sealed it for the original.",
    ),
    "seal.locked": (
        InputRefused,
        "先前的印章已声明文件不得再作任何更改，不能再加盖印章。",
        "An earlier seal forbids every change; no seal can be added.",
        "请向先盖章的一方索取未锁定的版本。",
        "Ask the party that sealed first for a version that is not locked.",
    ),
    "seal.field_needed": (
        InputRefused,
        "文件已被认证，只能在预留的盖章处盖章，但没有可用的预留处。",
        "The document is certified: only prepared places may be sealed, and none is left.",
        "请由首先盖章的一方在认证之前预留盖章处。",
        "The party that seals first must prepare the places before it certifies.",
    ),
    "seal.field_missing": (
        InputRefused,
        "文件中没有指定的盖章处。可用的：{detail}。",
        "The document has no such place for a seal. There are: {detail}.",
        "请核对盖章处名称，或改为指定页面和位置。",
        "Check the name, or give a page and a position instead.",
    ),
    "seal.field_filled": (
        InputRefused,
        "指定的盖章处已经盖过章。",
        "That place is sealed already.",
        "请选择其他盖章处。",
        "Choose another place.",
    ),
    "seal.field_locked": (
        InputRefused,
        "先前的印章锁定了该盖章处。",
        "An earlier seal locked that place.",
        "请选择其他盖章处，或向先盖章的一方索取未锁定的版本。",
        "Choose another place, or ask the party that sealed first for a version that is not locked.",
    ),
    "seal.field_demands": (
        InputRefused,
        "该盖章处对签章有特别要求，本次签章不能满足。",
        "That place makes demands on the seal that this seal does not meet.",
        "请选择其他盖章处，或联系文件的提供方。",
        "Choose another place, or ask whoever made the document.",
    ),
    "seal.field_name_taken": (
        InputRefused,
        "盖章处名称“{detail}”重复。",
        "There is a field called {detail} already.",
        "请换一个名称。",
        "Choose another name.",
    ),
    "seal.field_name_malformed": (
        UsageError,
        "盖章处名称不能为空、含英文句点或控制字符，且不超过 64 个字。",
        "The name of a field must not be empty, hold full stops or control characters, or exceed 64 characters.",
        "请换一个名称。",
        "Choose another name.",
    ),
    "seal.fields_too_late": (
        InputRefused,
        "文件已经盖章，不能再预留盖章处。",
        "The document is sealed already; places for seals can no longer be prepared.",
        "请在第一次盖章之前预留所有盖章处。",
        "Prepare all places before the first seal.",
    ),
    "seal.certify_late": (
        InputRefused,
        "只有第一枚印章可以认证文件，而该文件已有印章。",
        "Only the first seal can certify a document, and this one is sealed already.",
        "请不带认证选项盖章。",
        "Seal without certifying.",
    ),
    "seal.certify_locks_out": (
        InputRefused,
        "文件中还有预留的盖章处，不能声明“不得再作任何更改”。",
        "Places are prepared for further seals; the document cannot be locked against every change.",
        "请改用允许后续盖章的认证（级别 2），或先完成其他各方的盖章。",
        "Certify at level 2, which allows further seals, or let the others seal first.",
    ),
    "seal.place_missing": (
        UsageError,
        "没有指定印章盖在哪里。",
        "It is not said where the seal is to stand.",
        "请指定页面和位置，或指定预留的盖章处。",
        "Give a page and a position, or name a prepared place.",
    ),
    "seal.other_enterprise": (
        InputRefused,
        "证书属于“{detail}”，不是应当在此盖章的企业。",
        "The certificate is that of {detail}, not of the enterprise that is to seal here.",
        "请使用本企业的证书；企业更名后请先向 CA 机构更新证书。",
        "Use the enterprise's own certificate; after a change of name have it renewed first.",
    ),
    # timestamps and levels
    "seal.timestamper_missing": (
        UsageError,
        "该签章级别需要时间戳，但没有配置时间戳服务。",
        "This level needs a timestamp, and no time-stamping authority is configured.",
        "请配置时间戳服务地址，或改用 B-B 级别。",
        "Configure a time-stamping authority, or use level B-B.",
    ),
    "seal.trust_missing": (
        UsageError,
        "该签章级别需要信任库和吊销信息。",
        "This level needs a trust store with revocation evidence.",
        "请指定信任库，或改用 B-B、B-T 级别。",
        "Name the trust store, or use level B-B or B-T.",
    ),
    "seal.timestamp_refused": (
        InputRefused,
        "时间戳服务拒绝了请求{detail}，未写入任何内容。",
        "The time-stamping authority refused{detail}; nothing was written.",
        "请稍后再试，或联系时间戳服务方。",
        "Try again later, or ask the authority.",
    ),
    "seal.timestamp_wrong": (
        InputRefused,
        "时间戳服务返回的时间戳不是针对本文件的，或已损坏，未写入任何内容。",
        "The timestamp that came back is damaged or not of this document; nothing was written.",
        "请稍后再试；反复出现时请更换时间戳服务。",
        "Try again; if it happens again use another authority.",
    ),
    "seal.timestamp_untrusted": (
        InputRefused,
        "时间戳服务的证书不可信：{detail}未写入任何内容。",
        "The authority's certificate is not trusted: {detail} Nothing was written.",
        "请使用受信任的时间戳服务，并请管理员更新吊销列表。",
        "Use a trusted authority, and let the administrator update the revocation lists.",
    ),
    # two phases
    "seal.state_malformed": (
        InputRefused,
        "签章过程数据已损坏。",
        "The record of the started seal is damaged.",
        "请重新开始签章。",
        "Start the seal again.",
    ),
    "seal.state_other_file": (
        InputRefused,
        "签章过程数据与文件不符。",
        "The record of the started seal belongs to another file.",
        "请重新开始签章。",
        "Start the seal again.",
    ),
    "seal.signature_wrong": (
        InputRefused,
        "返回的签名与待签内容或证书不符，未写入任何内容。",
        "The signature that came back does not fit what was to be signed, or the certificate; nothing was written.",
        "请确认插入的是同一只 UKey，然后重新开始签章。",
        "See that it is the same token, then start the seal again.",
    ),
    "seal.too_large": (
        InputRefused,
        "证书链或时间戳过长，超出预留空间。",
        "The certificate chain or the timestamp exceeds the room kept for it.",
        "请只随密钥提供签发该证书的上级证书。",
        "Hand over only the certificates above the enterprise's own.",
    ),
    "seal.unsound": (
        InternalError,
        "签章结果未通过自检，已丢弃。",
        "The sealed file did not stand the check of its own maker and was thrown away.",
        "请联系技术支持，并说明文件来源。",
        "Please report this, and where the file came from.",
    ),
}


def refusal(code: str, zh: str = "", en: str = "") -> CertlightError:
    """The error of ``code``; ``zh`` and ``en`` (by default the same) fill the place for a detail in its message."""
    kind, message_zh, message_en, remedy_zh, remedy_en = _REFUSALS[code]
    return kind(
        code,
        Text(message_zh.replace("{detail}", zh), message_en.replace("{detail}", en or zh)),
        Text(remedy_zh, remedy_en),
    )
