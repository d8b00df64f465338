"""``certlight serve``: the whole service with one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from certlight.text import Language, Text
from service.cli.terminal import LanguageOption, language_of, out

if TYPE_CHECKING:
    from service.installation import Installation
    from service.settings import Settings


def command(
    host: Annotated[str, typer.Option("--host", help="监听地址  Address to listen at")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="监听端口，默认按对外网址  Port to listen at")
    ] = None,
    with_workers: Annotated[
        bool, typer.Option("--with-workers", help="使用外部任务队列时也启动工作进程  Also workers, with a broker")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="载入演示企业与账号  With the demonstration tenant")] = False,
    lang: LanguageOption = "zh",
) -> None:
    """启动服务：接口、任务队列与工作进程。 Start the service: API, queue and workers."""
    from service.serving import serve
    from service.settings import load
    from service.telemetry.logs import configure_logging

    language = language_of(lang)
    settings = load()
    configure_logging(settings.log_level)
    usual = urlsplit(settings.public_url).port or 8000
    port = usual if port is None else port
    settings = _reached_at(settings, host, port)

    def prepare(installation: Installation) -> None:
        if demo:
            _seed(installation, language)

    def started(number: int) -> None:
        _say(settings, number, language)

    serve(settings, host, port, with_workers=with_workers, prepare=prepare, started=started)


def _reached_at(settings: Settings, host: str, port: int) -> Settings:
    """Where nobody said how browsers reach the service, they reach it at this address."""
    if port == 0 or "public_url" in settings.model_fields_set or settings.production:
        return settings
    name = host if host not in ("0.0.0.0", "::") else "127.0.0.1"
    return settings.model_copy(update={"public_url": f"http://{f'[{name}]' if ':' in name else name}:{port}"})


def _seed(installation: Installation, language: Language) -> None:
    from service.demonstration import print_seeded, seed

    print_seeded(out(), seed(installation), language)


def _say(settings: Settings, port: int, language: Language) -> None:
    url = settings.public_url
    text = Text(
        f"certlight 已启动：{url}（监听端口 {port}，按 Ctrl+C 停止）",
        f"certlight is running: {url} (port {port}; Ctrl+C ends it)",
    )
    out().print(text.of(language), markup=False, highlight=False, soft_wrap=True)
    # Into a file or a pipe nothing would be seen before the end.
    out().file.flush()
