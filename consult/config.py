"""How a site is set up: defaults, then `instance/config.py`, then `CONSULT_*` variables."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Config

from consult.core.paths import PACKAGE

AT_HOME = ("localhost", "127.0.0.1", "::1")  # what the machine itself asks, to see if all is well


class MissingSecret(RuntimeError):
    """The program was started without a secret of its own."""


class Defaults:
    SITE_URL = ""  # the address mails and feeds link to; empty: the one asked for, or localhost
    MAX_CONTENT_LENGTH = 30 * 2**20  # an import may be large; images have their own limit
    MAX_FORM_MEMORY_SIZE = 2**20
    PERMANENT_SESSION_LIFETIME = 14 * 24 * 3600
    SESSION_COOKIE_NAME = "consult"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = True  # demo and development run without TLS and say so
    REMEMBER_COOKIE_HTTPONLY = True
    REMEMBER_COOKIE_SAMESITE = "Lax"
    WTF_CSRF_TIME_LIMIT = None  # as long as the session: a slow writer loses nothing
    SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = {}
    MAIL_BACKEND = "smtp"
    MAIL_SERVER = "localhost"
    MAIL_PORT = 25
    MAIL_USE_TLS = False
    MAIL_USERNAME = None
    MAIL_PASSWORD = None
    MAIL_TIMEOUT = 30  # seconds before a silent server is left for later
    NOTICE_WAIT = 20  # seconds during which notices gather into one letter
    MAIL_DEFAULT_SENDER = "ne-pas-repondre@localhost"
    TRUSTED_HOSTS: list[str] | None = None  # the names the site answers to; else SITE_URL's own
    BACKUP_KEY_FILE: str | None = None  # the secret of the backups, kept outside the instance
    QUESTION_DAYS = 30  # within which the town means to reply to a question about an action
    SHOWS_CODES = False  # the demonstration alone: its own accounts read their code on the page
    LAYERS = ("rate", "door", "disposable", "links", "alike", "bursts")  # against abuse, in force
    DISPOSABLE_ADDRESSES = "read"  # a human reads first what comes from one; or "refuse", "allow"
    DISPOSABLE_DOMAINS: tuple[str, ...] = ()  # those the town adds to consult/people/disposable.txt
    # Who vouches for people in the manner of FranceConnect: see identity.oidc.Provider.
    OIDC_PROVIDERS: list[dict[str, Any]] = []
    PROXIES = 0  # how many reverse proxies stand in front
    LOG_LEVEL = "INFO"  # a line for each request; WARNING: only what goes wrong
    METRICS_TOKEN = ""  # who shows it reads /metrics from elsewhere; empty: this machine alone
    DISK_ROOM = 500 * 2**20  # bytes that must stay free where the instance lives
    BACKUP_DAYS = 2  # a backup older than this is too old


def load(config: Config, overrides: dict[str, Any]) -> None:
    """Fill Flask's configuration; refuse to go on without a secret."""
    config.from_object(Defaults)
    instance = Path(overrides.get("INSTANCE") or instance_folder()).resolve()
    # Addresses, letters, keys: other accounts of the machine have no business here.
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    config["INSTANCE"] = str(instance)
    config.from_pyfile(str(instance / "config.py"), silent=True)
    config.from_prefixed_env("CONSULT")
    if uri := config.get("DATABASE_URI"):
        config["SQLALCHEMY_DATABASE_URI"] = uri
    config["INSTANCE"] = str(instance)
    config.from_mapping(overrides)
    if config["TRUSTED_HOSTS"] is None and (host := urlsplit(config["SITE_URL"]).hostname):
        config["TRUSTED_HOSTS"] = [host, *AT_HOME]
    config.setdefault("SQLALCHEMY_DATABASE_URI", f"sqlite:///{instance / 'consult.db'}")
    if not config.get("SECRET_KEY"):
        raise MissingSecret(
            "No secret key. Write this line into "
            f"{instance / 'config.py'}:\n  SECRET_KEY = {secrets.token_hex(32)!r}"
        )


def instance_folder() -> Path:
    """Where this town's settings, database and files live."""
    return Path(os.environ.get("CONSULT_INSTANCE") or PACKAGE.parent / "instance")


def write_local(instance: Path, *, is_demo: bool = False) -> None:
    """Give a demonstration or development instance a secret of its own, once."""
    file = instance / "config.py"
    if file.exists():
        return
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(
        f"SECRET_KEY = {secrets.token_hex(32)!r}\n"
        "SESSION_COOKIE_SECURE = False  # served without TLS, on this machine alone\n"
        'LOG_LEVEL = "WARNING"\n'
        'MAIL_BACKEND = "file"\n'
        f"MAIL_FILE_PATH = {str(instance.resolve() / 'mails')!r}\n"
        + ("SHOWS_CODES = True\n" if is_demo else "")
    )
