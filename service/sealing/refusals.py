"""Why a seal is not prepared, taken in or validated, beside what :mod:`signing.sealing.refusals` knows."""

from __future__ import annotations

from typing import Final

from certlight.errors import CertlightError, InputRefused, UsageError
from certlight.text import Text

_AGAIN: Final = Text("请重新发起签章。", "Ask for the seal anew.")
_REFUSALS: Final[dict[str, tuple[type[CertlightError], Text, Text]]] = {
    "seal.key_file_refused": (
        UsageError,
        Text("正式环境不接受上传密钥文件签章。", "Key files are not accepted in production."),
        Text("请使用 UKey 签章：密钥不离开 UKey。", "Seal with a token: its key never leaves it."),
    ),
    "seal.certificate_missing": (
        UsageError,
        Text("没有给出签章证书。", "No certificate to seal with was given."),
        Text(
            "请提供 UKey 中的签章证书（PEM，或 Base64 的 DER）。",
            "Send the token's certificate: PEM, or DER in base64.",
        ),
    ),
    "seal.key_or_signature": (
        UsageError,
        Text("签名值与密钥文件须且只须提供一种。", "Send either a signature or a key file."),
        Text(
            "UKey 签章请提供签名值；演示可提供 .p12 文件及其密码。",
            "From a token send its signature; to try, a .p12 file.",
        ),
    ),
    "seal.certificate_or_key": (
        UsageError,
        Text("证书与密钥文件须且只须提供一种。", "Send either a certificate or a key file."),
        Text(
            "UKey 签章请提供证书；演示可提供 .p12 文件及其密码。",
            "For a token send its certificate; to try, a .p12 file.",
        ),
    ),
    "seal.base64": (
        UsageError,
        Text("内容不是有效的 Base64。", "The content is not valid base64."),
        Text("请检查编码后重新提交。", "Check how it was encoded, and send it again."),
    ),
    "seal.key_other": (
        InputRefused,
        Text(
            "密钥文件的证书与发起签章时的证书不同。",
            "The key file holds another certificate than the seal was asked for.",
        ),
        Text("请使用同一证书的密钥，或重新发起签章。", "Use the key of that certificate, or ask for the seal anew."),
    ),
    "state.preparation_unready": (
        UsageError,
        Text("待签文件尚未准备好。", "The document is not ready to be signed yet."),
        Text("请等待准备任务完成后再提交签名。", "Wait until the job that prepares it is done."),
    ),
    "state.preparation_spent": (
        UsageError,
        Text("该次签章已经完成，不能重复使用。", "This preparation has become a seal already."),
        _AGAIN,
    ),
    "state.preparation_expired": (
        UsageError,
        Text("待签文件已过期。", "The document waited too long for its signature."),
        _AGAIN,
    ),
    "seal.not_accepted": (
        InputRefused,
        Text("签章后的文件未通过验证，未予采用：{zh}", "The sealed document did not pass validation: {en}"),
        Text(
            "请核对证书是否有效、是否由受信任的机构签发，再重新签章。",
            "Check that the certificate is valid and of a trusted authority, then seal again.",
        ),
    ),
    "validate.not_a_pdf": (
        InputRefused,
        Text("上传的不是 PDF 文件。", "This is no PDF."),
        Text("请选择已签章的 PDF 文件。", "Choose the sealed PDF."),
    ),
    "validate.one_file": (
        InputRefused,
        Text("请上传一个 PDF 文件。", "Send one PDF."),
        Text("每次只验证一个文件。", "Files are validated one at a time."),
    ),
    "request.too_many": (
        UsageError,
        Text("验证请求过多。", "Too many validations were asked for."),
        Text("请稍后再试。", "Try again later."),
    ),
}


def refusal(code: str, text: Text | None = None) -> CertlightError:
    """The refusal ``code``; ``text`` fills its place for a reason."""
    kind, message, remedy = _REFUSALS[code]
    zh, en = (text.zh, text.en) if text is not None else ("", "")
    return kind(code, Text(message.zh.replace("{zh}", zh), message.en.replace("{en}", en)), remedy)
