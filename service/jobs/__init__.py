"""Long work: enqueued with the change that asks for it, leased to one worker at a time, finished exactly once."""
