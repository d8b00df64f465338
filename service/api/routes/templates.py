"""``/templates``: the types of documents, and the form of each."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Header, Path, Response
from pydantic import Field

from extractors.catalogue import named, templates
from extractors.template import Expiry, FieldClass, FieldSpec, KindName, Template
from service.accounts.access import Kind, Operation, Resource, demand
from service.accounts.refusals import refusal
from service.api.calls import SignedIn
from service.api.shapes import Answer, Words
from service.documents.form_schema import CLASSES, GROUPS, HELP

router = APIRouter(tags=["templates"])
_CACHED: Final = "private, max-age=300"
"""Templates change with the program only."""
TypePath = Annotated[
    str, Path(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$", examples=["business_license"])
]


class TemplateField(Answer):
    """One field of the form."""

    code: str = Field(examples=["uscc"])
    name: Words
    kind: KindName = Field(description="What its values are, and so how they are compared.")
    field_class: FieldClass = Field(
        alias="class", description="A deviating ``key`` field blocks submission; ``digital`` ones keep it from green."
    )
    class_name: Words
    required: bool
    multiple: bool = Field(description="The entry is a list of texts.")
    words: list[str] = Field(description="Of an ``enum``: what may be entered.")
    unit: str | None = Field(description="Of a ``quantity``.")
    member_of: str | None = Field(description="The entry has to be one of the entries of that list field.")
    printed_labels: list[str] = Field(description="What stands before the value on certificates.")
    help: Words
    example: str

    @classmethod
    def of(cls, code: str, spec: FieldSpec) -> Self:
        """A field of a template."""
        help_ = HELP[spec.kind]
        values = {
            "code": code,
            "name": Words.of(spec.name.text),
            "kind": spec.kind,
            "class": spec.field_class,
            "class_name": Words.of(CLASSES[spec.field_class]),
            "required": spec.required,
            "multiple": spec.kind == "list",
            "words": list(spec.words),
            "unit": spec.unit or None,
            "member_of": spec.member_of,
            "printed_labels": list(spec.labels),
            "help": Words.of(help_.hint),
            "example": spec.words[0] if spec.words else help_.example,
        }
        return cls.model_validate(values)


class TemplateLine(Answer):
    """A type of documents."""

    doc_type: str = Field(examples=["business_license"])
    template: str = Field(examples=["business_license@1"])
    name: Words
    group: str = Field(examples=["basic"])
    group_name: Words
    of_person: bool = Field(description="Documents of this type may name the person whose they are.")
    fields: int
    href: str

    @classmethod
    def of(cls, template: Template) -> Self:
        """A template."""
        return cls(**_head(template), fields=len(template.fields), href=f"/api/v1/templates/{template.type}")


class TemplateAnswer(Answer):
    """The form of a type, its fields in the order pages show them."""

    doc_type: str
    template: str
    name: Words
    group: str
    group_name: Words
    of_person: bool
    expiry_field: str | None = Field(description="The field that says until when the document is valid.")
    fields: list[TemplateField]

    @classmethod
    def of(cls, template: Template) -> Self:
        """A template."""
        expiry = next((rule.field for rule in template.rules if isinstance(rule, Expiry)), None)
        fields = [TemplateField.of(code, spec) for code, spec in template.fields.items()]
        return cls(**_head(template), expiry_field=expiry, fields=fields)


class TemplateList(Answer):
    """All types, by category."""

    items: list[TemplateLine]


@cache
def _all() -> str:
    order = list(GROUPS)
    found = sorted(templates().values(), key=lambda template: order.index(template.group))
    return TemplateList(items=[TemplateLine.of(template) for template in found]).model_dump_json(by_alias=True)


def _one(doc_type: str) -> str:
    return TemplateAnswer.of(named(doc_type)).model_dump_json(by_alias=True)


def _cached(body: str, if_none_match: str | None) -> Response:
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _CACHED}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/templates",
    response_model=TemplateList,
    summary="证照类型  Types of documents",
    responses={304: {"description": "The client has it."}},
)
def get_templates(call: SignedIn, if_none_match: Annotated[str | None, Header(max_length=1000)] = None) -> Response:
    """Every type there is, by category. Names in both languages."""
    demand(call.principal, Operation.READ, Resource(Kind.TEMPLATE))
    return _cached(_all(), if_none_match)


@router.get(
    "/templates/{doc_type}",
    response_model=TemplateAnswer,
    summary="证照类型的表单  The form of a type",
    responses={304: {"description": "The client has it."}},
)
def get_template(
    call: SignedIn, doc_type: TypePath, if_none_match: Annotated[str | None, Header(max_length=1000)] = None
) -> Response:
    """Fields with names, classes and kinds; what entries and marks are keyed by is ``code``."""
    demand(call.principal, Operation.READ, Resource(Kind.TEMPLATE))
    if doc_type not in templates():
        raise refusal("access.not_found")
    return _cached(_one(doc_type), if_none_match)


def _head(template: Template) -> dict[str, Any]:
    return {
        "doc_type": template.type,
        "template": template.ref,
        "name": Words.of(template.name.text),
        "group": template.group,
        "group_name": Words.of(GROUPS[template.group]),
        "of_person": template.group == "people",
    }
