"""OCR engines behind one small protocol; ``paddle`` is the real one, ``null`` the scripted one for tests."""
