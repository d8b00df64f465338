"""The OpenAPI document: what FastAPI finds, and the conventions that hold for every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.api.accepted import JOB_EXAMPLE
from service.api.problems import Problem
from service.api.sign_in import CSRF_HEADER, cookie_name
from service.installation import Installation

DESCRIPTION: Final = f"""
证照核验服务的接口。浏览器用会话 Cookie 登录，程序用访问令牌（`Authorization: Bearer clt_…`）。

- 修改类请求用 Cookie 登录时须带 `{CSRF_HEADER}` 头，值与 csrf Cookie 相同；页面与接口同源，不支持跨域。
- 创建类 POST 可带 `Idempotency-Key`，同一请求重发不会重复创建；编辑须带 `If-Match`，值为读取时的 `ETag`。
- 耗时操作返回 202 和任务地址（`Location`），任务可查询、订阅（SSE）、取消。
- 拒绝一律为 `application/problem+json`：`code` 稳定可依赖，`detail` 说明原因，`remedy` 说明处理办法。
- 列表按游标分页：把 `next` 作为下一次的 `cursor`。时间一律为 UTC。

The API of certlight. Browsers sign in with a session cookie, programs with a token. Changing requests of a session
carry `{CSRF_HEADER}` with the value of the csrf cookie; there is no CORS. A POST that creates takes `Idempotency-Key`,
an edit takes `If-Match`; long work answers 202 with a job's `Location`. Refusals are RFC 9457 problems whose `code` is
stable. Lists are paged by cursor; times are UTC. `Accept-Language: en` gives texts in English.
""".strip()

TAGS: Final[dict[str, str]] = {
    "auth": "登录、会话与密码 · Signing in, sessions, passwords",
    "users": "用户 · Users",
    "tokens": "程序和采集站的访问令牌 · Tokens of programs and stations",
    "subjects": "企业基本信息 · Enterprises",
    "people": "企业人员 · People of an enterprise",
    "templates": "证照类型与表单 · Types of documents and their forms",
    "documents": "证照：上传、填写、框选、提交 · Documents from upload to the library",
    "smart mode and checks": "智能识别与核验 · Smart mode and checks",
    "seals": "电子签章与验章 · Seals and their validation",
    "batches": "批量处理 · Batches",
    "performances": "业绩及逻辑核验 · Performance records and their cross-checks",
    "contract amendments": "合同变更 · Contract amendments",
    "supporting material": "佐证材料 · Supporting material",
    "pushes": "推送与核验人员审核 · Pushes and their review",
    "domains": "核验领域 · Regulator domains",
    "digital certificates": "数字证照 · Digital certificates",
    "public": "无需登录的查询 · What anybody may ask",
    "jobs": "任务 · Long work",
    "reports": "报告与导出 · Reports and exports",
    "operations": "操作日志 · The operation log",
    "webhooks": "事件通知 · Webhooks",
}
"""In the order of the document; a tag that is not here follows without a description."""

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_SAFE: Final = frozenset({"get"})
_CREATED: Final = frozenset({"201", "202"})


def described(app: FastAPI, installation: Installation) -> Callable[[], dict[str, Any]]:
    """What stands in for ``app.openapi``."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.router.routes
            )
            found["servers"] = [{"url": installation.settings.public_url, "description": "本系统 · this installation"}]
            _complete(found, installation)
            app.openapi_schema = found
        return app.openapi_schema

    return document


def _complete(found: dict[str, Any], installation: Installation) -> None:
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    # FastAPI takes what is null out of examples.
    schemas["JobAnswer"]["examples"] = [JOB_EXAMPLE]
    schemes = components.setdefault("securitySchemes", {})
    schemes.get("session", {})["name"] = cookie_name(installation, "session")
    schemes["csrf"] = {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": f"The value of the cookie {cookie_name(installation, 'csrf')}.",
    }
    used: set[str] = set()
    for path in found["paths"].values():
        for method in _METHODS:
            if method in path:
                used |= set(path[method].get("tags", ()))
                _complete_operation(method, path[method])
    named = [tag for tag in TAGS if tag in used] + sorted(used - set(TAGS))
    found["paths"] = dict(sorted(found["paths"].items(), key=lambda one: _place(one, named)))
    found["tags"] = [{"name": tag, **({"description": TAGS[tag]} if tag in TAGS else {})} for tag in named]


def _place(path: tuple[str, dict[str, Any]], tags: list[str]) -> tuple[int, int]:
    """Paths stand in the order of their tags; within one, what a resource is before what hangs on it."""
    return min(tags.index(path[1][method]["tags"][0]) for method in _METHODS if method in path[1]), path[0].count("/")


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    if "security" in operation:
        session: dict[str, list[str]] = {"session": []} if method in _SAFE else {"session": [], "csrf": []}
        carried = {name for way in operation["security"] for name in way}
        ways: list[dict[str, list[str]]] = [session, {"token": []}]
        operation["security"] = [way for way in ways if set(way) & carried]
    if method != "post" or not _CREATED & set(operation.get("responses", ())):
        # The dependency that reads it belongs to every route of somebody who is signed in.
        parameters = [one for one in operation.get("parameters", ()) if one["name"].lower() != "idempotency-key"]
        operation["parameters"] = parameters
        if not parameters:
            del operation["parameters"]
