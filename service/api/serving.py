"""How uvicorn serves the application: what it believes of proxies, and its bounds."""

from __future__ import annotations

from typing import Any, Final

from service.settings import Settings

CONNECTIONS: Final = 1000
"""Beyond these a request is answered 503 at once: waiting browsers and streams of events included."""
KEPT_SECONDS: Final = 20
"""An idle connection is kept so long; a proxy in front should let go of it earlier."""
GRACE_SECONDS: Final = 30
"""Requests under way when the service is told to stop have so long to end."""


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for ``uvicorn.Config`` beside address, port, log settings and lifespan.

    The client's address is the connection's, unless the connection comes from a proxy that the settings trust: then it
    is the last one in X-Forwarded-For that is none of them. Guessing at passwords is counted by it.
    """
    return {
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        # h11 bounds the size of headers; httptools does not.
        "http": "h11",
        "ws": "none",
        "server_header": False,
        "access_log": False,
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": KEPT_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
