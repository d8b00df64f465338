"""How a seal is wished for, as it is kept between asking and preparing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.seals.sealing import SealWish
from signing.appearance.placement import Placement
from signing.sealing.order import Level

Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text."""
Millimetres = Annotated[float, Field(ge=-1000, le=5000, allow_inf_nan=False)]


class Place(BaseModel):
    """A place on a page as it is displayed, from its top-left corner."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: int = Field(
        ge=-10_000, le=10_000, description="From 0; negative from the end: -1 is the last.", examples=[-1]
    )
    x: Millimetres = Field(description="Millimetres to the right.", examples=[120])
    y: Millimetres = Field(description="Millimetres down.", examples=[200])
    width: Annotated[float, Field(ge=3, le=300)] | None = Field(
        default=None, description="Millimetres; null: as large as the seal is."
    )


class Wish(BaseModel):
    """How the seal is to look and what it is to prove. Without place, anchor, field or riding seal it is not seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    placement: Place | None = None
    anchor: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = (
        Field(
            default=None, description="Words of the document over which the seal is put.", examples=["发包人（盖章）"]
        )
    )
    field: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = (
        Field(default=None, description="An empty signature field of the PDF that was uploaded.")
    )
    riding: bool = Field(default=False, description="Also a seal across the edges of all pages (骑缝章).")
    kind: Annotated[str, StringConstraints(max_length=12, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        default="", description="Line below the star of the drawn seal.", examples=["合同专用章"]
    )
    code: Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9A-Za-z]*$")] = Field(
        default="", description="印章编码 along its lower rim."
    )
    level: Level = Field(default=Level.B_B, description="PAdES level; from B-T on, a timestamp is fetched.")
    reason: Line = ""
    location: Line = ""
    mend: bool = Field(default=False, description="Redraw an uploaded PDF that is not fit to be sealed as it is.")

    def as_ordered(self) -> SealWish:
        """For :mod:`pipeline.seals.sealing`."""
        place = self.placement
        return SealWish(
            kind=self.kind,
            code=self.code,
            placement=None if place is None else Placement(place.page, place.x, place.y, place.width),
            anchor=self.anchor,
            field_name=self.field,
            riding=self.riding,
            level=self.level,
            reason=self.reason,
            location=self.location,
        )
