"""Shadow attacks (NDSS 2021): the forger prepares the document before it is sealed, so that afterwards a harmless
looking update brings out what was hidden in it."""

from __future__ import annotations

from typing import Final

from pikepdf import Array
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.pdf_makers import A4, Objects
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.attack import FORMAT, Bite, attack
from tests.signing.attacks.bases import OTHER_SUM, page_content
from tests.signing.attacks.increments import Increment
from tests.signing.attacks.unstripped import unstripped
from tests.signing.attacks.world import World

HIDDEN: Final = page_content(1, OTHER_SUM)
COVER: Final = b"1 1 1 rg 0 0 400 40 re f 0 g BT /F1 18 Tf 5 11 Td (Contract sum: CNY 100,000.00) Tj ET"


def covered_base() -> tuple[bytes, dict[str, int]]:
    """The page draws the forger's sum and then, as an XObject, the honest one over it."""
    objects = Objects()
    font = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    cover = objects.stream(
        COVER, f"/Type /XObject /Subtype /Form /BBox [0 0 400 40] /Resources << /Font << /F1 {font} 0 R >> >>"
    )
    words = f"BT /F1 18 Tf 60 541 Td ({OTHER_SUM}) Tj ET q 1 0 0 1 55 530 cm /Cover Do Q".encode()
    content = objects.stream(words)
    page = objects.add(
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {content} 0 R "
        f"/Resources << /Font << /F1 {font} 0 R >> /XObject << /Cover {cover} 0 R >> >> >>"
    )
    objects.bodies[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects.bodies[1] = f"<< /Type /Pages /Count 1 /Kids [{page} 0 R] >>".encode()
    return objects.file(), {"cover": cover, "content": content, "page": page, "font": font}


def field_base(*, shown: str = "100,000.00", value: str = "900,000.00") -> tuple[bytes, dict[str, int]]:
    """A text field that shows one sum and has another as its value."""
    objects = Objects()
    font = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    look = objects.stream(
        f"/Tx BMC BT /F1 18 Tf 2 11 Td (CNY {shown}) Tj ET EMC".encode(),
        f"/Type /XObject /Subtype /Form /BBox [0 0 400 40] /Resources << /Font << /F1 {font} 0 R >> >>",
    )
    content = objects.stream(b"BT /F1 18 Tf 60 600 Td (Contract sum:) Tj ET")
    page = objects.add(b"")
    field = objects.add(
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (sum) /V (CNY {value}) /DA (/F1 18 Tf 0 g) /F 4 "
        f"/Rect [55 530 455 570] /P {page} 0 R /AP << /N {look} 0 R >> >>"
    )
    objects.bodies[page - 1] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {content} 0 R "
        f"/Annots [{field} 0 R] /Resources << /Font << /F1 {font} 0 R >> >> >>"
    ).encode()
    objects.bodies[0] = (
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{field} 0 R] /DA (/F1 18 Tf 0 g) "
        f"/DR << /Font << /F1 {font} 0 R >> >> >> >>"
    ).encode()
    objects.bodies[1] = f"<< /Type /Pages /Count 1 /Kids [{page} 0 R] >>".encode()
    return objects.file(), {"look": look, "field": field, "font": font}


def two_faced_base() -> tuple[bytes, dict[str, int]]:
    """Two page trees, of which the catalogue knows one; and a second body for the shown content's number."""
    objects = Objects()
    font = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    shown = objects.stream(b"BT /F1 18 Tf 60 540 Td (Contract sum: CNY 100,000.00) Tj ET")
    hidden = objects.stream(b"BT /F1 18 Tf 60 540 Td (Contract sum: CNY 900,000.00) Tj ET")
    pages = objects.add(b"")
    first = objects.add(_page(2, shown, font))
    second = objects.add(_page(pages, hidden, font))
    catalogue = objects.add(f"<< /Type /Catalog /Pages {pages} 0 R >>")
    objects.bodies[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects.bodies[1] = f"<< /Type /Pages /Count 1 /Kids [{first} 0 R] >>".encode()
    objects.bodies[pages - 1] = f"<< /Type /Pages /Count 1 /Kids [{second} 0 R] >>".encode()
    numbers = {"shown": shown, "hidden": hidden, "pages": pages, "catalogue": catalogue, "page": first}
    return objects.file(), numbers


def _page(parent: int, content: int, font: int) -> str:
    return (
        f"<< /Type /Page /Parent {parent} 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {content} 0 R "
        f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
    )


@attack("shadow", FORMAT, Bite.MEANING)
def hide_by_freeing(world: World) -> bytes:
    """The update holds no object at all: its table says that the cover is gone. Readers differ; MuPDF shows it."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        update.free(numbers["cover"])
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_by_null(world: World) -> bytes:
    """The cover is null."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        update.replace(numbers["cover"], "null")
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_by_type(world: World) -> bytes:
    """The cover's subtype makes it something that is not drawn."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        update.replace_stream(numbers["cover"], COVER, "/Type /XObject /Subtype /PS /BBox [0 0 400 40]")
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_by_size(world: World) -> bytes:
    """The cover's box has no extent."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        update.replace_stream(numbers["cover"], COVER, "/Type /XObject /Subtype /Form /BBox [0 0 0 0]")
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_by_layer(world: World) -> bytes:
    """The cover belongs to a layer that is switched off."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        layer = update.new("<< /Type /OCG /Name (Cover) >>")
        update.with_entry(
            update.root, "/OCProperties", f"<< /OCGs [{layer}] /D << /OFF [{layer}] /Order [{layer}] >> >>"
        )
        update.replace_stream(
            numbers["cover"],
            COVER,
            f"/Type /XObject /Subtype /Form /BBox [0 0 400 40] /OC {layer} "
            f"/Resources << /Font << /F1 {numbers['font']} 0 R >> >>",
        )
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_by_resources(world: World) -> bytes:
    """The page no longer knows the cover's name."""
    pdf, numbers = covered_base()
    with Increment(world.seal(pdf)) as update:
        page = update.page()
        update.with_entry(page, "/Resources", f"<< /Font << /F1 {numbers['font']} 0 R >> >>")
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def replace_by_value(world: World) -> bytes:
    """The field's look is made anew from its value, which was another all the time."""
    pdf, numbers = field_base()
    with Increment(world.seal(pdf)) as update:
        update.replace_stream(
            numbers["look"],
            b"/Tx BMC BT /F1 18 Tf 2 11 Td (CNY 900,000.00) Tj ET EMC",
            f"/Type /XObject /Subtype /Form /BBox [0 0 400 40] /Resources << /Font << /F1 {numbers['font']} 0 R >> >>",
        )
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def replace_by_no_look(world: World) -> bytes:
    """The field's look is taken away: viewers draw its value."""
    pdf, _ = field_base()
    with Increment(world.seal(pdf)) as update:
        field = update.field("sum")
        del field["/AP"]
        update.write(field)
        return update.close()


@attack("shadow", FORMAT, Bite.MEANING)
def replace_by_need_appearances(world: World) -> bytes:
    """The form asks viewers to draw every field from its value."""
    pdf, _ = field_base()
    with Increment(world.seal(pdf)) as update:
        form = update.root.AcroForm
        if form.is_indirect:
            update.with_entry(form, "/NeedAppearances", "true")
        else:
            form["/NeedAppearances"] = True
            update.write(update.root)
        return update.close()


@attack("shadow", FORMAT, Bite.MEANING)
def replace_with_a_document_timestamp(world: World) -> bytes:
    """The same, in one save with an honest document timestamp."""
    pdf, _ = field_base()

    def ask(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form[generic.pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
        writer.update_container(form)

    with unstripped():
        return bare_pyhanko.document_timestamp(world.seal(pdf), pki.timestamper(), also=ask)


@attack("shadow", FORMAT, Bite.PICTURE)
def replace_font(world: World) -> bytes:
    """A font that was declared but not embedded is redefined: harmless, viewers of old said."""
    pdf, numbers = field_base()
    with Increment(world.seal(pdf)) as update:
        update.replace(
            numbers["font"],
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>",
        )
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_and_replace_by_catalogue(world: World) -> bytes:
    """The update holds no object: its trailer names the other catalogue as Root."""
    pdf, numbers = two_faced_base()
    with Increment(world.seal(pdf)) as update:
        return update.close(root=f"{numbers['catalogue']} 0 R")


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_and_replace_by_pages(world: World) -> bytes:
    """The catalogue points to the other page tree."""
    pdf, numbers = two_faced_base()
    with Increment(world.seal(pdf)) as update:
        update.with_entry(update.root, "/Pages", f"{numbers['pages']} 0 R")
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_and_replace_by_kids(world: World) -> bytes:
    """The page tree points to the other page."""
    pdf, numbers = two_faced_base()
    with Increment(world.seal(pdf)) as update:
        other = update.document.get_object(numbers["pages"], 0).Kids[0]
        update.root.Pages.Kids = Array([other])
        update.write(update.root.Pages)
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_and_replace_by_table(world: World) -> bytes:
    """The update holds no object: its table has the shown content where the hidden one stands, in the sealed bytes."""
    pdf, numbers = two_faced_base()
    # A stream that wears the shown content's number inside another stream's data.
    body = (
        f"{numbers['shown']} 0 obj\n<< /Length {len(HIDDEN)} >>\nstream\n".encode() + HIDDEN + b"\nendstream\nendobj\n"
    )
    with Increment(pdf) as before:
        before.new_stream(body)
        prepared = before.close()
    sealed = world.seal(prepared)
    with Increment(sealed) as update:
        update.point(numbers["shown"], sealed.index(body))
        return update.close()


@attack("shadow", FORMAT, Bite.PICTURE)
def hide_and_replace_by_older_revision(world: World) -> bytes:
    """The document had another sum in a revision before the seal: the update's table goes back to it."""
    pdf, numbers = two_faced_base()
    old = pdf.index(f"{numbers['shown']} 0 obj".encode())
    with Increment(pdf) as before:
        before.replace_stream(numbers["shown"], HIDDEN)
        prepared = before.close()
    with Increment(world.seal(prepared)) as update:
        update.point(numbers["shown"], old)
        return update.close()
