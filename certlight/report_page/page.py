"""One self-contained HTML file from a report's template: it needs no server and fetches nothing.

Everything a scan, a certificate or a user brought is hostile: templates escape every value, and characters that draw
nothing or reorder others are written out (``certlight.visible``). A content security policy in the file names the
hashes of its own style and script and forbids all else, so that even a slip in the escaping could run and fetch
nothing.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from certlight import __version__
from certlight.light import LIGHTS, SHAPES, Light
from certlight.text import Language, Text
from certlight.visible import visible

_HERE: Final = "certlight.report_page"


def render(package: str, *, title: Text, language: Language, rules: str = "", **values: Any) -> str:
    """The report whose ``templates/report.html.j2`` (with ``report.css`` and ``report.js``) lies in ``package``.

    ``language`` is the one shown first; the other is a button away. ``rules`` are style rules made for this very
    report: the policy forbids style attributes. ``values`` go to the template. The same input gives the same bytes.
    """
    style, script = _style(package, rules), _script(package)
    return (
        _environment(package)
        .get_template("report.html.j2")
        .render(
            values,
            title=title,
            language="en" if language == "en" else "zh-CN",
            version=__version__,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    )


def policy(package: str, *, rules: str = "") -> str:
    """The policy that stands in the report of ``package``, for a server that sends it as a header as well."""
    return _policy(_style(package, rules), _script(package))


def _style(package: str, rules: str) -> str:
    return _resource(_HERE, "page.css") + _resource(package, "report.css") + rules


def _script(package: str) -> str:
    return _resource(_HERE, "page.js") + _resource(package, "report.js")


def _policy(style: str, script: str) -> str:
    """Content security policy: this style and this script, pictures inside the file, nothing else."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_HERE)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(Light=Light, LIGHTS=LIGHTS, SHAPES=SHAPES)
    return environment


def _finalize(value: Any) -> Any:
    """Whatever a template prints that is not its own markup goes through ``visible`` first, then is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _resource(package: str, name: str) -> str:
    """A file of the package's templates; empty where it has none of that name."""
    resource = files(package).joinpath("templates", name)
    return resource.read_text(encoding="utf-8") if resource.is_file() else ""


def _hash(text: str) -> str:
    """The source expression that allows exactly this inline text (CSP Level 3, §2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
