"""The page of `twinprop draw`: served to this computer alone, under an address that holds a random word.

Another page that is open in the browser cannot ask it: it does not know the word, and a request for another host's
name, as a changed entry of DNS would bring, is refused.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from twinprop.commands.draw.classifier import Classifier
from twinprop.errors import OutputError, TwinpropError, explain, first_line
from twinprop.training.interrupt import on_ending_signals

HOST = "127.0.0.1"
PAGE = Path(__file__).with_name("page.html")

MOST_BYTES = 2_000_000
"""Of a drawing."""


class Page(ThreadingHTTPServer):
    """The server of one page.

    Args:
        classifiers: whom drawings are shown to.
        port: 0 for any that is free.
    """

    daemon_threads = True

    def __init__(self, classifiers: Sequence[Classifier], port: int) -> None:
        self.classifiers, self.token, self.one_at_a_time = classifiers, secrets.token_urlsafe(24), Lock()
        super().__init__((HOST, port), Handler)

    @property
    def address(self) -> str:
        """What to open."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"


class Handler(BaseHTTPRequestHandler):
    """Answers the page's requests, and no others."""

    server: Page

    def do_GET(self) -> None:
        place = self.place()
        if place == "":
            nonce = secrets.token_urlsafe(16)
            page = PAGE.read_text("utf-8").replace("NONCE", nonce)
            self.answer(page.encode(), "text/html; charset=utf-8", nonce)
        elif place == "runs":
            self.answer(json.dumps([each.about() for each in self.server.classifiers]).encode(), "application/json")
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.place() != "classify":
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        elif not length.isdecimal() or int(length) > MOST_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the drawing is too large")
        else:
            drawing = self.rfile.read(int(length))
            try:
                with self.server.one_at_a_time:  # layers keep what they computed
                    found = [each.classify(drawing) for each in self.server.classifiers]
            except TwinpropError as error:
                self.refuse(HTTPStatus.BAD_REQUEST, str(error))
            except Exception as error:  # a drawing that nobody foresaw, a full disk: the page goes on
                self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, explain(error) or first_line(error))
            else:
                self.answer(json.dumps(found).encode(), "application/json")

    def place(self) -> str | None:
        """What is asked for below the page's address; None for what is not below it."""
        host, start = self.headers.get("Host", ""), f"/{self.server.token}/"
        known = host in (f"{name}:{self.server.server_port}" for name in (HOST, "localhost"))
        right = secrets.compare_digest(self.path[: len(start)].encode(), start.encode())
        return self.path[len(start) :] if known and right else None

    def answer(self, body: bytes, kind: str, nonce: str = "") -> None:
        """Send what was asked for."""
        self.send_response(HTTPStatus.OK)
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'"
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": policy}
        headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Send that it cannot be had."""
        body = why.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line for each stroke would tell nobody anything."""


def serve(classifiers: Sequence[Classifier], port: int) -> int:
    """Serve the page until a signal ends it.

    Raises:
        OutputError: the port is taken.
    """
    import signal

    try:
        page = Page(classifiers, port)
    except (OSError, OverflowError) as error:
        raise OutputError(f"--port {port}: cannot be had ({error}); choose another one, or leave it out.") from error
    on_ending_signals(signal.default_int_handler)
    print(f"open {page.address}\nCtrl-C ends it", flush=True)
    try:
        page.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        page.server_close()
    return 0
