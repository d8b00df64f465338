"""Pages become one PDF/A-3b that can be sealed; born-digital PDFs are judged, adopted as they are, or made anew."""
