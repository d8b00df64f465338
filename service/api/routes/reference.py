"""The page that describes the API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.api.reference.page import page, policy

router = APIRouter(include_in_schema=False)
root = APIRouter(include_in_schema=False)


@router.get("/docs")
def api_reference(request: Request) -> HTMLResponse:
    """Every operation and schema, for people; readable by anybody, like the document it is made of."""
    app = request.app
    made: str | None = getattr(app.state, "reference", None)
    if made is None:
        made = app.state.reference = page(app.openapi(), app.openapi_url)
    return HTMLResponse(made, headers={"Content-Security-Policy": policy()})


@root.get("/")
def front_door(request: Request) -> RedirectResponse:
    """Whoever opens the bare address is led to the description."""
    return RedirectResponse(request.app.url_path_for("api_reference"), 307)
