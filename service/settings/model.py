"""Every setting of the service, with its default and its bounds.

The defaults run the whole service embedded: SQLite, broker and files in the data directory. Values come from
environment variables (``CERTLIGHT_DATABASE_URL``; of a group ``CERTLIGHT_SESSION_IDLE_MINUTES``) and from
``settings.toml`` in the data directory; the environment wins. :func:`service.settings.load` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from certlight.paths import data_dir
from pipeline.intake.limits import Limits
from service.settings.addresses import (
    broker_address,
    database_address,
    issuer_address,
    origin,
    proxies,
    storage_address,
    web_address,
)
from service.settings.keys import as_key
from service.settings.sources import Environment, SettingsFile

PREFIX: Final = "CERTLIGHT_"
SecretKey = Annotated[SecretStr, AfterValidator(as_key)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Upload(_Group):
    """Bounds of what is accepted over HTTP; the pipeline's own bounds hold besides."""

    max_bytes: int = Field(default=Limits().max_bytes, gt=0, le=1 << 30)
    """Bytes of one file."""
    max_total_bytes: int = Field(default=Limits().max_total_bytes, gt=0, le=1 << 32)
    """Bytes of all files of one document."""
    max_files: int = Field(default=50, gt=0, le=1000)
    """Files of one document."""


class Session(_Group):
    """How long a login lasts."""

    idle_minutes: int = Field(default=30, gt=0, le=24 * 60)
    """Without a request for so long, a session ends."""
    lifetime_hours: int = Field(default=12, gt=0, le=7 * 24)
    """However busy, it ends then: a working day."""
    token_days: int = Field(default=90, gt=0, le=366)
    """Longest life of an API token."""


class Lockout(_Group):
    """What failed logins lead to."""

    attempts: int = Field(default=5, ge=3, le=20)
    """Failures in a row."""
    minutes: int = Field(default=15, ge=1, le=24 * 60)
    """For so long an account is then locked; failures older than this are forgotten."""


class Oidc(_Group):
    """Login through an OpenID Connect provider; without this group there is none."""

    issuer: Annotated[str, AfterValidator(issuer_address)]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    username_claim: str = Field(default="preferred_username", min_length=1)
    """The claim that names a user who exists here: nobody is created by logging in."""


class Webhook(_Group):
    """How subscribers are told."""

    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    attempts: int = Field(default=8, ge=1, le=20)
    """Tries in all, with growing pauses."""
    private_addresses: bool = False
    """Whether subscribers may live in private networks. Off, nobody can make the service call its neighbours."""


class Review(_Group):
    """How reviewers work."""

    claim_minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)
    """For so long a claimed push stays on the reviewer's desk; then it waits for anybody again."""


class Jobs(_Group):
    """How long work is done."""

    queue: str = Field(default="certlight", pattern=r"^[a-z][a-z0-9-]{0,39}$")
    """Name of the queue at the broker; installations that share a broker need different ones."""
    lease_seconds: float = Field(default=30, ge=1, le=600)
    """A worker that is silent for so long has lost its job. Clocks of all machines must agree far better than this."""
    heartbeat_seconds: float = Field(default=5, ge=0.1, le=60)
    """How often a worker says that it is alive; well below the lease."""
    attempts: int = Field(default=5, ge=1, le=20)
    """Tries in all before a job is parked."""
    retry_seconds: float = Field(default=2, ge=0.1, le=300)
    """Pause before the second try; doubled each time."""
    grace_seconds: float = Field(default=20, ge=0, le=600)
    """For running jobs when the service is told to end."""
    sweep_seconds: float = Field(default=5, ge=0.1, le=60)
    """How often lost leases and forgotten jobs are looked for."""
    per_process: int = Field(default=500, ge=1, le=100_000)
    """Jobs after which a worker process is replaced."""
    memory_mib: int = Field(default=3072, ge=256, le=1 << 20)
    """Resident memory above which a worker process is replaced after its job."""

    @model_validator(mode="after")
    def _heard_in_time(self) -> Jobs:
        if self.heartbeat_seconds * 2 > self.lease_seconds:
            raise ValueError("a lease lasts for two heartbeats at least")
        return self


class Settings(BaseSettings):
    """The whole set-up of one installation; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data_dir: Path = Field(default_factory=data_dir)
    """Everything the embedded service keeps. Only the environment can set it: models and trust lie there too."""
    production: bool = False
    """Demonstration roots count for nothing, and unsafe settings are refused."""
    public_url: Annotated[str, AfterValidator(origin)] = "http://127.0.0.1:8000"
    """The origin under which browsers reach the service: in links, cookies and login challenges."""
    trusted_proxies: Annotated[str, AfterValidator(proxies)] = ""
    """Addresses or networks (``10.0.0.5,10.1.0.0/24``) whose X-Forwarded-For is believed; without them nobody's is."""

    database_url: Annotated[SecretStr, AfterValidator(database_address)] = Field(
        default_factory=lambda given: SecretStr(f"sqlite:///{_folder(given) / 'certlight.sqlite'}")
    )
    """``postgresql://user:password@host/name``, or ``sqlite:////absolute/file``."""
    broker_url: Annotated[SecretStr, AfterValidator(broker_address)] | None = None
    """``redis[s]://…`` or ``amqp[s]://…``; without it the broker lives in the data directory."""
    storage_url: Annotated[str, AfterValidator(storage_address)] = Field(
        default_factory=lambda given: (_folder(given) / "files").as_uri()
    )
    """``file:///folder`` or ``s3://bucket/prefix?endpoint=https://host&region=name``."""
    storage_access_key: SecretStr | None = None
    """Of the object store; without it, the AWS variables, files and instance roles that boto3 knows."""
    storage_secret_key: SecretStr | None = None

    secret_key: SecretKey | None = None
    """At least 32 characters from a random source; without it ``secret.key`` in the data directory."""

    upload: Upload = Upload()
    session: Session = Session()
    lockout: Lockout = Lockout()
    oidc: Oidc | None = None
    webhook: Webhook = Webhook()
    jobs: Jobs = Jobs()
    review: Review = Review()

    workers: int = Field(default=1, ge=1, le=64)
    """Worker processes that ``certlight serve`` supervises; each loads an OCR engine (about 1 GB)."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics: bool = True
    """Whether ``/metrics`` answers: whoever has ``metrics_token``, or, without one, this machine alone."""
    metrics_token: SecretKey | None = None
    """At least 32 characters; Prometheus sends it as its bearer token."""
    trace_endpoint: Annotated[str, AfterValidator(web_address)] | None = None
    """Where traces go (OpenTelemetry over HTTP); without it there are none."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = init_settings().get("data_dir")
        return (
            init_settings,
            Environment(settings_cls),
            SettingsFile(settings_cls, Path(given) if given else data_dir()),
        )


def _folder(given: Mapping[str, Any]) -> Path:
    """The data directory, of settings that are being put together."""
    folder: Path = given.get("data_dir") or data_dir()
    return folder.absolute()
