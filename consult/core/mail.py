"""Letters that leave by mail: plain text first, one next step, why you receive it, how to stop."""

from email.utils import make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMultiAlternatives, Mail

mailman = Mail()
NOWHERE = "http://localhost:5000"


def init_app(app: Flask) -> None:
    """Read where letters go: a server, or a folder of the instance (`MAIL_BACKEND = "file"`)."""
    app.config.setdefault("MAIL_FILE_PATH", str(Path(app.config["INSTANCE"]) / "mails"))
    mailman.init_app(app)


def address(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as a letter needs it; never taken from a request."""
    site = urlsplit(current_app.config["SITE_URL"] or NOWHERE)
    bound = current_app.url_map.bind(
        site.netloc, script_name=site.path or "/", url_scheme=site.scheme
    )
    return bound.build(endpoint, values, force_external=True)


def domain() -> str:
    """The name under which letters are numbered."""
    return urlsplit(current_app.config["SITE_URL"] or NOWHERE).hostname or "localhost"


def forget(address: str) -> None:
    """Where letters go to a folder of the instance, delete those that name this address."""
    for letter in Path(current_app.config["MAIL_FILE_PATH"]).glob("*.log"):
        if address.encode() in letter.read_bytes():
            letter.unlink(missing_ok=True)


def send(
    to: str, subject: str, text: str, *, message_id: str | None = None, stop_url: str | None = None
) -> None:
    """Hand one letter to the mail server; raises what the server says if it does not take it."""
    headers = {
        "Message-ID": message_id or make_msgid(domain=domain()),
        "Auto-Submitted": "auto-generated",
    }
    if stop_url:
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    sender = current_app.config["MAIL_DEFAULT_SENDER"]
    EmailMultiAlternatives(" ".join(subject.split()), text, sender, [to], headers=headers).send()
