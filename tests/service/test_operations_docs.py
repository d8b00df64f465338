"""What is written about running the service holds: settings, codes, figures, commands, image and compose file."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from service.api.application import PREFIX as API
from service.cli.app import app
from service.settings.model import PREFIX, Settings
from service.settings.sources import OTHER_VARIABLES, keys, variable
from tests.service import pages
from tests.service.test_health import LOCAL, served
from tests.test_docs_codes import NAMED, ROOT, _anchors, _exists

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OPERATIONS = pages.OPERATIONS.read_text(encoding="utf-8")
VARIABLES = {variable(key, PREFIX) for key, _ in keys(Settings)} | OTHER_VARIABLES
DATABASE_FILE = "certlight.sqlite"
INNOCENT = re.compile(r"\$\{[A-Z_]+(:[?-][^}]*)?\}")
"""What the environment of whoever starts it gives."""


@pytest.mark.parametrize("page", [pages.OPERATIONS, pages.CODES], ids=lambda page: page.name)
def test_generated_parts_are_as_the_source_says(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages.written(page), "run python -m tests.service.pages"


def test_every_refusal_of_the_service_is_on_a_page() -> None:
    there = pages.codes_of(pages.CODES)
    for page in pages.OTHER_PAGES:
        there |= pages.codes_of(page)
    there |= pages.codes_of(pages.OPERATIONS)
    assert len(pages.raised()) > 150, "the codes are no longer found in the source"
    assert sorted(pages.raised() - there) == []


def test_the_codes_of_health_are_those_of_the_source() -> None:
    source = (ROOT / "service/telemetry/readiness.py").read_text(encoding="utf-8")
    ours = ("health.", "broker.", "workers.")
    codes = {code for code in re.findall(r'"([a-z]+\.[a-z_]+)"', source) if code.startswith(ours)}
    assert codes == pages.codes_of(pages.OPERATIONS)


@pytest.mark.parametrize("page", [pages.OPERATIONS, pages.CODES], ids=lambda page: page.name)
def test_names_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [named for named in NAMED.findall(text) if not _exists(named) and named != DATABASE_FILE] == []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(#[^)]*)?\)", text):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not anchor or anchor[1:] in _anchors(there), (target, anchor)


def test_variables_named_are_settings() -> None:
    named = set(re.findall(r"\bCERTLIGHT_[A-Z0-9_]+\b", OPERATIONS))
    assert len(named) > 30
    assert sorted(named - VARIABLES) == []


def test_commands_named_exist_with_their_options() -> None:
    lines = re.findall(r"^certlight (.*?)(?:   .*)?$|`certlight ([^`]*)`", OPERATIONS, re.MULTILINE)
    commands = [each or inner for each, inner in lines]
    assert len(commands) > 15
    for words in commands:
        _demand_command([word for word in shlex.split(words) if word != "…"])


def _demand_command(words: list[str]) -> None:
    commands: list[Any] = [typer.main.get_command(app)]
    for position, word in enumerate(words):
        if word.startswith("--"):
            for command in commands:
                options = {option for parameter in command.params for option in parameter.opts}
                assert word in options, (words, word)
        elif all(hasattr(command, "commands") for command in commands):
            names = word.split("|")
            assert all(name in command.commands for command in commands for name in names), (words, word)
            commands = [command.commands[name] for command in commands for name in names]
        else:
            assert position > 0


def test_figures_named_are_exposed(tmp_path: Path) -> None:
    named = set(re.findall(r"\b(certlight_[a-z_]+)", OPERATIONS))
    with served(f"sqlite:///{tmp_path}/a.db", tmp_path, LOCAL) as client:
        client.post("/healthz", content=b"x")
        client.get("/healthz")
        text = client.get("/metrics").text
    exposed = set(re.findall(r"^# TYPE (certlight_\w+)", text, re.MULTILINE))
    assert sorted(named - exposed) == []
    assert sorted(name for name in exposed - named if name != "certlight_info" and not name.endswith("_created")) == []


def test_addresses_named_are_served(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/a.db", tmp_path, LOCAL) as client:
        paths = client.get(f"{API}/openapi.json").json()["paths"]
        assert client.get(f"{API}/docs").status_code == 200
    there = {(method.upper(), re.sub(r"{\w+}", "{}", path)) for path, found in paths.items() for method in found}
    named = re.findall(r"`(GET|POST|PATCH|DELETE) (/[^`?]*)", OPERATIONS)
    assert len(named) >= 3
    assert [each for each in named if (each[0], re.sub(r"{\w+}", "{}", each[1])) not in there] == []


def instructions() -> list[tuple[str, str]]:
    """Every instruction of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in text.splitlines() if line.strip()]


def test_the_image_copies_what_exists_and_what_the_builder_is_given() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    for name, rest in instructions():
        if name != "COPY" or "--from=" in rest:
            continue
        *sources, _ = [word for word in rest.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source in given, source
    packages = re.findall(r"packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    assert set(re.findall(r'"(\w+)"', packages)) <= given


def test_the_image_is_pinned_checked_and_runs_as_nobody_special() -> None:
    found = instructions()
    names = [name for name, _ in found]
    assert dict(found)["ARG"] == "BASE=python:3.12-slim-trixie"
    assert [rest for name, rest in found if name == "FROM"] == ["${BASE} AS build", "${BASE}"]
    assert "--require-hashes --only-binary=:all:" in DOCKERFILE
    assert found[names.index("USER")][1] == "10001"
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in ("RUN", "COPY"))
    assert names[-1] == "CMD"
    assert "HEALTHCHECK" in names
    assert "ADD" not in names
    for name, rest in found:
        if name in ("ENV", "ARG"):
            assert not re.search(r"SECRET|PASSWORD|TOKEN", rest)
            for variable_ in re.findall(r"\bCERTLIGHT_[A-Z_]+", rest):
                assert variable_ in VARIABLES
    for command in re.findall(r"certlight ((?:models|samples) \w+)", DOCKERFILE):
        _demand_command(command.split())
    _demand_command(yaml.safe_load(dict(found)["CMD"])[1:-4])


def test_the_compose_file_sets_settings_and_holds_no_secret() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"api", "worker", "postgres", "redis"}
    for name in ("api", "worker"):
        environment = services[name]["environment"]
        assert sorted(key for key in environment if key not in VARIABLES) == []
        assert environment["CERTLIGHT_PRODUCTION"] == "true"
        assert services[name]["build"] == "."
        assert {volume.partition(":")[0] for volume in services[name]["volumes"]} <= set(COMPOSE["volumes"])
    for name, each in services.items():
        assert "image" in each, name
        assert each["image"].rpartition(":")[2] != "latest"
        assert not each.get("privileged")
        for key, value in each.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|TOKEN|URL", key):
                bare = INNOCENT.sub("", value)
                assert not re.search(r"//[^/@]*:[^@]+@", bare), (name, key)
        assert "ports" not in each or all(port.startswith("127.0.0.1:") for port in each["ports"])
    assert services["worker"]["command"] == ["certlight", "worker"]
    _demand_command(services["worker"]["command"][1:])
    assert services["worker"]["healthcheck"] == {"disable": True}


def test_the_composed_service_starts_in_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its addresses pass the settings; nothing of it blocks."""
    from service.settings.load import demand_safe

    given = {
        "CERTLIGHT_PUBLIC_URL": "https://certlight.example",
        "CERTLIGHT_SECRET_KEY": "k3Jd8-Qm2x_Zr7Tb5Wn9Lc4Vh6Yp1Sg0Fa",
        "POSTGRES_PASSWORD": "word",
        "CERTLIGHT_TRUSTED_PROXIES": "172.16.0.0/12",
    }
    for key, value in COMPOSE["services"]["api"]["environment"].items():
        monkeypatch.setenv(key, re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda found: given[found[1]], value))
    monkeypatch.setenv("CERTLIGHT_STORAGE_URL", "file:///data/files")
    settings = Settings(data_dir=tmp_path)
    assert settings.production
    demand_safe(settings)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://certlight:word@postgres/certlight"
