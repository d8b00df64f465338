"""``certlight templates``: the document types and their fields."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from certlight.errors import UsageError
from certlight.text import Text
from extractors.catalogue import named, parse, templates
from service.cli.terminal import JsonOption, LanguageOption, language_of, out, print_json

app = typer.Typer(help="证照模板  Document templates", no_args_is_help=True)

SIGNS = {"key": "★", "digital": "●", "info": ""}


@app.command("list")
def list_types(as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """列出全部证照类型。 List the document types."""
    language = language_of(lang)
    if as_json:
        print_json(
            {
                "schema": "certlight.templates/1",
                "templates": [
                    {"type": t.type, "version": t.version, "name": t.name.text.of(language), "fields": len(t.fields)}
                    for t in templates().values()
                ],
            }
        )
        return
    table = Table()
    for title in ("类型 Type", "名称 Name", "版本 Version", "字段 Fields"):
        table.add_column(title)
    for t in templates().values():
        table.add_row(t.type, t.name.text.of(language), str(t.version), str(len(t.fields)))
    out().print(table)


@app.command("show")
def show(doc_type: Annotated[str, typer.Argument()], as_json: JsonOption = False, lang: LanguageOption = "zh") -> None:
    """显示一种证照的字段、标签与规则。 Show one type."""
    language = language_of(lang)
    template = named(doc_type)
    if as_json:
        print_json({"schema": "certlight.template/1", "template": template.model_dump(mode="json", by_alias=True)})
        return
    console = out()
    console.print(f"{template.name.text.of(language)}  {template.ref}", highlight=False)
    table = Table()
    for title in ("字段 Field", "名称 Name", "种类 Kind", "类别 Class", "必填 Required", "标签 Labels"):
        table.add_column(title)
    for code, spec in template.fields.items():
        required = "*" if spec.required else ""
        sign = f"{SIGNS[spec.field_class]} {spec.field_class}".strip()
        table.add_row(code, spec.name.text.of(language), spec.kind, sign, required, "、".join(spec.labels))
    console.print(table)
    for rule in template.rules:
        console.print(f"· {rule.rule}: {rule.model_dump(exclude={'rule'})}", highlight=False, markup=False)


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="YAML 文件；缺省为内置全部  All built-in ones by default")
    ] = None,
    lang: LanguageOption = "zh",
) -> None:
    """检查模板文件；未知的键会被指出。 Check template files."""
    language = language_of(lang)
    if not files:
        count = len(templates())
        out().print(
            Text(f"{count} 个模板全部有效。", f"All {count} templates are valid.").of(language), highlight=False
        )
        return
    for file in files:
        try:
            source = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                "template.unreadable",
                Text(f"无法读取 {file.name}。", f"Cannot read {file.name}."),
                Text("请提供 UTF-8 编码的 YAML 文件。", "Give a YAML file in UTF-8."),
            ) from error
        template = parse(source, file.name)
        out().print(f"✓ {file.name}: {template.ref}", highlight=False, markup=False)
