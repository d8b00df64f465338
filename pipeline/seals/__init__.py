"""Documents become sealed PDFs, and sealed PDFs are validated: the story told by ``signing``, fed by the pipeline."""
