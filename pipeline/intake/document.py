"""Several uploads as one document, its pages drawn one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from pipeline.intake.scan import PageProvider, PageSource, RawPage, Scan


class Document:
    """The scans of one document in order, and their pages numbered through from 0.

    No bitmap is held, and a PDF's child process only while its pages are drawn; ``close`` (or leaving a ``with`` block)
    ends it. One document belongs to one thread.
    """

    def __init__(self, scans: tuple[Scan, ...], providers: tuple[PageProvider, ...]) -> None:
        self.scans = scans
        self._providers = providers
        self._sources = tuple(
            PageSource(scan, page) for scan, provider in enumerate(providers) for page in range(provider.page_count)
        )

    @property
    def page_count(self) -> int:
        return len(self._sources)

    def source(self, index: int) -> PageSource:
        """Which scan and which page of it stand at ``index``."""
        return self._sources[index]

    def pages(self) -> Iterator[RawPage]:
        """All pages in order, each drawn when asked for. Raises InputRefused at the first that cannot be drawn."""
        for index in range(self.page_count):
            yield self.render(index)

    def render(self, index: int, dpi: float | None = None) -> RawPage:
        """Page ``index`` (from 0) at ``dpi``, or at the resolution that suits it.

        ``dpi`` applies to PDF pages; images keep their own pixels. Raises InputRefused when the page cannot be drawn,
        IndexError when there is no such page.
        """
        if not 0 <= index < self.page_count:
            raise IndexError(index)
        source = self._sources[index]
        for scan, provider in enumerate(self._providers):
            if scan != source.scan:
                provider.close()
        raster = self._providers[source.scan].raster(source.page, dpi)
        return RawPage(index, source, raster.image, raster.dpi, raster.kind, raster.layer, raster.notices)

    def close(self) -> None:
        for provider in self._providers:
            provider.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
