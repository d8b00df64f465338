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
    "subject.change": Text("修改企业信息", "change an enterprise"),
    "person.bind": Text("绑定人员", "bind a person"),
    "person.unbind": Text("解绑人员", "release a person"),
    "performance.start": Text("新建业绩", "begin a performance"),
    "performance.change": Text("修改业绩", "change a performance"),
    "performance.compare": Text("逻辑校验", "compare the documents of a performance"),
    "performance.continue": Text("继续提交", "go on although documents disagree"),
    "performance.submit": Text("提交入库", "submit a performance"),
    "performance.link_manager": Text("关联个人业绩", "link a performance to a person"),
    "amendment.start": Text("登记合同变更", "record an amendment"),
    "amendment.attach": Text("上传变更附件", "upload an amendment's file"),
    "amendment.offer_sealed": Text("提交签章附件", "hand in an amendment's sealed file"),
    "amendment.seal": Text("变更附件已签章", "an amendment is sealed"),
    "amendment.withdraw": Text("撤回合同变更", "withdraw an amendment"),
    "material.start": Text("新增佐证材料", "add supporting material"),
    "material.attach": Text("上传佐证材料", "upload supporting material"),
    "material.offer_sealed": Text("提交签章材料", "hand in sealed material"),
    "material.seal": Text("佐证材料已签章", "supporting material is sealed"),
    "material.withdraw": Text("撤回佐证材料", "withdraw supporting material"),
    "domain.create": Text("建立领域", "set up a domain"),
    "domain.change": Text("修改领域", "change a domain"),
    "certificate.issue": Text("签发数字证照", "issue a digital certificate"),
    "certificate.revoke": Text("注销数字证照", "revoke a digital certificate"),
    "webhook.create": Text("建立通知地址", "make a webhook"),
    "webhook.delete": Text("删除通知地址", "delete a webhook"),
    "webhook.gone": Text("停用失效的通知地址", "end a webhook that is gone"),
    "webhook.redeliver": Text("重新通知", "deliver once more"),
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
    "seal.prepare": Text("发起签章", "ask for a seal"),
    "report.order": Text("生成报告", "order a report"),
}


def action_words(action: str) -> Text:
    """``document.submit`` as people say it."""
    return _WORDS.get(action) or Text(action, action)
