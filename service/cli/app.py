"""The command line ``certlight``; its grammar and exit codes are a public contract (docs/cli.md)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from certlight import __version__
from certlight.errors import CertlightError
from service.cli import admin, audit, models, pki, read, samples, seal, serve, templates, validate, verify, worker
from service.cli.terminal import fail, fail_unexpected, usage, write_chinese

app = typer.Typer(
    name="certlight",
    help="核验证照扫描件：红灯、黄灯、绿灯，并说明理由。 Verify scanned certificates: red, yellow or green, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("read")(read.command)
app.command("verify")(verify.command)
app.command("seal")(seal.command)
app.command("validate")(validate.command)
app.command("serve")(serve.command)
app.command("worker")(worker.command)
app.add_typer(pki.app, name="pki")
app.add_typer(admin.app, name="admin")
app.add_typer(audit.app, name="audit")
app.add_typer(templates.app, name="templates")
app.add_typer(models.app, name="models")
app.add_typer(samples.app, name="samples")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"certlight {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 Version")] = False,
) -> None:
    """Options of the whole command."""


def main() -> None:
    """Run the command and end with its exit code: 0 done, 1 --fail-on met, 2 usage, 3 input refused, 4 internal."""
    write_chinese()
    try:
        code = app(standalone_mode=False)
    except CertlightError as error:
        code = fail(error)
    except typer.Abort:
        code = 130
    except BrokenPipeError:
        # The reader of a pipe went away (head, less): nothing is wrong.
        sys.stderr.close()
        code = 0
    except TyperException as error:
        code = usage(error)
    except Exception as error:
        code = fail_unexpected(error)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
