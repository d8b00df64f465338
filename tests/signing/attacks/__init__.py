"""Forgeries of sealed PDFs, built from clean ones: the literature's attacks, and what an insider would try."""
