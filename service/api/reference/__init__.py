"""The description of the API as one page: no scripts, and nothing that comes from elsewhere."""
