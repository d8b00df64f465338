"""What workers do: one module a kind of job, each a :data:`service.jobs.task.Handler` by the name ``handle``."""
