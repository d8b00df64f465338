"""``trust.yaml``: what a trust store's anchors are for, and the only addresses that are ever fetched from."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from certlight.errors import UsageError
from certlight.text import Text
from signing.trust.material import Purpose

SETTINGS_NAME: Final = "trust.yaml"


def _address(url: str) -> str:
    """An absolute http(s) address without user, password and fragment."""
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    if parts.username or parts.password or "@" in parts.netloc or parts.fragment:
        raise ValueError("an address without user, password and fragment is wanted")
    parts.port  # noqa: B018  raises ValueError where it is no number
    return url


def is_address(url: str) -> bool:
    """Whether ``url`` is an address that may be fetched from: http or https, no user, no password, no fragment."""
    try:
        _address(url)
    except ValueError:
        return False
    return True


def _file_name(name: str) -> str:
    if not name or name != name.strip() or "/" in name or "\\" in name or name.startswith("."):
        raise ValueError("a plain file name is wanted")
    return name


Address = Annotated[str, AfterValidator(_address)]
FileName = Annotated[str, AfterValidator(_file_name)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnchorSettings(_Settings):
    """One file of ``anchors/``; a file that is not named here counts for every purpose."""

    file: FileName
    purposes: tuple[Purpose, ...] = Field(default=tuple(Purpose), min_length=1)
    demonstration: bool = False
    """Refused in production, whether or not its certificates bear the mark."""


class CrlSource(_Settings):
    """An address that publishes a revocation list, a full or a delta one."""

    url: Address


class TimestampAuthority(_Settings):
    """A time-stamping authority that seals may ask (RFC 3161 over HTTP)."""

    name: str = Field(min_length=1)
    url: Address


class OcspResponder(_Settings):
    """A responder that may be asked about certificates of one issuer."""

    issuer: FileName
    """File of ``anchors/`` or ``intermediates/`` with the issuer's certificate."""
    url: Address


class Limits(_Settings):
    """Bounds on every request; all times in seconds."""

    connect_seconds: float = Field(default=5.0, gt=0, le=60)
    read_seconds: float = Field(default=10.0, gt=0, le=120)
    """Longest silence of the server."""
    total_seconds: float = Field(default=60.0, gt=0, le=600)
    """From the first try to the last byte, retries and pauses included."""
    crl_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, le=256 * 1024 * 1024)
    """Largest revocation list. The largest public ones have 10 MB; one second of checking each 4 MB."""
    retries: int = Field(default=2, ge=0, le=5)
    """Further tries after a failed connection, a silence or a server's error (429, 5xx)."""


class TrustSettings(_Settings):
    """The whole file. Every key may be left out."""

    schema_: Literal["certlight.trust/1"] = Field(default="certlight.trust/1", alias="schema")
    anchors: tuple[AnchorSettings, ...] = ()
    crls: tuple[CrlSource, ...] = ()
    timestamp_authorities: tuple[TimestampAuthority, ...] = ()
    ocsp_responders: tuple[OcspResponder, ...] = ()
    limits: Limits = Limits()

    def to_yaml(self) -> str:
        """The file's text."""
        plain = self.model_dump(mode="json", by_alias=True)
        return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


_PARTS: Final[dict[str, type[BaseModel]]] = {
    "anchors": AnchorSettings,
    "crls": CrlSource,
    "timestamp_authorities": TimestampAuthority,
    "ocsp_responders": OcspResponder,
    "limits": Limits,
}


def parse_settings(text: str, name: str) -> TrustSettings:
    """The settings that ``text`` (YAML) holds; ``name`` is the file's, for messages.

    Raises UsageError ``trust.settings_malformed`` with the place, or ``trust.settings_unknown_key`` with the nearest
    known key.
    """
    try:
        data = yaml.load(text, Loader=_UniqueKeys)
        return TrustSettings.model_validate({} if data is None else data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _malformed(name, f"line {mark.line + 1}" if mark else "", str(getattr(error, "problem", ""))) from error
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            raise _unknown(name, place, str(problem["loc"][-1]), str(problem["loc"][0])) from error
        raise _malformed(name, place, str(problem["msg"])) from error


def _unknown(name: str, place: str, key: str, part: str) -> UsageError:
    nested = "." in place
    known = [str(field.alias or key) for key, field in (_PARTS[part] if nested else TrustSettings).model_fields.items()]
    best = process.extractOne(key, known, score_cutoff=60)
    hint = (
        Text(f"是否应为 {best[0]}？", f"Did you mean {best[0]}?")
        if best
        else Text(f"可用：{'、'.join(known)}", f"Known: {', '.join(known)}")
    )
    return UsageError(
        "trust.settings_unknown_key",
        Text(f"{name} 中有未知的设置项：{place}", f"{name} has an unknown key: {place}"),
        hint,
    )


def _malformed(name: str, place: str, problem: str) -> UsageError:
    where = f"（{place}）" if place else ""
    return UsageError(
        "trust.settings_malformed",
        Text(
            f"{name} 的内容有误{where}：{problem}", f"{name} is malformed{f' at {place}' if place else ''}: {problem}"
        ),
        Text("请按文档修改该文件。", "Correct the file as documented."),
    )


class _UniqueKeys(yaml.SafeLoader):
    """YAML whose mappings have each key once: the second would silently replace the first."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key twice, or no text: {key}", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeys.add_constructor("tag:yaml.org,2002:map", _mapping)
