"""Processes that do the jobs: how they hear of work, work, are watched and replaced; and the clock's chores."""
