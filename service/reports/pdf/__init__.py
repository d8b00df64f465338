"""Reports on paper: A4 pages made of a few kinds of blocks, in Chinese or English."""
