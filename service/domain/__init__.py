"""What the service is about, free of HTTP, databases and files: who may do what, and what becomes of it."""
