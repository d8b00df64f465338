"""Bringing a database to the present version of the tables (Alembic); there is no way back but a backup."""
