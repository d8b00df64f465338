"""Actions of the operation log in words. An action without words here is shown as it is recorded."""

from __future__ import annotations

from typing import Final

from certlight.text import Text
from service.domain.documents import ACTION_NAMES
from service.domain.pushes import PUSHES

_WORDS: Final[dict[str, Text]] = {
    "document.start": Text("新建证照", "begin a document"),
    **{f"document.{action}": text for action, text in ACTION_NAMES.items()},
    "push.push": Text("推送", "push"),
    **{f"push.{action}": text for action, text in PUSHES.action_names.items()},
    "subject.create": Text("登记企业", "register an enterprise"),
    "domain.create": Text("建立领域", "set up a domain"),
    "user.create": Text("建立用户", "make a user"),
    "user.disable": Text("停用用户", "disable a user"),
    "user.enable": Text("启用用户", "enable a user"),
    "user.change_role": Text("变更角色", "change a role"),
    "user.reset_password": Text("重置密码", "reset a password"),
    "user.change_password": Text("修改密码", "change a password"),
    "user.sign_in": Text("登录", "sign in"),
    "user.sign_out": Text("退出", "sign out"),
    "user.sign_out_everywhere": Text("全部退出", "sign out everywhere"),
    "user.bind_certificate": Text("绑定证书", "bind a certificate"),
    "user.block_certificate": Text("停用证书", "block a certificate"),
    "user.unblock_certificate": Text("恢复证书", "unblock a certificate"),
    "token.create": Text("签发令牌", "issue a token"),
    "token.revoke": Text("撤销令牌", "revoke a token"),
    "report.order": Text("生成报告", "order a report"),
}


def action_words(action: str) -> Text:
    """``document.submit`` as people say it."""
    return _WORDS.get(action) or Text(action, action)
