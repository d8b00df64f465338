"""Who is there, and what may they do: users, passwords, sessions, tokens, login by certificate, authorisation.

Free of HTTP: the API hands in what a request carried and turns refusals into answers. Clocks are arguments.
"""
