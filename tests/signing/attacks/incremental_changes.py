"""Incremental saving attacks ("1 Trillion Dollar Refund", CCS 2019, §4.2): the sealed revision is untouched, a later
one changes what the document shows or says. Digest and signature value are right in all of them."""

from __future__ import annotations

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.signing.attacks.attack import FORMAT, Bite, attack
from tests.signing.attacks.bases import EMBEDDED, HALFTONE, OTHER_SUM, page_content, picture, wrong_entries
from tests.signing.attacks.increments import Increment, references
from tests.signing.attacks.surgery import start_of_references
from tests.signing.attacks.world import World


@attack("isa", FORMAT, Bite.PICTURE)
def content_replaced(world: World) -> bytes:
    """The page's content stream under its old number."""
    with Increment(world.sealed()) as update:
        update.replace_stream(world.base().numbers["content1"], page_content(1, OTHER_SUM))
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def content_elsewhere(world: World) -> bytes:
    """The page refers to another content stream."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.page(), "/Contents", update.new_stream(page_content(1, OTHER_SUM)))
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def content_appended(world: World) -> bytes:
    """A second content stream that paints over the first."""
    with Increment(world.sealed()) as update:
        page = update.page()
        more = update.new_stream(b"1 1 1 rg 55 530 400 30 re f 0 g BT /F1 18 Tf 60 540 Td (CNY 900,000.00) Tj ET")
        update.with_entry(page, "/Contents", f"[{page.Contents.unparse().decode()} {more}]")
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def font_remapped(world: World) -> bytes:
    """The font's encoding shows another digit for 1: text and content stay, the sum is read differently."""
    with Increment(world.sealed()) as update:
        update.replace(
            world.base().numbers["font"],
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
            "/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [49 /nine] >> >>",
        )
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def font_of_drawn_glyphs(world: World) -> bytes:
    """The font is replaced by a Type 3 font, whose glyphs are content streams."""
    with Increment(world.sealed()) as update:
        glyph = update.new_stream(b"600 0 0 0 600 700 d1 0 0 600 700 re f")
        update.replace(
            world.base().numbers["font"],
            f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 600 700] /FontMatrix [0.001 0 0 0.001 0 0] "
            f"/CharProcs << /one {glyph} >> /Encoding << /Differences [49 /one] >> /FirstChar 49 /LastChar 49 "
            f"/Widths [600] /Resources << >> >>",
        )
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def image_replaced(world: World) -> bytes:
    """The picture under its old number: the page is a scan, all it says is in it."""
    with Increment(world.sealed()) as update:
        update.replace_stream(
            world.base().numbers["image"],
            zlib.compress(picture(99)),
            f"/Type /XObject /Subtype /Image /Width {HALFTONE} /Height {HALFTONE} /ColorSpace /DeviceGray "
            "/BitsPerComponent 8 /Filter /FlateDecode",
        )
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def image_renamed(world: World) -> bytes:
    """The page's resources give the picture's name to another picture."""
    with Increment(world.sealed()) as update:
        page = update.page()
        other = update.new_stream(
            zlib.compress(picture(99)),
            f"/Type /XObject /Subtype /Image /Width {HALFTONE} /Height {HALFTONE} /ColorSpace /DeviceGray "
            "/BitsPerComponent 8 /Filter /FlateDecode",
        )
        resources = page.Resources.unparse(resolved=True).decode()
        old = f"{world.base().numbers['image']} 0 R"
        update.with_entry(page, "/Resources", resources.replace(f"/Im1 {old}", f"/Im1 {other}"))
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_added(world: World) -> bytes:
    """A page more at the end."""
    with Increment(world.sealed(3)) as update:
        content = update.new_stream(page_content(4, OTHER_SUM))
        page = update.page()
        new = update.new(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} "
            f"/Resources {page.Resources.unparse(resolved=True).decode()} >>"
        )
        pages = update.root.Pages
        kids = " ".join(kid.unparse().decode() for kid in pages.Kids)
        update.replace(2, f"<< /Type /Pages /Count 4 /Kids [{kids} {new}] >>")
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_removed(world: World) -> bytes:
    """The second page is no longer in the tree."""
    with Increment(world.sealed(3)) as update:
        del update.root.Pages.Kids[1]
        update.root.Pages.Count = 2
        update.write(update.root.Pages)
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def pages_reordered(world: World) -> bytes:
    """Pages two and three change places."""
    with Increment(world.sealed(3)) as update:
        kids = list(update.root.Pages.Kids)
        update.root.Pages.Kids = Array([kids[0], kids[2], kids[1]])
        update.write(update.root.Pages)
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_repeated(world: World) -> bytes:
    """The third page is a second copy of the first."""
    with Increment(world.sealed(3)) as update:
        kids = list(update.root.Pages.Kids)
        update.root.Pages.Kids = Array([kids[0], kids[1], kids[0]])
        update.write(update.root.Pages)
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_turned(world: World) -> bytes:
    """The page stands on its head."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.page(), "/Rotate", "180")
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_turned_by_the_tree(world: World) -> bytes:
    """All pages inherit a quarter turn from the page tree."""
    with Increment(world.sealed(3)) as update:
        update.with_entry(update.root.Pages, "/Rotate", "90")
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def page_cropped(world: World) -> bytes:
    """A crop box cuts the remark and the seal off."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.page(), "/CropBox", "[0 460 595 842]")
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def page_unit_changed(world: World) -> bytes:
    """UserUnit makes every measure on the page ten times as large."""
    with Increment(world.sealed()) as update:
        update.with_entry(update.page(), "/UserUnit", "10")
        return update.close()


@attack("isa", FORMAT, Bite.PICTURE)
def layer_switched_on(world: World) -> bytes:
    """The layer VOID, off when sealed, is on."""
    with Increment(world.sealed()) as update:
        update.root.OCProperties.D.OFF = Array([])
        update.write(update.root)
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def layer_on_in_print(world: World) -> bytes:
    """The layer is shown when printed only: an automatic state by usage."""
    with Increment(world.sealed()) as update:
        layer = update.root.OCProperties.OCGs[0]
        update.with_entry(layer, "/Usage", "<< /Print << /Subtype /Print /PrintState /ON >> >>")
        update.root.OCProperties.D.AS = Array(
            [Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([layer]))]
        )
        update.write(update.root)
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def info_changed(world: World) -> bytes:
    """Another title in the document information."""
    with Increment(world.sealed()) as update:
        update.document.docinfo["/Title"] = String("Contract, second version")
        update.write(update.document.docinfo)
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def info_elsewhere(world: World) -> bytes:
    """The trailer points to another document information."""
    with Increment(world.sealed()) as update:
        update.trailer["/Info"] = update.new("<< /Title (Contract, second version) >>")
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def metadata_changed(world: World) -> bytes:
    """Another title in the XMP metadata."""
    with Increment(world.sealed()) as update:
        xmp = update.root.Metadata.read_bytes().replace(b">Contract<", b">Another contract<")
        update.replace_stream(world.base().numbers["metadata"], xmp, "/Type /Metadata /Subtype /XML")
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def enclosure_replaced(world: World) -> bytes:
    """The attached entries have another sum."""
    with Increment(world.sealed(enclosed=True)) as update:
        update.replace_stream(world.base(enclosed=True).numbers["enclosure"], wrong_entries(), EMBEDDED)
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def enclosure_elsewhere(world: World) -> bytes:
    """The file specification points to other entries."""
    with Increment(world.sealed(enclosed=True)) as update:
        other = update.new_stream(wrong_entries(), EMBEDDED)
        spec = update.root.AF[0]
        update.with_entry(spec, "/EF", f"<< /F {other} >>")
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def enclosure_removed(world: World) -> bytes:
    """The catalogue no longer knows of the attached entries."""
    with Increment(world.sealed(enclosed=True)) as update:
        del update.root["/AF"]
        del update.root["/Names"]
        update.write(update.root)
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def enclosure_slipped_in(world: World) -> bytes:
    """A document sealed without entries gets some."""
    with Increment(world.sealed()) as update:
        entries = update.new_stream(wrong_entries(), EMBEDDED)
        name = "(certlight-enclosure.json)"
        spec = update.new(f"<< /Type /Filespec /F {name} /UF {name} /AFRelationship /Data /EF << /F {entries} >> >>")
        update.with_entry(update.root, "/Names", f"<< /EmbeddedFiles << /Names [{name} {spec}] >> >>")
        update.with_entry(update.root, "/AF", f"[{spec}]")
        return update.close()


@attack("isa", FORMAT, Bite.MEANING)
def open_action(world: World) -> bytes:
    """A script that runs when the file is opened."""
    return _catalogue(world, "/OpenAction", "<< /S /JavaScript /JS (this.getField('remark').value = 'refused') >>")


@attack("isa", FORMAT, Bite.MEANING)
def document_script(world: World) -> bytes:
    """A script of the document."""
    return _catalogue(world, "/Names", "<< /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>")


@attack("isa", FORMAT, Bite.MEANING)
def additional_actions(world: World) -> bytes:
    """Actions before printing and saving."""
    return _catalogue(world, "/AA", "<< /WP << /S /JavaScript /JS (1) >> >>")


@attack("isa", FORMAT, Bite.MEANING)
def viewer_preferences(world: World) -> bytes:
    """Only one page is printed."""
    return _catalogue(world, "/ViewerPreferences", "<< /PrintPageRange [1 1] >>")


@attack("isa", FORMAT, Bite.MEANING)
def page_labels(world: World) -> bytes:
    """Pages are counted otherwise."""
    return _catalogue(world, "/PageLabels", "<< /Nums [0 << /S /r /St 5 >>] >>")


@attack("isa", FORMAT, Bite.MEANING)
def outline(world: World) -> bytes:
    """Bookmarks that name other things than the pages show."""
    return _catalogue(world, "/Outlines", "<< /Type /Outlines /Count 0 >>")


@attack("isa", FORMAT, Bite.MEANING)
def structure_tree(world: World) -> bytes:
    """Alternative text for readers who listen."""
    return _catalogue(world, "/StructTreeRoot", "<< /Type /StructTreeRoot /K << /S /P /ActualText (CNY 9) >> >>")


@attack("isa", FORMAT, Bite.MEANING)
def collection(world: World) -> bytes:
    """The file becomes a portfolio, of which viewers show an attachment first."""
    return _catalogue(world, "/Collection", "<< /Type /Collection /View /H >>")


@attack("isa", FORMAT, Bite.MEANING)
def xfa_form(world: World) -> bytes:
    """An XFA form, which viewers that know it show instead of the pages."""
    with Increment(world.sealed()) as update:
        packet = update.new_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>")
        form = _form(update, "/XFA", packet)
        return form.close()


@attack("isa", FORMAT, Bite.MEANING)
def appearances_made_anew(world: World) -> bytes:
    """NeedAppearances: viewers draw every field from its value, not as it was sealed."""
    with Increment(world.sealed()) as update:
        return _form(update, "/NeedAppearances", "true").close()


@attack("isa", FORMAT, Bite.MEANING)
def default_resources(world: World) -> bytes:
    """The form's fonts: another glyph for every letter of the fields."""
    with Increment(world.sealed()) as update:
        font = update.new("<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>")
        return _form(update, "/DR", f"<< /Font << /F1 {font} >> >>").close()


@attack("isa", FORMAT, Bite.PICTURE)
def another_catalogue(world: World) -> bytes:
    """The trailer's Root is another catalogue, with other pages."""
    with Increment(world.sealed()) as update:
        content = update.new_stream(page_content(1, OTHER_SUM))
        page = update.page()
        number = update.reserve()
        kid = update.new(
            f"<< /Type /Page /Parent {number} 0 R /MediaBox [0 0 595 842] /Contents {content} "
            f"/Resources {page.Resources.unparse(resolved=True).decode()} "
            f"/Annots {_array(page.Annots)} >>"
        )
        update.replace(number, f"<< /Type /Pages /Count 1 /Kids [{kid}] >>")
        root = update.root.unparse(resolved=True).decode().replace("/Pages 2 0 R", f"/Pages {number} 0 R")
        return update.close(root=update.new(root))


@attack("isa", FORMAT, Bite.PICTURE)
def revised_without_table(world: World) -> bytes:
    """Only the body of an update, no table and no trailer (ISA, variant 2): readers that mend files take it in."""
    pdf = world.sealed()
    content = page_content(1, OTHER_SUM)
    number = world.base().numbers["content1"]
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\nendobj\n"
    return pdf + body + b"startxref\n1\n%%EOF\n"


@attack("isa", FORMAT, Bite.MEANING)
def revised_without_anything(world: World) -> bytes:
    """Only an object at the end of the file, not even an end marker."""
    content = page_content(1, OTHER_SUM)
    number = world.base().numbers["content1"]
    return (
        world.sealed() + b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content)) + content + b"\nendstream\n"
    )


@attack("isa", FORMAT, Bite.MEANING)
def only_a_trailer(world: World) -> bytes:
    """An update that has an empty table and a trailer only (ISA, variant 1)."""
    pdf = world.sealed()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        size, root = int(document.trailer.Size), document.trailer.Root.unparse().decode()
    return pdf + references({}, len(pdf), size, start_of_references(pdf), {"/Root": root, "/Note": "(revised)"})


@attack("isa", FORMAT, Bite.MEANING)
def unused_object_added(world: World) -> bytes:
    """An object nothing refers to: what a later update makes use of."""
    with Increment(world.sealed()) as update:
        update.new_stream(page_content(1, OTHER_SUM))
        return update.close()


def _catalogue(world: World, key: str, value: str) -> bytes:
    with Increment(world.sealed()) as update:
        update.with_entry(update.root, key, value)
        return update.close()


def _form(update: Increment, key: str, value: str) -> Increment:
    form = update.root.AcroForm
    if form.is_indirect:
        update.with_entry(form, key, value)
    else:
        body = form.unparse(resolved=True).decode("latin-1")
        update.with_entry(update.root, "/AcroForm", f"{body[: body.rindex('>>')]} {key} {value} >>")
    return update


def _array(value: object) -> str:
    return "[" + " ".join(one.unparse().decode() for one in value) + "]"  # type: ignore[attr-defined]
