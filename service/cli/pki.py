"""``certlight pki``: the trust store, its revocation lists, and a demonstration authority to try everything offline."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from certlight.text import Text
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json
from service.cli.trust import AtOption, TrustOption, moment, open_store, parties, production

app = typer.Typer(help="CA 与信任库  Authorities and the trust store", no_args_is_help=True)

# The libraries of trust take half a second to load, so each command brings its own.

DEMO_PORT: Final = 8161
DEMO_FOLDER: Final = Path("out/pki-demo")

FolderOption = Annotated[Path, typer.Option("--out", help="演示文件夹  Folder of the demonstration")]


@app.command("status")
def status(
    trust: TrustOption = None, at: AtOption = None, as_json: JsonOption = False, lang: LanguageOption = "zh"
) -> None:
    """信任库自身的状态：根证书、吊销列表、更新情况。 How the trust store itself stands; exit 4 when it is bad."""
    from service.cli.pki_view import print_status
    from signing.trust.inspection import status as inspect
    from signing.trust.status import Level

    language = language_of(lang)
    found = inspect(open_store(trust, None), moment(at), production())
    if as_json:
        print_json(found.to_json())
    else:
        print_status(found, language)
    if found.level is Level.BAD:
        raise typer.Exit(4)


@app.command("fetch")
def fetch(trust: TrustOption = None, lang: LanguageOption = "zh") -> None:
    """按信任库的设置更新吊销列表。 Fetch the configured revocation lists; exit 4 when one failed."""
    from service.cli.pki_view import print_fetched
    from signing.online.crls import fetch_crls

    language = language_of(lang)
    report = fetch_crls(open_store(trust, None), datetime.now(UTC))
    print_fetched(report, language)
    if report.failed:
        raise typer.Exit(4)


@app.command("demo")
def demo(
    to: FolderOption = DEMO_FOLDER,
    party: Annotated[
        list[str] | None,
        typer.Option("--party", help="为谁生成密钥：名称=统一社会信用代码，可重复  Whose keys: NAME=CODE; repeatable"),
    ] = None,
    lang: LanguageOption = "zh",
) -> None:
    """生成演示用 CA、企业密钥、吊销列表与信任库。 Make or renew a demonstration authority with enterprise keys."""
    from service.cli.pki_view import print_demo
    from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES, make_demo

    language = language_of(lang)
    made = make_demo(to, datetime.now(UTC), parties(party) or DEMONSTRATION_PARTIES)
    print_demo(made, language)


@app.command("serve")
def serve(
    folder: Annotated[Path, typer.Option("--in", help="演示文件夹  Folder of the demonstration")] = DEMO_FOLDER,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口  Port")] = DEMO_PORT,
    lang: LanguageOption = "zh",
) -> None:
    """在本机提供演示用时间戳、OCSP 与吊销列表服务，Ctrl+C 结束。 Serve the demonstration's TSA, OCSP and CRLs."""
    from signing.online.demonstration import demonstration_server

    language = language_of(lang)
    with demonstration_server(folder, lambda: datetime.now(UTC), port=port) as address:
        said = Text(f"演示服务：{address}，按 Ctrl+C 结束。", f"Serving at {address}; Ctrl+C ends it.")
        out().print(said.of(language), highlight=False, markup=False, soft_wrap=True)
        threading.Event().wait()
