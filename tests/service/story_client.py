"""A program that uses the service over HTTP alone, as somebody else would write one; it imports no part of it.

People sign in and carry cookies with a CSRF token; programs carry an API token. Long work is followed live (SSE).
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from signing.keys.file_key import FileKey
from signing.keys.key_files import open_p12
from signing.login.answer import answer
from signing.login.encoding import from_base64url

API = "/api/v1"
PATIENCE = 120.0
"""Seconds for one request, or for one piece of long work on a busy machine."""
Json = dict[str, Any]


class Refused(AssertionError):
    """An answer that the story did not expect; it tells the problem's code."""


class Client:
    """One person or program at one service."""

    def __init__(self, base: str, **headers: str) -> None:
        self.base = base.rstrip("/")
        self.http = httpx.Client(base_url=self.base, timeout=PATIENCE, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def login(self, name: str, password: str) -> Json:
        """With a password."""
        return self._entered(self.call("POST", "/auth/session", json={"login_name": name, "password": password}))

    def login_with_key(self, key_file: Path, password: str) -> Json:
        """By challenge and response: the key signs a text that names this service."""
        begun = self.call("POST", "/auth/certificate/challenge").json()
        with open_p12(key_file.read_bytes(), password) as key:
            signed = answer(from_base64url(begun["challenge"]), key, origin=self.base)
        body = {"ticket": begun["ticket"], **json.loads(signed.to_json())}
        return self._entered(self.call("POST", "/auth/certificate/session", json=body))

    def _entered(self, response: httpx.Response) -> Json:
        state: Json = response.json()
        self.http.headers["X-CSRF-Token"] = state["csrf_token"]
        return state

    def program(self, *scopes: str) -> Client:
        """A program of this person, with a new API token."""
        made = self.call("POST", "/tokens", 201, json={"name": "story", "scopes": list(scopes)}).json()
        return Client(self.base, Authorization=f"Bearer {made['token']}")

    def call(self, method: str, path: str, expected: int = 200, **more: Any) -> httpx.Response:
        """One request; any other status than ``expected`` is a :class:`Refused`."""
        headers = dict(more.pop("headers", {}))
        if method == "POST":
            headers.setdefault("Idempotency-Key", uuid4().hex)
        response = self.http.request(method, path if path.startswith("/c/") else API + path, headers=headers, **more)
        if response.status_code != expected:
            raise Refused(f"{method} {path}: {response.status_code} instead of {expected}: {response.text[:600]}")
        return response

    def get(self, path: str, **more: Any) -> Json:
        """A body."""
        found: Json = self.call("GET", path, **more).json()
        return found

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Status and code of a request that must not succeed."""
        response = self.http.request(method, API + path, **more)
        if response.is_success:
            raise Refused(f"{method} {path} succeeded: {response.text[:600]}")
        return response.status_code, response.json()["code"]

    def work(self, path: str, **more: Any) -> Json:
        """Long work from its 202 to its end; the job's result."""
        begun = self.call("POST", path, 202, **more)
        return self.ended(begun.json()["id"])["result"] or {}

    def ended(self, job_id: str) -> Json:
        """The job once it is done, as the service tells it live."""
        job: Json = {}
        for job in self.watched(job_id):
            if job["state"] in ("failed", "parked", "cancelled"):
                raise Refused(f"{job['kind']} {job['state']}: {job['error']}")
        if job.get("state") != "done":
            raise Refused(f"the stream of job {job_id} ended with {job.get('state')}")
        return job

    def watched(self, job_id: str) -> Iterator[Json]:
        """What the service tells of a job, event by event."""
        with self.http.stream("GET", f"{API}/jobs/{job_id}/events") as stream:
            if stream.status_code != 200:
                raise Refused(f"events of {job_id}: {stream.status_code}")
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def report(self, wanted: Json) -> httpx.Response:
        """A report ordered, waited for and fetched."""
        begun = self.call("POST", "/reports", 202, json=wanted)
        where = f"/reports/{begun.json()['id']}"
        until = time.monotonic() + PATIENCE
        while (job := self.get(where))["state"] in ("queued", "running") and time.monotonic() < until:
            time.sleep(0.2)
        if job["state"] != "done":
            raise Refused(f"report {job['state']}: {job['error']}")
        return self.call("GET", f"{where}/content")


class Paper:
    """A document in somebody's hands; its ETag is remembered from answer to answer."""

    def __init__(self, client: Client, doc_type: str) -> None:
        self.client = client
        made = client.call("POST", "/documents", 201, json={"doc_type": doc_type})
        self.id: str = made.json()["id"]
        self.url = f"/documents/{self.id}"
        self.etag = made.headers["etag"]

    def view(self) -> Json:
        """As it stands."""
        return self._kept(self.client.call("GET", self.url))

    def _kept(self, response: httpx.Response) -> Json:
        self.etag = response.headers.get("etag", self.etag)
        body: Json = response.json()
        return body

    def upload(self, files: Sequence[Path], client: Client | None = None) -> Json:
        """Several files in one request; ``client`` may be a station's."""
        parts = [("files", (file.name, file.read_bytes())) for file in files]
        done: Json = (client or self.client).call("POST", f"{self.url}/scans", 201, files=parts).json()
        self.view()
        return done

    def read(self) -> Json:
        """Smart mode: what stands on the pages, for somebody to confirm."""
        self.client.work(f"{self.url}/extraction")
        found = self.client.get(f"{self.url}/extraction")
        self.view()
        return found

    def fill(self, entries: Json, marks: Json) -> None:
        """The confirmed form and its marks."""
        tag = {"If-Match": self.etag}
        self._kept(self.client.call("PUT", f"{self.url}/entries", json={"entries": entries}, headers=tag))
        tag = {"If-Match": self.etag}
        self._kept(self.client.call("PUT", f"{self.url}/marks", json={"marks": marks}, headers=tag))

    def seal_with_file(self, key: Json, wish: Json) -> str:
        """For a trial: the key file goes along, twice."""
        prepared = self.client.work(f"{self.url}/seals", json={**key, "wish": wish})
        return self._signed(prepared["preparation_id"], key)

    def seal_with_key(self, key: FileKey, wish: Json) -> str:
        """Two phases: the key stays with the client, as one in a token does."""
        certificates = [b64encode(certificate.der).decode("ascii") for certificate in (key.certificate, *key.chain)]
        ordered = {"certificate": certificates[0], "chain": certificates[1:], "wish": wish}
        prepared = self.client.work(f"{self.url}/seals", json=ordered)["preparation_id"]
        to_sign = self.client.get(f"{self.url}/seal-preparations/{prepared}")
        message = b64decode(to_sign["signed_attributes"])
        signature = key.sign(message, to_sign["digest_algorithm"])
        return self._signed(prepared, {"signature": b64encode(signature).decode("ascii")})

    def _signed(self, preparation_id: str, body: Json) -> str:
        sealed: str = self.client.work(f"{self.url}/seals/{preparation_id}/signature", json=body)["seal_id"]
        self.view()
        return sealed

    def check(self) -> Json:
        """The lights."""
        done = self.client.work(f"{self.url}/checks")
        self.view()
        return self.client.get(f"{self.url}/checks/{done['check_id']}")

    def submit(self) -> Json:
        """Into the library."""
        return self._kept(self.client.call("POST", f"{self.url}/submission", 201, headers={"If-Match": self.etag}))

    def push(self, domain_id: str) -> str:
        """To a regulator's domain."""
        pushed: str = self.client.call("POST", f"{self.url}/pushes", 201, json={"domain_id": domain_id}).json()["id"]
        return pushed


@contextmanager
def opened_key(file: Path, password: str) -> Iterator[FileKey]:
    """The key as its holder has it."""
    with open_p12(file.read_bytes(), password) as key:
        yield key
