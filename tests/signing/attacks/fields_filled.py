"""Form fields are filled, and what a certification forbids is done, after the seal."""

from __future__ import annotations

from collections.abc import Callable

from pikepdf import Name, String

from tests.signing import bare_pyhanko
from tests.signing.attacks.attack import FORMAT, Bite, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.overlays import annotated
from tests.signing.attacks.world import World


def careless(pdf: bytes, certify: int | None = None) -> bytes:
    """A second seal that heeds no certification."""
    return bare_pyhanko.seal(pdf, "other", field="Seal2", box=(60, 300, 180, 420), certify=certify, careless=True)


def _filled(pdf: bytes, change: Callable[[Increment], None]) -> bytes:
    with Increment(pdf) as update:
        change(update)
        return update.close()


def _value(update: Increment) -> None:
    field = update.field("remark")
    field.V = String("denied")
    update.write(field)


def _look(update: Increment) -> None:
    look = update.field("remark").AP.N
    look.write(look.read_bytes().replace(b"agreed", b"denied"))
    update.write(look)


def _both(update: Increment) -> None:
    _value(update)
    _look(update)


@attack("fields", FORMAT, Bite.PICTURE)
def value_and_look(world: World) -> bytes:
    """A text field is filled as viewers do it."""
    return _filled(world.sealed(), _both)


@attack("fields", FORMAT, Bite.MEANING)
def value_only(world: World) -> bytes:
    """Only the value; viewers that draw fields anew show it."""
    return _filled(world.sealed(), _value)


@attack("fields", FORMAT, Bite.PICTURE)
def look_only(world: World) -> bytes:
    """Only the look, the value stays."""
    return _filled(world.sealed(), _look)


@attack("fields", FORMAT, Bite.PICTURE)
def moved(world: World) -> bytes:
    """The field stands elsewhere."""

    def change(update: Increment) -> None:
        update.with_entry(update.field("remark"), "/Rect", "[60 320 300 350]")

    return _filled(world.sealed(), change)


@attack("fields", FORMAT, Bite.PICTURE)
def hidden(world: World) -> bytes:
    """The field is hidden."""

    def change(update: Increment) -> None:
        update.with_entry(update.field("remark"), "/F", "2")

    return _filled(world.sealed(), change)


@attack("fields", FORMAT, Bite.MEANING)
def action(world: World) -> bytes:
    """A script computes the field."""

    def change(update: Increment) -> None:
        update.with_entry(update.field("remark"), "/AA", "<< /C << /S /JavaScript /JS (event.value = 'denied') >> >>")

    return _filled(world.sealed(), change)


@attack("fields", FORMAT, Bite.MEANING)
def removed_from_the_form(world: World) -> bytes:
    """The form no longer has the field."""

    def change(update: Increment) -> None:
        fields = update.root.AcroForm.Fields
        for position, one in enumerate(fields):
            if str(one.get("/T", "")) == "remark":
                del fields[position]
                break
        update.write(update.root.AcroForm if update.root.AcroForm.is_indirect else update.root)

    return _filled(world.sealed(), change)


@attack("fields", FORMAT, Bite.MEANING)
def turned_into_a_seal(world: World) -> bytes:
    """The text field becomes a signature field."""

    def change(update: Increment) -> None:
        field = update.field("remark")
        field.FT = Name.Sig
        del field["/V"]
        update.write(field)

    return _filled(world.sealed(), change)


for _level in (1, 2, 3):
    attack(
        "docmdp",
        FORMAT,
        Bite.PICTURE,
        name=f"field-filled-on-p{_level}",
        note=f"A text field is filled in a document certified with P={_level}.",
    )(lambda world, level=_level: _filled(world.sealed(certify=level), _both))
    attack(
        "docmdp",
        FORMAT,
        Bite.PICTURE,
        name=f"content-changed-on-p{_level}",
        note=f"Another page content in a document certified with P={_level}.",
    )(
        lambda world, level=_level: _filled(
            world.sealed(certify=level),
            lambda update: update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM)),
        )
    )


@attack("docmdp", FORMAT, Bite.PICTURE)
def new_seal_on_p1(world: World) -> bytes:
    """An honest second seal on a document certified with P=1, which forbids any."""
    return careless(world.sealed(certify=1))


@attack("docmdp", FORMAT, Bite.MEANING)
def prepared_seal_on_p1(world: World) -> bytes:
    """The same in a field prepared before the certification."""
    pdf = bare_pyhanko.prepare_fields(world.base().pdf, "Seal2")
    return careless(world.seal(pdf, certify=1))


@attack("docmdp", FORMAT, Bite.PICTURE)
def new_field_and_seal_on_p2(world: World) -> bytes:
    """A second seal in a field of its own making, on a document certified with P=2: only prepared fields may be
    filled."""
    return world.seal(world.sealed(certify=2), "other", field="Seal2", box=(60, 300, 180, 420))


@attack("docmdp", FORMAT, Bite.PICTURE)
def permission_raised(world: World) -> bytes:
    """The certification's P is raised in an update, and the page stamped."""
    return annotated(_weakened(world, "/P 3"), "/Subtype /Stamp /Name /Approved")


@attack("docmdp", FORMAT, Bite.PICTURE)
def permissions_removed(world: World) -> bytes:
    """The catalogue no longer knows of the certification, and the page is stamped."""

    def change(update: Increment) -> None:
        del update.root["/Perms"]
        update.write(update.root)

    return annotated(_filled(world.sealed(certify=1), change), "/Subtype /Stamp /Name /Approved")


@attack("docmdp", FORMAT, Bite.MEANING)
def permissions_removed_only(world: World) -> bytes:
    """The catalogue no longer knows of the certification."""

    def change(update: Increment) -> None:
        del update.root["/Perms"]
        update.write(update.root)

    return _filled(world.sealed(certify=1), change)


@attack("docmdp", FORMAT, Bite.MEANING)
def certified_afterwards(world: World) -> bytes:
    """A second seal certifies what was only approved: the certification has to come first."""
    return careless(world.sealed(), certify=3)


@attack("docmdp", FORMAT, Bite.PICTURE, makers=("pyhanko",))
def locked_field_filled(world: World) -> bytes:
    """The seal locks all fields (FieldMDP); one is filled."""
    return _filled(bare_pyhanko.seal(world.base().pdf, lock=True), _both)


def _weakened(world: World, level: str) -> bytes:
    pdf = world.sealed(certify=1)
    with Increment(pdf) as update:
        signature = update.field("Seal1").V
        parameters = signature.Reference[0].TransformParams
        if parameters.is_indirect:
            update.replace(parameters.objgen[0], f"<< /Type /TransformParams {level} /V /1.2 >>")
        else:
            body = signature.unparse(resolved=True).decode("latin-1")
            update.replace(signature.objgen[0], body.replace("/P 1", level))
        return update.close()
