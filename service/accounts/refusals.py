"""Every way an account, a login or a request is refused, with a code, a sentence for a clerk and a remedy.

::

    UsageError
    ├─ SignInRefused     nobody is signed in (HTTP: 401)
    ├─ AccessRefused     somebody is, and may not (403)
    ├─ NotFound          there is no such thing, or none that this user may know of (404)
    └─ UsageError        an account operation that cannot be done (400, 409)

An exact reason stands in the exception's notes, for the server's own log; it never goes outside.
"""

from __future__ import annotations

from typing import Final

from certlight.errors import UsageError
from certlight.text import Text


class SignInRefused(UsageError):
    """Nobody is signed in."""


class AccessRefused(UsageError):
    """Somebody is signed in, and may not do this."""


class NotFound(UsageError):
    """It does not exist, or whoever asks may not know that it does."""


_ADMIN: Final = Text("请联系本单位管理员或平台管理员。", "Ask your enterprise's or the platform's administrator.")
_SIGN_IN: Final = Text("请重新登录。", "Sign in again.")

_REFUSALS: Final[dict[str, tuple[type[UsageError], Text, Text]]] = {
    "account.sign_in": (
        SignInRefused,
        Text(
            "登录名或密码不正确，或者账号暂时不能登录。",
            "The login name or password is wrong, or the account cannot sign in at present.",
        ),
        Text(
            "请核对后再试；多次失败后须等待一段时间。仍不能登录时，请管理员重置密码。",
            "Check both and try again; after several failures wait a while. If it persists, have the password reset.",
        ),
    ),
    "account.session": (SignInRefused, Text("尚未登录，或登录已失效。", "Not signed in, or no longer."), _SIGN_IN),
    "account.token": (
        SignInRefused,
        Text("访问令牌无效、已过期或已撤销。", "The access token is invalid, expired or revoked."),
        Text("请由管理员签发新的令牌。", "Have the administrator issue a new token."),
    ),
    "account.csrf": (
        AccessRefused,
        Text("请求不是从本系统页面发出的，未执行。", "The request does not come from this system's page."),
        Text(
            "请刷新页面后重试；程序请在 X-CSRF-Token 头中给出登录应答的 csrf_token，或使用访问令牌。",
            "Reload the page and try again. Programs: send csrf_token as X-CSRF-Token, or use a token.",
        ),
    ),
    "access.origin": (
        AccessRefused,
        Text("请求来自其他网站的页面，未执行。", "The request comes from another site's page."),
        Text("请从本系统的网址打开页面后操作。", "Open the page under this system's own address."),
    ),
    "account.certificate_enterprise": (
        SignInRefused,
        Text("证书对应的企业尚未在本系统登记。", "The certificate's enterprise is not registered here."),
        Text("请先登记企业，再用 UKey 登录。", "Register the enterprise first, then sign in with the token."),
    ),
    "account.certificate_blocked": (
        SignInRefused,
        Text("此证书已被停止用于登录。", "This certificate may no longer be used to sign in."),
        _ADMIN,
    ),
    "account.certificate_account": (
        SignInRefused,
        Text("此证书对应的账号不能登录。", "The account of this certificate cannot sign in."),
        _ADMIN,
    ),
    "account.certificate_browser": (
        SignInRefused,
        Text("登录请求不是从这个浏览器发起的。", "The login was not begun in this browser."),
        Text("请返回登录页面重新登录。", "Go back to the login page and sign in again."),
    ),
    "account.oidc_off": (
        NotFound,
        Text("本系统没有启用统一身份认证。", "No identity provider is set up here."),
        Text("请用密码或证书登录。", "Sign in with password or certificate."),
    ),
    "account.oidc_state": (
        SignInRefused,
        Text("登录请求不是从这个浏览器发起的，或已超时。", "The login was not begun in this browser, or too long ago."),
        Text("请返回登录页面重新登录。", "Go back to the login page and sign in again."),
    ),
    "account.oidc_refused": (
        SignInRefused,
        Text("统一身份认证没有通过。", "The identity provider did not vouch for you."),
        Text("请返回登录页面重新登录。", "Go back to the login page and sign in again."),
    ),
    "account.oidc_user": (
        SignInRefused,
        Text("您的统一身份在本系统没有可用的账号。", "There is no account for you here, or it is disabled."),
        _ADMIN,
    ),
    "access.scope": (
        AccessRefused,
        Text("访问令牌没有这项权限。", "The access token does not allow this."),
        Text("请使用具有所需权限的令牌，或登录后操作。", "Use a token with the scope, or sign in."),
    ),
    "access.password_first": (
        AccessRefused,
        Text("请先修改初始密码。", "Change the initial password first."),
        Text("修改密码后即可继续。", "Everything else is open once it is changed."),
    ),
    "access.forbidden": (
        AccessRefused,
        Text("您没有这项操作的权限。", "You may not do this."),
        Text("请由有权限的用户操作。", "Have somebody do it who may."),
    ),
    "access.not_found": (
        NotFound,
        Text("没有找到所请求的内容。", "There is no such thing."),
        Text("请核对编号，或返回列表重新选择。", "Check its number, or choose it from the list."),
    ),
    "account.unknown": (
        NotFound,
        Text("没有这个用户。", "There is no such user."),
        Text("用 certlight admin user list 查看全部用户。", "See all users with certlight admin user list."),
    ),
    "account.enterprise_unknown": (
        NotFound,
        Text("没有登记这个统一社会信用代码的企业。", "No enterprise with this credit code is registered."),
        Text("请核对代码，或先登记企业。", "Check the code, or register the enterprise first."),
    ),
    "account.domain_unknown": (
        NotFound,
        Text("没有这个核验领域。", "There is no such domain."),
        Text("请核对领域代码，或先建立领域。", "Check its code, or set the domain up first."),
    ),
    "account.token_unknown": (
        NotFound,
        Text("没有这个令牌。", "There is no such token."),
        Text("用 certlight admin token list 查看全部令牌。", "See all tokens with certlight admin token list."),
    ),
    "account.certificate_unknown": (
        NotFound,
        Text("没有用这张证书登录过。", "Nobody ever signed in with this certificate."),
        Text("请核对证书指纹。", "Check the certificate's fingerprint."),
    ),
    "account.login_name": (
        UsageError,
        Text(
            "登录名须为 3 至 64 个字母、数字、汉字或 . - _ @，可用手机号。",
            "A login name has 3 to 64 letters, digits or . - _ @; a phone number will do.",
        ),
        Text("请换一个登录名。", "Choose another one."),
    ),
    "account.login_name_taken": (
        UsageError,
        Text("登录名已被使用。", "The login name is taken."),
        Text("请换一个登录名。", "Choose another one."),
    ),
    "account.login_name_reserved": (
        UsageError,
        Text(
            "统一社会信用代码只能用作该企业自己账号的登录名。",
            "A credit code names the account of that very enterprise and no other.",
        ),
        Text("请换一个登录名，或在对应企业下建立企业管理员。", "Choose another, or make it that enterprise's admin."),
    ),
    "account.display_name": (
        UsageError,
        Text("姓名须为 1 至 100 个可见字符。", "A name has 1 to 100 visible characters."),
        Text("请修改后重试。", "Change it and try again."),
    ),
    "account.role": (
        UsageError,
        Text(
            "企业用户和采集站须指定企业，核验人员须指定领域，其他角色两者都不能有。",
            "Enterprise roles and stations need an enterprise, reviewers a domain, other roles neither.",
        ),
        Text("请修改后重试。", "Change it and try again."),
    ),
    "account.no_password": (
        UsageError,
        Text("采集站只用令牌，不设密码。", "Stations use tokens and have no password."),
        Text("请为采集站签发 station:upload 令牌。", "Issue a token with station:upload."),
    ),
    "account.disabled": (
        UsageError,
        Text("账号已停用。", "The account is disabled."),
        Text("请先启用账号。", "Enable it first."),
    ),
    "account.token_name": (
        UsageError,
        Text("令牌须有 1 至 100 个字的用途说明。", "A token needs a name of 1 to 100 characters."),
        Text("请写明它用在哪里。", "Say where it is used."),
    ),
    "account.token_scopes": (
        UsageError,
        Text("该用户的角色不能有这些令牌权限。", "The user's role cannot have a token with these scopes."),
        Text("采集站只能用 station:upload；其他请减少权限。", "Stations: station:upload only; others: ask for less."),
    ),
    "account.token_lifetime": (
        UsageError,
        Text("令牌有效期超出允许范围。", "The token's lifetime is out of bounds."),
        Text(
            "请改为 1 天至系统设置的最长天数。",
            "Choose from 1 day to the longest of the settings (session.token_days).",
        ),
    ),
}


def refusal(code: str, reason: str = "") -> UsageError:
    """The refusal ``code``, to be raised; ``reason`` is for the server's own log alone and becomes a note."""
    kind, message, remedy = _REFUSALS[code]
    error = kind(code, message, remedy)
    if reason:
        error.add_note(reason)
    return error
