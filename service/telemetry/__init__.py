"""What the service tells those who run it: logs, figures, traces. Never anything of the people it works for."""
