"""The application: routes, conventions and what surrounds every request."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from fastapi import APIRouter, FastAPI

from certlight import __version__
from service.api import problems, routes
from service.api.problems import DOCUMENTED
from service.installation import Installation

PREFIX = "/api/v1"


def create_app(installation: Installation) -> FastAPI:
    """The service over HTTP; ``installation`` is open as long as it is served."""
    app = FastAPI(title="certlight", version=__version__, openapi_url=f"{PREFIX}/openapi.json", redirect_slashes=False)
    app.state.installation = installation
    problems.install(app)
    api = APIRouter(prefix=PREFIX, responses=DOCUMENTED)
    for module in pkgutil.iter_modules(routes.__path__):
        api.include_router(import_module(f"{routes.__name__}.{module.name}").router)
    app.include_router(api)
    return app
