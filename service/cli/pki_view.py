"""What ``certlight pki`` shows on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.markup import escape
from rich.table import Table

from certlight.china import CHINA
from certlight.text import Language, Text
from certlight.visible import visible
from service.cli.terminal import out
from signing.online.crls import FetchReport
from signing.trust.demonstration.folder import Demonstration
from signing.trust.fetch_log import Outcome
from signing.trust.status import Level, Notice, StoreStatus

_STYLES: Final = {Level.OK: "green", Level.WARNING: "yellow", Level.BAD: "bold red"}
_SIGNS: Final = {Level.OK: "●", Level.WARNING: "▲", Level.BAD: "■"}


def print_status(found: StoreStatus, language: Language) -> None:
    console = out()
    level = found.level
    console.print(f"[{_STYLES[level]}]{_SIGNS[level]} {escape(found.text.of(language))}[/]", highlight=False)
    _print_notices(found.notices, language)
    table = Table(expand=console.is_terminal)
    for title in (
        Text("证书", "Certificate"),
        Text("用途", "For"),
        Text("有效期至", "Valid until"),
        Text("说明", "Remarks"),
    ):
        table.add_column(title.of(language), overflow="fold")
    issuers = {a.certificate.subject: a.certificate.holder.common_name for a in found.authorities}
    for authority in found.authorities:
        name = authority.certificate.holder.common_name or authority.certificate.subject
        until = authority.certificate.asn1.not_valid_after.astimezone(CHINA).date().isoformat()
        purposes = " ".join(authority.purposes) or authority.role
        table.add_row(escape(visible(name)), purposes, until, _remarks(authority.notices, language))
    for crl in found.crls:
        until = crl.next_update.astimezone(CHINA).isoformat(" ", "minutes")[:16] if crl.next_update else "—"
        issuer = issuers.get(crl.issuer, crl.issuer)
        name = Text(f"吊销列表：{issuer}", f"CRL of {issuer}").of(language)
        table.add_row(escape(visible(name)), crl.freshness.value, until, _remarks(crl.notices, language))
    for source in found.sources:
        table.add_row(escape(visible(source.url)), "", "", _remarks(source.notices, language))
    console.print(table)


def _remarks(notices: Sequence[Notice], language: Language) -> str:
    return "\n".join(
        f"[{_STYLES[n.level]}]{_SIGNS[n.level]} {escape(visible(n.text.of(language)))}[/]" for n in notices
    )


def _print_notices(notices: Sequence[Notice], language: Language) -> None:
    for notice in notices:
        line = f"  [{_STYLES[notice.level]}]{_SIGNS[notice.level]} {escape(notice.text.of(language))}[/]"
        out().print(line, highlight=False)


_OUTCOMES: Final = {
    Outcome.REPLACED: Text("已更新", "replaced"),
    Outcome.UNCHANGED: Text("无变化", "unchanged"),
    Outcome.FAILED: Text("失败", "failed"),
}


def print_fetched(report: FetchReport, language: Language) -> None:
    if not report.records:
        said = Text("信任库没有配置吊销列表地址。", "The trust store configures no addresses of revocation lists.")
        out().print(said.of(language))
    for record in report.records:
        sign, style = ("■", "bold red") if record.outcome is Outcome.FAILED else ("●", "green")
        reason = f"  {record.text.of(language)}" if record.code else ""
        line = f"[{style}]{sign} {_OUTCOMES[record.outcome].of(language)}[/]  {escape(visible(record.url + reason))}"
        out().print(line, highlight=False, soft_wrap=True)


def print_demo(made: Demonstration, language: Language) -> None:
    console = out()
    done = Text(f"演示 CA 已就绪：{made.folder}", f"The demonstration authority is ready: {made.folder}")
    console.print(done.of(language), highlight=False, markup=False, soft_wrap=True)
    for key in made.keys:
        line = f"  {key.file}  {key.party.name}  {key.party.credit_code}  {_CONDITIONS[key.condition].of(language)}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    more = Text(
        f"  信任库：{made.trust}；密码与用法见 README.txt",
        f"  Trust store: {made.trust}; password and usage are in README.txt",
    )
    console.print(more.of(language), highlight=False, markup=False, soft_wrap=True)


_CONDITIONS: Final = {
    "good": Text("有效", "good"),
    "expired": Text("已过期", "expired"),
    "revoked": Text("已吊销", "revoked"),
}
