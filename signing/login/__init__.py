"""Login with an enterprise's CA key: challenge, answer, check.

The server issues a :mod:`challenge <signing.login.challenge>` and remembers it once; the bridge beside the token
answers it; the server checks the response and learns whom the certificate names. Sessions are the service's business.
"""
