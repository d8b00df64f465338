"""The application: routes, conventions and what surrounds every request."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from certlight import __version__
from service.accounts.passwords import Passwords
from service.api import problems, routes
from service.api.bodies import OVERHEAD_BYTES, Bodies
from service.api.description import DESCRIPTION, described
from service.api.doors import Doors
from service.api.methods import Methods
from service.api.problems import DOCUMENTED
from service.api.surroundings import Surroundings
from service.installation import Installation
from service.telemetry.figures import Figures
from service.telemetry.readiness import Readiness
from service.telemetry.requests import Requests

PREFIX = "/api/v1"


def create_app(installation: Installation, passwords: Passwords | None = None) -> FastAPI:
    """The service over HTTP; ``installation`` is open as long as it is served.

    Every module of :mod:`service.api.routes` with a ``router`` is served below :data:`PREFIX`; one with a ``root`` is
    served as it stands. ``passwords`` costs memory and time to make; tests bring a cheap one. uvicorn's options for it
    are in :mod:`service.api.serving`.
    """
    app = FastAPI(
        title="certlight",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        # The framework's own telemetry tells exceptions with their messages, and variables of the environment could
        # switch it on; ours is service.telemetry.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.installation = installation
    app.state.doors = Doors.of(installation, passwords)
    problems.install(app)
    api = APIRouter(prefix=PREFIX, responses=DOCUMENTED)
    for module in pkgutil.iter_modules(routes.__path__):
        found = import_module(f"{routes.__name__}.{module.name}")
        if (router := getattr(found, "router", None)) is not None:
            api.include_router(router)
        if (root := getattr(found, "root", None)) is not None:
            app.include_router(root, responses=DOCUMENTED)
    app.include_router(api)
    app.openapi = described(app, installation)  # type: ignore[method-assign]
    # The last one added is the outermost.
    app.add_middleware(Methods, routes=app.router.routes)
    app.add_middleware(Bodies, largest=installation.settings.upload.max_total_bytes + OVERHEAD_BYTES)
    app.add_middleware(Surroundings, public_url=installation.settings.public_url)
    app.state.readiness, app.state.figures = Readiness(installation), Figures(installation)
    app.add_middleware(Requests, figures=app.state.figures)
    return app


def _operation_id(route: APIRoute) -> str:
    """Functions of routes have names that are unique over the whole API."""
    return route.name
