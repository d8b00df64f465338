"""What the service remembers: tables, their history, and the two databases they live in (SQLite, PostgreSQL)."""
