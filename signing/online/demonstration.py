"""The demonstration's services on this machine: timestamps, OCSP answers, revocation lists.

Bound to the loopback address and nothing else. certomancer answers, so that nothing of ours vouches for itself.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, PKIArchitecture, ServiceLabel
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from certlight.errors import UsageError
from certlight.text import Text
from signing.trust.demonstration.description import ARCHITECTURE, AUTHORITY, OCSP, ROOT, TSA
from signing.trust.demonstration.folder import DEMONSTRATION_PORT
from signing.trust.demonstration.services import architecture, revocation_list

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_QUERY_BYTES: Final = 64 * 1024
_log = logging.getLogger(__name__)


@contextmanager
def demonstration_server(
    folder: Path, clock: Callable[[], datetime], host: str = "127.0.0.1", port: int = DEMONSTRATION_PORT
) -> Iterator[str]:
    """Serve the demonstration of ``folder`` by ``clock`` (aware) in the background; gives ``http://HOST:PORT``.

    ``port`` 0 takes any free one. Raises UsageError ``demo.*``.
    """
    server = _server(folder, clock, host, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="demonstration", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _server(folder: Path, clock: Callable[[], datetime], host: str, port: int) -> BaseWSGIServer:
    if not _is_loopback(host):
        raise UsageError(
            "demo.not_local",
            Text("演示服务只能在本机（127.0.0.1）运行。", "The demonstration serves this machine only (127.0.0.1)."),
            Text("请使用 127.0.0.1。", "Use 127.0.0.1."),
        )
    services = _Services(architecture(folder), clock)
    # Bound here: werkzeug would print and leave the process where the port is taken.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(16)
        except (OSError, OverflowError) as error:
            raise UsageError(
                "demo.port_taken",
                Text(f"无法使用端口 {port}。", f"Port {port} cannot be used."),
                Text("请换一个端口，或停止占用它的程序。", "Choose another port, or stop what uses it."),
            ) from error
        return make_server(
            host, bound.getsockname()[1], services, threaded=True, request_handler=_Handler, fd=bound.fileno()
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


class _Query(Request):
    max_content_length = _QUERY_BYTES


class _Services(Animator):
    """certomancer's services by our clock, with our lists, one request at a time."""

    def __init__(self, pki: PKIArchitecture, clock: Callable[[], datetime]) -> None:
        super().__init__(
            AnimatorArchStore({ArchLabel(ARCHITECTURE): pki}), with_web_ui=False, allow_time_override=False
        )
        self._pki, self._clock, self._lock = pki, clock, threading.Lock()
        for label in (ROOT, AUTHORITY, TSA, OCSP):
            pki.get_cert(CertLabel(label))

    def at_time(self, request: Request) -> datetime:
        """The moment of an answer, in whole seconds."""
        return self._clock().replace(microsecond=0)

    def serve_crl(
        self, request: Request, *, label: ServiceLabel, arch: str, crl_no: int | None, use_pem: bool
    ) -> Response:
        """The latest list; there is no archive."""
        if str(label) not in (ROOT, AUTHORITY) or arch != ARCHITECTURE or crl_no is not None or use_pem:
            raise NotFound()
        body = revocation_list(self._pki, str(label), self.at_time(request))
        return Response(body, mimetype="application/pkix-crl")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            try:
                response: Any = self.dispatch(_Query(environ))
            except (ValueError, TypeError, KeyError):
                # What is no query at all.
                response = BadRequest()
        answer: Iterable[bytes] = response(environ, start_response)
        return answer


class _Handler(WSGIRequestHandler):
    """Logs to our logger, not to the terminal."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """One line a request, for those who ask for it."""
        _log.debug(message, *args)
