"""One module for each family of documents: ``VARIANTS`` and ``draw(draft)``, which fills pages and values."""
