"""What the demonstration tells whoever starts it: addresses, users, passwords, key files."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from certlight.text import Language, Text
from service.demonstration.accounts import PASSWORD
from service.demonstration.seeding import KEY_PASSWORD, Seeded
from service.domain.roles import Role
from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES


def print_seeded(console: Console, seeded: Seeded, language: Language) -> None:
    """A row a user, then the passwords and the key files."""
    table = Table()
    for title in (
        Text("登录名", "Login name"),
        Text("角色", "Role"),
        Text("企业", "Enterprise"),
        Text("可做", "Does"),
    ):
        table.add_column(title.of(language), overflow="fold")
    for account in seeded.accounts:
        party = "" if account.party is None else DEMONSTRATION_PARTIES[account.party].name
        table.add_row(account.login_name, ROLES[account.role].of(language), party, account.does.of(language))
    console.print(table)
    lines = [
        Text(f"登录密码（仅供演示）：{PASSWORD}", f"Password of all (demonstration only): {PASSWORD}"),
        Text(f"企业密钥的口令：{KEY_PASSWORD}", f"Password of the key files: {KEY_PASSWORD}"),
        *(Text(f"{name} 的密钥：{file}", f"Key of {name}: {file}") for name, file in seeded.keys),
    ]
    for text in lines:
        console.print(text.of(language), markup=False, highlight=False, soft_wrap=True)


ROLES: dict[Role, Text] = {
    Role.CLERK: Text("企业经办", "clerk"),
    Role.ENTERPRISE_ADMIN: Text("企业管理员", "enterprise admin"),
    Role.REVIEWER: Text("核验人员", "reviewer"),
    Role.PLATFORM_ADMIN: Text("平台管理员", "platform admin"),
    Role.AUDITOR: Text("审计人员", "auditor"),
    Role.STATION: Text("采集站", "station"),
}
