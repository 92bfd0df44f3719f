"""Find a Chromium for the browser tests, or install one.

`make test` runs this module; the tests import `find_browser` and `browser_arguments` from it. Covers Linux
and macOS.
"""

import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
PLAYWRIGHT = (sys.executable, "-m", "playwright")
PATIENCE_SECONDS = 60.0


@functools.cache
def find_browser() -> Path | None:
    """Return the Chromium that the tests use, or None where there is none.

    The system's own comes before the one that Playwright keeps.
    """
    return next((browser for browser in _candidates() if _runs(browser)), None)


def browser_arguments() -> list[str]:
    """Return the arguments to launch the browser with.

    The sandbox goes off for root alone, for whom Chromium refuses to start with it.
    """
    arguments = ["--disable-background-networking"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


def install_browser() -> Path | None:
    """Try each way to install a Chromium until one works; return it, or None when all failed."""
    for command in _installers():
        _say(f"Installing a browser for the tests: {' '.join(command)}")
        problem = _run(command, patience=PATIENCE_SECONDS if command[0] == sys.executable else None)
        find_browser.cache_clear()
        if browser := find_browser():
            return browser
        _say(f"That did not work: {problem or 'the browser does not start'}")
    return None


def main() -> int:
    """Make sure that Playwright and a browser start and print which browser; return the exit code."""
    if problem := _mend_playwright():
        _say(f"Playwright does not start: {problem}")
        _say("On Debian and Ubuntu this helps: sudo apt-get install libatomic1")
        return 1
    if browser := find_browser() or install_browser():
        _say(f"Browser for the tests: {browser}")
        return 0
    _say("The browser tests need Chromium or Chrome. Install either, then run make test again:")
    _say("  macOS:   brew install --cask google-chrome")
    _say("  Debian:  sudo apt-get install chromium")
    _say("  Ubuntu:  .venv/bin/python -m playwright install --with-deps chromium")
    _say("`make unit` runs the tests that need no browser.")
    return 1


def _mend_playwright() -> str | None:
    """Return why Playwright does not start, or None once it does.

    Its driver needs a library that the smallest Debian and Ubuntu images lack.
    """
    version = (*PLAYWRIGHT, "--version")
    problem = _run(version)
    if problem and "libatomic" in problem and (apt := apt_get()):
        _say("Installing libatomic1, which Playwright needs")
        _run((*apt, "update"))
        problem = _run((*apt, "install", "-y", "libatomic1")) or _run(version)
    return problem


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield from (application for application in MAC_APPLICATIONS if application.exists())
    if (downloaded := _playwright_browser()) and downloaded.exists():
        yield downloaded


def _runs(browser: Path) -> bool:
    """Tell a browser from a stub that only asks for a snap, and from one whose libraries are missing."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwright_browser() -> Path | None:
    """Ask Playwright where its Chromium is or would be.

    Asks in a process of its own: inside a test, Playwright may be running already and does not start twice.
    """
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    return Path(asked.stdout.strip()) if asked.returncode == 0 else None


def _installers() -> Iterator[tuple[str, ...]]:
    yield (*PLAYWRIGHT, "install", "--no-shell", "chromium")
    if shutil.which("brew"):
        yield ("brew", "install", "--cask", "google-chrome")
    elif apt := apt_get():
        _run((*apt, "update"))
        yield (*apt, "install", "-y", "--no-install-recommends", "chromium")
        # Ubuntu has no such package, but there Playwright's own download lacks only libraries.
        if (downloaded := _playwright_browser()) and downloaded.exists():
            yield (*PLAYWRIGHT, "install-deps", "chromium")


def apt_get() -> tuple[str, ...] | None:
    """Return the start of an apt-get command that asks for no password, or None where there is none."""
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    if not shutil.which("apt-get") or (sudo and _run((*sudo, "true"))):
        return None
    return (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get")


def _run(command: tuple[str, ...], patience: float | None = None) -> str | None:
    """Run a command; return None when it succeeds, else the line that says why not.

    Args:
        command: The program and its arguments.
        patience: Seconds without a new percentage in the output after which the command and its children
            are killed, since a download behind a firewall can hang for many minutes; None waits as long as
            it takes.
    """
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
    except OSError as error:
        return str(error)
    lines: list[str] = []
    last_progress = time.monotonic()

    def read() -> None:
        nonlocal last_progress
        for line in process.stdout or ():
            lines.append(line.strip())
            if "%" in line:
                last_progress = time.monotonic()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(timeout=0.2)
            if patience is not None and time.monotonic() - last_progress > patience:
                return f"no progress for {patience:.0f} seconds"
        return None if process.wait() == 0 else _reason(lines)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _reason(lines: list[str]) -> str:
    """Pick the line of a failed command's output that tells most: its first error, else its last line."""
    errors = (line for line in lines if line.startswith(("Error", "E:", "sudo:")))
    return next(errors, next((line for line in reversed(lines) if line), "it said nothing"))


def _say(message: str) -> None:
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
