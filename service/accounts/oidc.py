"""Signing in through an OpenID Connect provider that the installation trusts: authorization code with PKCE.

The provider says who somebody is; who may enter is decided here: only users who exist, found by the claim that the
settings name. That claim must be one which the provider's users cannot choose for themselves. State, nonce and PKCE's
verifier are MACs over a random cookie: a login counts in the browser that began it, and nothing has to be remembered.

OpenID Connect Core 1.0 §3.1, RFC 7636 (PKCE), RFC 9207 (``iss`` in the answer), RFC 9700.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Engine, select

from certlight.errors import SetupError, UsageError
from certlight.text import Text
from service.accounts.policy import SessionPolicy
from service.accounts.records import AccountAction, record_user
from service.accounts.refusals import refusal
from service.accounts.sessions import Opened, open_session
from service.accounts.users import normal_login_name
from service.database.accounts import User
from service.database.base import transaction
from service.domain.principal import Via
from service.domain.roles import Role
from service.settings.model import Oidc
from signing.login.encoding import base64url

LIFETIME: Final = timedelta(minutes=10)
"""Time to sign in at the provider."""
TIMEOUT: Final = 10.0
"""Seconds that the provider has for each answer."""
PATIENCE: Final = 2.0
"""Seconds that a login waits for another one to fetch the provider's addresses and keys."""
PAUSE: Final = TIMEOUT + 10
"""Seconds from a failed attempt to fetch them to the next one."""
FRESH: Final = timedelta(hours=1)
"""So long its addresses and keys are kept."""
LARGEST: Final = 1 << 20
"""Bytes of an answer of the provider."""
_LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures only: a MAC under the client's secret would prove nothing that the secret's other holders could not."""
_SCOPE: Final = "openid profile email"


@dataclass(frozen=True, slots=True)
class OidcBegun:
    """Where to send the browser, and the cookie it must come back with."""

    address: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Provider:
    metadata: Mapping[str, Any]
    keys: KeySet
    fetched_at: datetime

    def address(self, name: str) -> str:
        found = self.metadata.get(name)
        if not isinstance(found, str) or not found.startswith(("https://", "http://")):
            raise unavailable()
        return found


class OidcLogin:
    """One a process, shared by its threads; keeps the provider's addresses and keys for an hour."""

    def __init__(self, engine: Engine, sessions: SessionPolicy, oidc: Oidc, public_url: str, secret: bytes) -> None:
        self._engine, self._sessions, self._oidc, self._secret = engine, sessions, oidc, secret
        self._callback = f"{public_url}/api/v1/auth/oidc/callback"
        self._known: _Provider | None = None
        self._lock = threading.Lock()
        self._not_before = 0.0

    def begin(self, at: datetime) -> OidcBegun:
        """Raises SetupError ``oidc.unavailable``."""
        provider = self._provider(at)
        cookie = f"{int(at.timestamp())}.{base64url(secrets.token_bytes(32))}"
        with self._client() as client:
            address, _ = client.create_authorization_url(
                provider.address("authorization_endpoint"),
                state=self._mac("state", cookie),
                nonce=self._mac("nonce", cookie),
                code_verifier=self._mac("verifier", cookie),
            )
        return OidcBegun(address, cookie)

    def finish(
        self, cookie: str, state: str, code: str, issuer: str | None, at: datetime, *, user_agent: str | None = None
    ) -> Opened:
        """A session of the user whom the provider names.

        Raises SignInRefused ``account.oidc_state``, ``account.oidc_refused``, ``account.oidc_user``, SetupError
        ``oidc.unavailable``.
        """
        begun, _, _ = cookie.partition(".")
        late = not begun.isdecimal() or len(begun) > 12 or at.timestamp() - int(begun) >= LIFETIME.total_seconds()
        if late or not hmac.compare_digest(self._mac("state", cookie).encode(), state.encode("utf-8", "replace")):
            raise refusal("account.oidc_state")
        provider = self._provider(at)
        if issuer is not None and issuer.rstrip("/") != self._oidc.issuer.rstrip("/"):
            raise refusal("account.oidc_refused", "the answer names another issuer")
        name = self._named(provider, code, cookie, at)
        with transaction(self._engine) as session:
            found = select(User).where(User.login_name == name).with_for_update()
            user = session.scalars(found).one_or_none()
            if user is None or user.disabled_at is not None or user.role is Role.STATION:
                raise refusal("account.oidc_user", "unknown, disabled or a station")
            opened = open_session(session, user, Via.OIDC, self._sessions, at, user_agent=user_agent)
            record_user(session, opened.active.principal, AccountAction.SIGNED_IN, user, at, via=Via.OIDC.value)
        return opened

    def _named(self, provider: _Provider, code: str, cookie: str, at: datetime) -> str:
        """The login name of whoever the code stands for."""
        try:
            with self._client() as client:
                token = client.fetch_token(
                    provider.address("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=self._mac("verifier", cookie),
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
                claims = self._claims(provider, token, cookie, at)
                name = claims.get(self._oidc.username_claim)
                if name is None and "userinfo_endpoint" in provider.metadata:
                    told = client.get(provider.address("userinfo_endpoint"), timeout=TIMEOUT, allow_redirects=False)
                    more = told.json() if told.ok and len(told.content) <= LARGEST else {}
                    # Core §5.3.2: another one's claims must not be taken for this one's.
                    name = more.get(self._oidc.username_claim) if more.get("sub") == claims["sub"] else None
        except (AuthlibBaseError, JoseError) as error:
            raise refusal("account.oidc_refused", f"{type(error).__name__}") from error
        except requests.RequestException as error:
            raise unavailable() from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise refusal("account.oidc_refused", f"{type(error).__name__}") from error
        try:
            return normal_login_name(name if isinstance(name, str) else "")
        except UsageError as error:
            raise refusal("account.oidc_user", "the claim is no login name") from error

    def _claims(self, provider: _Provider, token: Mapping[str, Any], cookie: str, at: datetime) -> Mapping[str, Any]:
        text = str(token["id_token"])
        try:
            decoded = jwt.decode(text, provider.keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since they were fetched.
            decoded = jwt.decode(text, self._provider(at, anew=True).keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.metadata["issuer"]},
                "aud": {"essential": True, "value": self._oidc.client_id},
            },
            {
                "nonce": self._mac("nonce", cookie),
                "client_id": self._oidc.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(at.timestamp()), leeway=_LEEWAY)
        return claims  # type: ignore[no-any-return]

    def _provider(self, at: datetime, *, anew: bool = False) -> _Provider:
        # Anybody may ask, without signing in: a provider that does not answer must not hold all the process's threads.
        if not self._lock.acquire(timeout=PATIENCE):
            raise unavailable()
        try:
            known = self._known
            if known is None or anew or at - known.fetched_at >= FRESH:
                if time.monotonic() < self._not_before:
                    raise unavailable()
                self._not_before = time.monotonic() + PAUSE
                known = self._known = self._found(at)
                self._not_before = 0.0
            return known
        finally:
            self._lock.release()

    def _found(self, at: datetime) -> _Provider:
        metadata = self._fetched(f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration")
        if str(metadata.get("issuer", "")).rstrip("/") != self._oidc.issuer.rstrip("/"):
            raise unavailable()
        found = _Provider(metadata, KeySet([]), at)
        try:
            keys = KeySet.import_key_set(self._fetched(found.address("jwks_uri")))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise unavailable() from error
        return _Provider(metadata, keys, at)

    def _fetched(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
            found = answer.json() if answer.status_code == 200 and len(answer.content) <= LARGEST else None
        except (requests.RequestException, ValueError) as error:
            raise unavailable() from error
        if not isinstance(found, dict):
            raise unavailable()
        return found

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self._oidc.client_id,
            self._oidc.client_secret.get_secret_value(),
            scope=_SCOPE,
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )

    def _mac(self, purpose: str, cookie: str) -> str:
        message = f"certlight-oidc/1\n{purpose}\n{cookie}".encode("utf-8", "replace")
        return base64url(hmac.new(self._secret, message, hashlib.sha256).digest())


def unavailable() -> SetupError:
    """The provider does not answer, or not as a provider does."""
    return SetupError(
        "oidc.unavailable",
        Text("统一身份认证服务暂时不可用。", "The identity provider does not answer as it should."),
        Text("请稍后重试，或改用密码、证书登录。", "Try again later, or sign in with password or certificate."),
    )
