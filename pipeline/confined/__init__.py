"""Work on untrusted bytes in a process of its own, with limits, no files, no programs, no network."""
