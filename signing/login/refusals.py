"""Every way a login is refused, with a code, a sentence for a clerk and a remedy.

What goes outside says no more than an honest user can use: a challenge that was never issued, used up, expired or
forged is one and the same refusal. The exact reason stands in the exception's notes, for the server's own log.
"""

from __future__ import annotations

from typing import Final

from certlight.errors import InputRefused, UsageError
from certlight.text import Text
from certlight.visible import visible


class LoginRefused(InputRefused):
    """Nobody is logged in; the challenge, if there was one, is spent."""


_AGAIN: Final = Text("请返回登录页面重新登录。", "Go back to the login page and log in again.")
_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "login.malformed": (
        Text("登录数据格式不正确。", "The login data is malformed."),
        Text("请更新签名助手后重新登录。", "Update the signing bridge, then log in again."),
    ),
    "login.challenge": (
        Text(
            "本次登录请求无效：已使用过、已过期或不是由本系统发出的。",
            "This login request does not count: used before, expired, or not issued here.",
        ),
        _AGAIN,
    ),
    "login.origin": (
        Text("登录请求与当前网站地址不一致，可能是仿冒网站。", "The login request is for another web address."),
        Text(
            "请核对浏览器地址栏，从正式网址重新打开登录页面。",
            "Check the address bar and open the login page from the official address.",
        ),
    ),
    "login.signature": (
        Text("登录签名不正确。", "The login signature is wrong."),
        Text(
            "请确认插入的 UKey 与所选证书一致，然后重新登录。",
            "Make sure the token is the one of the chosen certificate, then log in again.",
        ),
    ),
    "login.no_credit_code": (
        Text("证书中没有统一社会信用代码，不能确定登录的是哪家企业。", "The certificate holds no credit code."),
        Text(
            "请使用企业证书登录；个人证书不能用于登录。若这是企业证书，请向 CA 机构申请写入统一社会信用代码。",
            "Log in with an enterprise's certificate; where this is one, have the authority add the credit code.",
        ),
    ),
    "login.not_a_challenge": (
        Text(
            "要求签名的内容不是登录请求，已拒绝签名。", "What is to be signed is no login request; nothing was signed."
        ),
        Text(
            "请不要继续操作，并联系网站管理员：登录时不应要求签署其他内容。",
            "Do not go on, and tell the site's administrator: a login never asks for anything else to be signed.",
        ),
    ),
}


def refused(code: str, reason: str) -> LoginRefused:
    """The refusal ``code``; ``reason`` is for the server's log alone and becomes a note of the exception."""
    message, remedy = _REFUSALS[code]
    error = LoginRefused(code, message, remedy)
    error.add_note(reason)
    return error


def bad_origin(text: str) -> UsageError:
    """A configured or stated web address that is no origin."""
    return UsageError(
        "login.bad_origin",
        Text(f"“{visible(text[:200])}”不是网站地址。", f"“{visible(text[:200])}” is not the origin of a website."),
        Text(
            "请写成 https://主机名[:端口]，中文域名请写 xn-- 形式，不带路径。",
            "Write https://host[:port], international names in their xn-- form, without a path.",
        ),
    )


def bad_service_name(text: str) -> UsageError:
    """A service name that cannot be shown safely."""
    return UsageError(
        "login.bad_service_name",
        Text(
            f"“{visible(text[:80])}”不能用作登录请求中的服务名称。",
            f"“{visible(text[:80])}” cannot be the service's name in a login request.",
        ),
        Text(
            "请用 1 至 60 个可见字符，不含换行、控制字符和 < > / %。",
            "Use 1 to 60 visible characters on one line, without < > / %.",
        ),
    )
