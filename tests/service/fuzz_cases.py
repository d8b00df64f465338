"""Requests that mean something: schemathesis's cases, most of them about rows that exist, many with a body that the use
case takes, files that are what they say, and the tag of what was looked at.

Half of the cases are believable throughout; of the others only identifiers were put right, or nothing at all.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pypdfium2
from hypothesis import strategies as st
from schemathesis import Case

from tests.service.api_client import KEY_PASSWORD
from tests.service.api_work import MARKS
from tests.service.document_flow import ENTRIES, box, picture
from tests.service.lived_in import Rows
from tests.service.performance_examples import SLOTS, identity_number
from tests.service.test_api_seals import as_pem, key, key_file
from tests.test_flow import ENTERED

Draw = Callable[[st.SearchStrategy[Any]], Any]
Bodies = dict[str, Sequence[Callable[[Draw, "Names"], Any]]]
TAGGED: Final = {
    "documents": "document_id",
    "performances": "performance_id",
    "pushes": "push_id",
    "subjects": "subject_id",
    "users": "user_id",
}
"""Where the entity tags are found that edits name."""


@dataclass
class Names:
    """What one request is about: identifiers that go together."""

    rows: Rows
    draw: Draw
    drawn: dict[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        """An identifier for a parameter of that name, below what was drawn already; None where there is none."""
        if name not in self.drawn:
            found = self._candidates(name)
            if not found:
                return None
            self.drawn[name] = self.draw(st.sampled_from(found))
        return self.drawn[name]

    def with_children(self, parent: str, names: set[str]) -> None:
        """Draw a parent that has what is asked for below it, if any has."""
        below = self.rows.below[parent]
        having = [one for one, children in below.items() if all(children.get(name) for name in names)]
        self.drawn[parent] = self.draw(st.sampled_from(having or list(below)))

    def document(self, doc_type: str) -> str | None:
        found = self.rows.documents.get(doc_type)
        return self.draw(st.sampled_from(found)) if found else None

    def _candidates(self, name: str) -> Sequence[str]:
        for parent, below in self.rows.below.items():
            if parent in self.drawn and (found := below.get(self.drawn[parent], {}).get(name)):
                return found
        alike = {"manager_id": "person_id", "actor_id": "user_id", "object_id": "document_id", "batch_id": "job_id"}
        return self.rows.of.get(alike.get(name, name), ())


def _pdf(pages: int = 1) -> bytes:
    import io

    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(200, 200)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


FILES: Final[tuple[tuple[str, bytes, str], ...]] = (
    ("执照.jpg", picture(200), "image/jpeg"),
    ("副本.jpg", picture(201), "image/jpeg"),
    ("合同.pdf", _pdf(), "application/pdf"),
    ("坏.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
    ("说明.txt", "不是证照".encode(), "text/plain"),
    ("空.jpg", b"", "image/jpeg"),
    ("断.jpg", picture(202)[:200], "image/jpeg"),
)
_SECRET: Final = {"key_file": b64encode(key_file()).decode(), "password": KEY_PASSWORD}
_some = st.sampled_from


def _reason(draw: Draw, names: Names) -> Any:
    return {"reason": draw(_some(["公章不清晰", "执照已换发", "=1+1"]))}


def _entries(draw: Draw, names: Names) -> Any:
    chosen = draw(_some([ENTRIES, ENTERED, {**ENTRIES, "term": "2020-01-01至2021-01-01"}, {"name": "李明"}, {}]))
    return {"entries": dict(chosen)}


def _performance(draw: Draw, names: Names) -> Any:
    papers = {column: names.document(kind) for kind, column in SLOTS.items() if draw(st.booleans())}
    more = {"grade": draw(_some("ABC")), "manager_id": draw(_some([None, names.one("person_id")]))}
    return {"project": "河畔小学教学楼工程", **more, **papers}


def _user(draw: Draw, names: Names) -> Any:
    role = draw(_some(["clerk", "enterprise_admin", "station", "reviewer", "auditor", "platform_admin"]))
    name = f"139{draw(st.integers(0, 99_999_999)):08d}"
    return {
        "login_name": name,
        "display_name": "丙",
        "role": role,
        "subject_id": names.one("subject_id") if role in ("clerk", "enterprise_admin", "station") else None,
        "domain_id": names.one("domain_id") if role == "reviewer" else None,
    }


def _report(draw: Draw, names: Names) -> Any:
    what = draw(_some(["check", "seal", "documents", "performances", "pushes", "operations"]))
    if what in ("check", "seal"):
        names.with_children("document_id", {f"{what}_id"})
        return {"what": what, "document_id": names.one("document_id"), f"{what}_id": names.one(f"{what}_id")}
    return {"what": what, "lang": draw(_some(["zh", "en", None]))}


def _same(*bodies: Any) -> Sequence[Callable[[Draw, Names], Any]]:
    return [lambda draw, names, body=body: body for body in bodies]


WELL_FORMED: Final[Bodies] = {
    "post_amendment": _same(
        {"item": "manager", "after": "丙四", "reason": "调离", "amended_on": "2024-01-01"},
        {"item": "price", "after": "13000000"},
    ),
    "post_batch": [
        lambda draw, names: {
            "documents": draw(st.lists(_some(names.rows.of["document_id"]), min_size=1, max_size=5, unique=True)),
            "action": draw(_some(["check", "extract", "validate"])),
        }
    ],
    "post_revocation": [_reason],
    "post_check": _same({}, {"trial": True}, None),
    "post_document": [
        lambda draw, names: {
            "doc_type": draw(_some(["id_card", "business_license", "contract"])),
            "person_id": draw(_some([None, names.one("person_id")])),
        }
    ],
    "post_domain": [lambda draw, names: {"code": draw(_some(["roads", "bridges", "housing"])), "name": "道路"}],
    "patch_domain": _same({"name": "水利"}, {"active": False}, {"name_en": "Water"}, {}),
    "put_entries": [_entries],
    "put_marks": _same({"marks": {}}, {"marks": MARKS}, {"marks": {"name": [box(), box(1)], "uscc": [box(0, 40.0)]}}),
    "post_material": _same({"name": "照片"}, {"name": "说明", "purpose": "explanation", "kind": "函"}),
    "post_person": [
        lambda draw, names: {"name": "丙", "identity_number": identity_number(draw(st.integers(1, 200)))},
    ],
    "post_unbinding": [_reason],
    "post_performance": [
        lambda draw, names: {"category": draw(_some(["works", "design"])), **_performance(draw, names)}
    ],
    "patch_performance": [_performance, lambda draw, names: {"project": "丙"}],
    "post_performance_submission": [
        lambda draw, names: {"continue_with": draw(_some([None, *names.rows.cross_checks]))},
        lambda draw, names: None,
    ],
    "post_push": [lambda draw, names: {"domain_id": names.one("domain_id")}],
    "post_approval": [lambda draw, names: {}, _reason, lambda draw, names: None],
    "post_rejection": [_reason],
    "post_revision": [_reason],
    "post_report": [_report],
    "post_seal": [
        lambda draw, names: {"certificate": as_pem(key(draw(_some([0, 0, 0, 1, 2, 3]))))},
        lambda draw, names: {**_SECRET, "wish": {"placement": {"page": -1, "x": 4, "y": 100, "width": 40}}},
    ],
    "post_signature": _same(_SECRET, {"signature": b64encode(b"x" * 256).decode()}),
    "post_subject": _same(
        {"name": "丙公司", "credit_code": "91210100MA2A3B4C5D", "capacities": ["bidder"]},
        {"name": "丙公司", "credit_code": "912101003411223347", "capacities": ["bidder", "agency"]},
    ),
    "patch_subject": _same({"name": "丙公司"}, {"active": False}, {"capacities": ["tenderer"]}),
    "create_token": [
        lambda draw, names: {
            "name": "夜间",
            "scopes": draw(_some([["documents:read"], ["documents:write", "batch"], ["station:upload"]])),
            "user_id": draw(_some([None, None, names.one("user_id")])),
        }
    ],
    "create_user": [_user],
    "change_user": _same({"display_name": "丙"}, {"disabled": True}, {"disabled": False}, {"role": "clerk"}),
    "reset_password": _same({}, {"revoke_tokens": True}),
    "post_webhook": [
        lambda draw, names: {
            "url": draw(_some(["https://93.184.216.34/hook", "http://127.0.0.1/", "https://[::1]/x"])),
            "events": draw(_some([["job.ended"], ["push.arrived"], ["certificate.issued", "push.decided"]])),
            "domain_id": draw(_some([None, names.one("domain_id")])),
        }
    ],
}
"""Bodies that the use case behind the route takes, in some state of what they are about."""
_FIELDS: Final = {"bid_notice_id": "bid_notice", "contract_id": "contract", "acceptance_id": "acceptance_report"}


@dataclass
class Asked:
    """A case, and what is sent beside what it says."""

    case: Case
    tagged: str | None = None
    """Whose entity tag is to be sent along, as it is by then."""
    files: list[tuple[str, tuple[str, bytes, str]]] | None = None
    """A form with these instead of the case's body."""


@st.composite
def believable(draw: Any, cases: st.SearchStrategy[Case], rows: Rows) -> Asked:
    """One of ``cases``, mostly with ``rows`` in it."""
    how = draw(_some(["well", "well", "well", "named", "named", "as it is"]))
    case: Case = draw(cases)
    if how == "as it is":
        return Asked(case)
    name = case.operation.definition.raw["operationId"]
    names, places = Names(rows, draw), set(case.path_parameters or ())
    for parent in rows.below:
        if parent in places:
            names.with_children(parent, places - {parent, "index"})
    _path(case, names, draw)
    _query(case, names, how)
    asked = Asked(case, files=_form(case, draw))
    _body(case, names, WELL_FORMED.get(name, ()) if how == "well" else ())
    asserted = {one.name.lower() for one in case.operation.headers}
    if "if-match" in asserted and draw(_some([True, True, True, False])):
        collection = case.operation.path.split("/")[3]
        asked.tagged = f"/api/v1/{collection}/{names.one(TAGGED[collection])}"
    return asked


def _path(case: Case, names: Names, draw: Draw) -> None:
    found = {place: names.one(place) for place in case.path_parameters or ()}
    if "doc_type" in found:
        found["doc_type"] = draw(_some(list(names.rows.documents)))
    if "index" in found:
        found["index"] = str(draw(_some([0, 0, 1, 7])))
    for place, value in found.items():
        if value is not None:
            case.path_parameters[place] = value


def _query(case: Case, names: Names, how: str) -> None:
    for name in list(case.query or ()):
        if name == "cursor" or (how == "well" and name == "after"):
            # What no list gave is tried where nothing is put right.
            del case.query[name]
        elif name.endswith("_id") and isinstance(case.query[name], str) and (found := names.one(name)):
            case.query[name] = found
        elif how == "well" and name in ("q", "action", "object_kind"):
            case.query[name] = {"q": "公司", "action": "document.", "object_kind": "push"}[name]


def _form(case: Case, draw: Draw) -> list[tuple[str, tuple[str, bytes, str]]] | None:
    media_type = case.media_type or ""
    if media_type == "multipart/form-data":
        chosen = draw(st.lists(_some([*FILES[:3], *FILES]), min_size=1, max_size=3))
        return [("files", file) for file in chosen]
    if isinstance(case.body, bytes) or "octet-stream" in media_type or "pdf" in media_type or "image/" in media_type:
        case.body = draw(_some([*FILES[:3], *FILES]))[1]
    return None


def _body(case: Case, names: Names, bodies: Sequence[Callable[[Draw, Names], Any]]) -> None:
    if case.media_type != "application/json":
        return
    if bodies:
        made = names.draw(_some(bodies))(names.draw, names)
        if made is not None:
            case.body = made
        return
    if isinstance(case.body, dict):
        case.body = {key: _named(key, value, names) for key, value in case.body.items()}


def _named(key: str, value: Any, names: Names) -> Any:
    """A field of a body, naming what exists where it names something."""
    if key in _FIELDS and value is not None:
        return names.document(_FIELDS[key]) or value
    if key == "documents" and isinstance(value, list):
        return [names.draw(_some(names.rows.of["document_id"])) for _ in value]
    if key.endswith("_id") and isinstance(value, str):
        return names.one(key) or value
    return value
