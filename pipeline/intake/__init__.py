"""From uploaded bytes to raw pages: what is let in, what is refused, and why.

Nothing is imported here: the PDF child process starts through this package and must start fast.
"""
