"""The whole story over HTTP, from a scan to a digital certificate that anybody can look up.

``python -m tests.service.end_to_end --url http://127.0.0.1:8000`` tells it to a demonstration (``certlight serve
--demo``) and says what came of every step. It needs the service's address and the demonstration's key files, no more.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import openpyxl
import zxingcpp
from PIL import Image

from certlight.paths import data_dir
from tests.service.forgery import forged
from tests.service.receivers import Receiver, receiver
from tests.service.story_client import Client, Paper, Refused, opened_key

SAMPLES: Final = Path(__file__).parents[2] / "samples" / "set"
PASSWORD: Final = "Green-Light-2026"
KEY_PASSWORD: Final = "demo-1234"
WISH: Final[dict[str, Any]] = {"placement": {"page": 0, "x": 40, "y": 140}, "level": "B-B"}
Json = dict[str, Any]


def claim(name: str, kind: str = "correct") -> Json:
    """What a clerk typed about a sample."""
    found: Json = json.loads((SAMPLES / f"{name}.{kind}.claim.json").read_text("utf-8"))
    return found


def expect(found: object, wanted: object, what: str) -> None:
    """Raises :class:`Refused` where the story goes another way."""
    if found != wanted:
        raise Refused(f"{what}: {found!r} instead of {wanted!r}")


@dataclass
class Story:
    """What the people of the demonstration do, one after another."""

    base: str
    keys: Path
    """Folder with ``company-1.p12``."""
    receiver: Receiver | None = None
    """Where webhooks are told; None where the service may not call this machine."""
    told: Callable[[str], object] = lambda line: None
    seconds: dict[str, float] = field(default_factory=dict)
    _open: list[Client] = field(default_factory=list)

    def __enter__(self) -> Story:
        self.clerk = self._client()
        self.admin = self._client()
        self.reviewer = self._client()
        self.nobody = self._client()
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._open:
            client.http.close()

    def _client(self) -> Client:
        client = Client(self.base)
        self._open.append(client)
        return client

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Something that is told and timed."""
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began
        self.told(f"{self.seconds[name]:6.1f} s  {name}")

    @property
    def key_file(self) -> Path:
        return self.keys / "company-1.p12"

    # The steps.

    def people_come_in(self) -> None:
        """With passwords and, for the enterprise, with its CA key."""
        with self.step("sign in: password, and CA key by challenge and response"):
            expect(self.clerk.login("demo.clerk", PASSWORD)["user"]["role"], "clerk", "role")
            expect(self.admin.login("demo.enterprise", PASSWORD)["user"]["role"], "enterprise_admin", "role")
            self.domain_id = self.reviewer.login("demo.reviewer", PASSWORD)["domain"]["id"]
            enterprise = self._client()
            state = enterprise.login_with_key(self.key_file, KEY_PASSWORD)
            expect(state["subject"]["credit_code"], claim("licence")["entered"]["uscc"], "enterprise of the key")
            expect(self.nobody.refused("GET", "/documents")[0], 401, "nobody's list")
            without = {"X-CSRF-Token": ""}
            body = {"doc_type": "business_license"}
            refused = self.clerk.refused("POST", "/documents", json=body, headers=without)
            expect(refused, (403, "account.csrf"), "without the page's token")

    def subscribe(self) -> None:
        """The enterprise wants to be told."""
        if self.receiver is None:
            return
        with self.step("webhook: subscribed"):
            events = ["document.checked", "document.submitted", "certificate.issued", "push.decided", "job.ended"]
            body = {"url": f"http://127.0.0.1:{self.receiver.port}/hook", "events": events}
            self.secret = self.admin.call("POST", "/webhooks", 201, json=body).json()["secret"]

    def green(self) -> None:
        """A right claim on its way into the library, with the key file lent to the service for a trial."""
        said = claim("licence")
        with self.step("green: created, uploaded, read in smart mode, confirmed, marked"):
            self.paper = Paper(self.clerk, said["doc_type"])
            done = self.paper.upload([SAMPLES / "licence.jpg"])
            expect(len(done["added"]), 1, "files")
            found = self.paper.read()
            expect(found["recognised_type"], "business_license", "recognised type")
            suggested = found["suggestion"]
            expect(suggested["entries"]["uscc"], said["entered"]["uscc"], "what smart mode read")
            page = self.clerk.call("GET", f"{self.paper.url}/pages/0")
            expect(page.headers["content-type"], "image/jpeg", "straightened page")
            self.paper.fill(said["entered"], {**suggested["marks"], **said["marks"]})
        with self.step("green: sealed with a key file"):
            self.green_seal = self.paper.seal_with_file(self._lent_key(), WISH)
        with self.step("green: checked"):
            check = self.paper.check()
            expect(check["light"], "green", "light of the right claim")
            self.green_check = check["id"]
        with self.step("green: submitted, digital certificate issued, pushed"):
            stale = self.clerk.refused("POST", f"{self.paper.url}/submission", headers={"If-Match": '"1.1"'})
            expect(stale, (412, "state.changed_meanwhile"), "submission of what was looked at earlier")
            expect(self.paper.submit()["state"], "submitted_green", "state")
            self.code = self.paper.view()["certificate"]["unique_code"]
            self.push_id = self.paper.push(self.domain_id)

    def _lent_key(self) -> Json:
        return {"key_file": b64encode(self.key_file.read_bytes()).decode("ascii"), "password": KEY_PASSWORD}

    def reviewed(self) -> None:
        """The regulator takes what waits longest, and approves it."""
        with self.step("review: claimed, looked at, approved"):
            self._decide(self.push_id, "approval", {})
            expect(self.clerk.get(f"/pushes/{self.push_id}")["state"], "approved", "state of the push")

    def _decide(self, push_id: str, decision: str, body: Json) -> Json:
        claimed = self.reviewer.call("POST", "/pushes/claim")
        expect(claimed.json()["id"], push_id, "next of the queue")
        view = self.reviewer.get(f"/pushes/{push_id}")
        expect(view["seal"]["indication"], "TOTAL-PASSED", "seal before the reviewer")
        document = f"/documents/{view['document']['id']}"
        shown = self.reviewer.call("GET", f"{document}/checks/{view['check']['id']}/report").text
        expect("data:image/jpeg" in shown, True, "pictures of the report before the reviewer")
        tag = {"If-Match": claimed.headers["etag"]}
        done: Json = self.reviewer.call("POST", f"/pushes/{push_id}/{decision}", json=body, headers=tag).json()
        return done

    def looked_up(self) -> None:
        """Anybody looks the digital certificate up, by its code and by its QR code."""
        with self.step("public: looked up by unique code and QR code"):
            found = self.nobody.get(f"/public/certificates/{self.code}")
            expect(found["unique_code"], self.code, "unique code")
            expect(found["state"], "valid", "state of the certificate")
            listed = self.clerk.get("/certificates", params={"unique_code": self.code})["items"]
            picture = self.clerk.call("GET", f"/certificates/{listed[0]['id']}/qr.png").content
            (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
            address = urlsplit(code.text)
            expect(address.path, f"/c/{self.code}", "address of the QR code")
            page = self.nobody.call("GET", address.path).text
            expect(self.code in page, True, "page of the QR code")
            expect(self.nobody.refused("GET", f"/public/certificates/{self.code[:-1]}X")[0], 404, "mistyped code")

    def validated(self) -> None:
        """Anybody validates the sealed PDF; a forged copy of it is refused."""
        with self.step("public: the sealed PDF validated, a forged copy refused"):
            pdf = self.clerk.call("GET", f"{self.paper.url}/seals/{self.green_seal}/content").content
            expect(self._validated(pdf), ("TOTAL-PASSED", "green"), "sealed PDF")
            expect(self._validated(forged(pdf))[1], "red", "forged PDF")

    def _validated(self, pdf: bytes) -> tuple[str, str]:
        asked = self.nobody.call(
            "POST", "/public/validations", 202, content=pdf, headers={"Content-Type": "application/pdf"}
        ).json()
        until = time.monotonic() + 60
        while asked["state"] == "waiting" and time.monotonic() < until:
            time.sleep(0.2)
            asked = self.nobody.get(f"/public/validations/{asked['id']}")
        expect(asked["state"], "done", "public validation")
        return asked["result"]["indication"], asked["result"]["light"]

    def reported(self) -> None:
        """Reports of the check, of the seal, and lists."""
        with self.step("reports: HTML, JSON, PDF, workbook, seal"):
            where = f"{self.paper.url}/checks/{self.green_check}/report"
            expect("data:image/jpeg" in self.clerk.call("GET", where).text, True, "page in the HTML report")
            verdict = self.clerk.get(where, params={"format": "json"})
            expect(verdict["documents"][0]["light"], "green", "light of the JSON report")
            wanted = {"what": "check", "document_id": self.paper.id, "check_id": self.green_check}
            pdf = self.clerk.report(wanted)
            expect(pdf.content[:5], b"%PDF-", "PDF report")
            expect(self.clerk.call("GET", where, params={"format": "pdf"}).content, pdf.content, "PDF report, again")
            book = openpyxl.load_workbook(io.BytesIO(self.clerk.call("GET", "/documents.xlsx").content))
            rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
            expect(any(self.code in row for row in rows), True, "unique code in the workbook")
            seal = {"what": "seal", "document_id": self.paper.id, "seal_id": self.green_seal}
            expect("签章验证报告" in self.clerk.report(seal).text, True, "seal report")
            expect(self.clerk.report({"what": "operations"}).content[:2], b"PK", "operation log")

    def red(self) -> None:
        """A wrong character in the name: red, and it cannot be submitted. Two files make this document."""
        said = claim("licence", "one_char")
        with self.step("red: two files, a wrong name, refused"):
            paper = Paper(self.clerk, said["doc_type"])
            done = paper.upload([SAMPLES / "licence.jpg", SAMPLES / "licence-faint.jpg"])
            expect(len(done["added"]), 2, "files")
            again = paper.upload([SAMPLES / "licence.jpg"])
            expect((len(again["added"]), len(again["present"])), (0, 1), "the same file again")
            paper.fill(said["entered"], said["marks"])
            with opened_key(self.key_file, KEY_PASSWORD) as key:
                paper.seal_with_key(key, WISH)
            check = paper.check()
            expect(check["light"], "red", "light of the wrong claim")
            (name,) = [each for each in check["verdict"]["checks"] if each["field"] == "name"]
            expect(name["outcome"], "mismatch", "outcome of the wrong name")
            refused = self.clerk.refused("POST", f"{paper.url}/submission", headers={"If-Match": paper.etag})
            expect(refused, (409, "document.red"), "submission of a red document")

    def yellow(self) -> None:
        """A wrong unit of a field that is not key: yellow, sent back, supplemented, green."""
        said, right = claim("licence", "wrong_unit"), claim("licence")
        with opened_key(self.key_file, KEY_PASSWORD) as key:
            with self.step("yellow: uploaded by a program, sealed in two phases, submitted, pushed, sent back"):
                paper = Paper(self.clerk, said["doc_type"])
                program = self.clerk.program("documents:write")
                self._open.append(program)
                paper.upload([SAMPLES / "licence.jpg"], program)
                paper.fill(said["entered"], right["marks"])
                paper.seal_with_key(key, WISH)
                expect(paper.check()["light"], "yellow", "light of the wrong unit")
                expect(paper.submit()["state"], "submitted_yellow", "state")
                expect(paper.view()["certificate"], None, "digital certificate of a yellow document")
                reason = {"reason": "注册资本的单位不对，请补充完善。"}
                sent_back = self._decide(paper.push(self.domain_id), "revision", reason)
                expect(sent_back["state"], "revision", "state of the push")
            with self.step("yellow: supplemented, green, pushed again, approved"):
                self.clerk.call("POST", f"{paper.url}/supplement", 201)
                expect(paper.view()["key_fields_locked"], True, "key fields of a supplement")
                locked = {"entries": {**right["entered"], "name": "另一家公司"}}
                tag = {"If-Match": paper.etag}
                refused = self.clerk.refused("PUT", f"{paper.url}/entries", json=locked, headers=tag)
                expect(refused, (422, "document.key_field_locked"), "change of a key field")
                paper.fill(right["entered"], right["marks"])
                paper.seal_with_key(key, WISH)
                expect(paper.check()["light"], "green", "light of the supplement")
                paper.submit()
                decided = self._decide(paper.push(self.domain_id), "approval", {"reason": "已补正。"})
                expect(decided["state"], "approved", "second decision")
                versions: Any = self.clerk.get(f"{paper.url}/versions")["items"]
                expect([each["state"] for each in versions], ["submitted_green", "superseded"], "versions")

    def performance(self) -> None:
        """Three papers of different projects in one performance: the logic check finds it, 继续提交."""
        with self.step("performance: bid notice, contract and acceptance report in the library"):
            papers = {
                slot: self._library(name, file)
                for slot, name, file in (
                    ("bid_notice_id", "bid-notice", "bid-notice.jpg"),
                    ("contract_id", "contract", "contract.pdf"),
                    ("acceptance_id", "acceptance", "acceptance.jpg"),
                )
            }
        with self.step("performance: cross-checked, inconsistent, continued"):
            section = claim("contract")["entered"]["section_name"]
            body = {"project": section, "section": section, "category": "works", "grade": "B", **papers}
            made = self.clerk.call("POST", "/performances", 201, json=body).json()
            where = f"/performances/{made['id']}"
            early = self.clerk.refused("POST", f"{where}/submission")
            expect(early, (409, "performance.cross_check_missing"), "submission before the logic check")
            compared = self.clerk.call("POST", f"{where}/cross-checks", 201).json()
            expect(compared["consistent"], False, "papers of different projects")
            refused = self.clerk.refused("POST", f"{where}/submission")
            expect(refused, (409, "performance.inconsistent"), "submission without 继续提交")
            self.clerk.call("POST", f"{where}/submission", json={"continue_with": compared["id"]})
            expect(self.clerk.get(where)["submitted_at"] is not None, True, "submitted performance")

    def _library(self, name: str, file: str) -> str:
        said = claim(name)
        paper = Paper(self.clerk, said["doc_type"])
        paper.upload([SAMPLES / file])
        marks = paper.read()["suggestion"]["marks"]
        paper.fill(said["entered"], {**marks, **said["marks"]})
        with opened_key(self.key_file, KEY_PASSWORD) as key:
            paper.seal_with_key(key, {"level": "B-B", "mend": True})
        light = paper.check()["light"]
        expect(light in ("green", "yellow"), True, f"light of {name} ({light})")
        paper.submit()
        return paper.id

    def told_of_it(self) -> None:
        """What the webhook was told, each signed."""
        if self.receiver is None:
            return
        with self.step("webhook: told of everything, signed"):
            names = {"document.checked", "document.submitted", "certificate.issued", "push.decided"}
            until = time.monotonic() + 60
            while (missing := names - {each.message["event"] for each in self.receiver.received}) and (
                time.monotonic() < until
            ):
                time.sleep(0.1)
            expect(missing, set(), "events that were never told")
            for each in self.receiver.received:
                expect(each.signed_by(self.secret), True, "signature of a webhook")
            expect(any(self.code.encode() in each.body for each in self.receiver.received), True, "unique code told")

    def short(self) -> None:
        """From the upload to the public lookup."""
        self.people_come_in()
        self.green()
        self.reviewed()
        self.looked_up()

    def whole(self) -> None:
        """Everything."""
        self.people_come_in()
        self.subscribe()
        self.green()
        self.reviewed()
        self.looked_up()
        self.validated()
        self.reported()
        self.red()
        self.yellow()
        self.performance()
        self.told_of_it()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--keys", type=Path, default=data_dir() / "demonstration" / "enterprises")
    parser.add_argument("--short", action="store_true", help="from the upload to the public lookup")
    parser.add_argument(
        "--webhook", action="store_true", help="also a receiver on this machine (CERTLIGHT_WEBHOOK_PRIVATE_ADDRESSES=1)"
    )
    options = parser.parse_args()

    def told(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with ExitStack() as stack:
        hook = stack.enter_context(receiver()) if options.webhook else None
        story = stack.enter_context(Story(options.url, options.keys, hook, told))
        try:
            story.short() if options.short else story.whole()
        except Refused as error:
            told(f"  ✗  {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
