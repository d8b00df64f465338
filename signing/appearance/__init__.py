"""What a seal looks like and where it stands: pictures, placement on pages, the riding seal."""
