"""Find a PostgreSQL server for the test that starts one, or install it where that needs no question.

`make test` runs this module; the test imports `find_postgres` from it. Without a server that test is skipped, since
PostgreSQL is one of several databases that feedback can be stored in.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.install_browser import apt_get

# Where Debian and Ubuntu, Fedora, and Homebrew on both kinds of Mac put the server's programs.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


def find_postgres() -> Path | None:
    """Return the folder of the server's programs, the newest that there is; None where there is none."""
    found = [folder for pattern in FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    whole = [folder for folder in found if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres"))]
    return max(whole, key=lambda folder: [int(part) for part in str(folder) if part.isdigit()], default=None)


def main() -> int:
    """Make sure that there is a server, and say which; its lack is no failure."""
    if find_postgres() is None and (apt := apt_get()):
        sys.stdout.write("Installing PostgreSQL, which one test starts\n")
        for step in (("update",), ("install", "-y", "--no-install-recommends", "postgresql")):
            subprocess.run((*apt, *step), stdout=subprocess.DEVNULL, check=False)
    found = find_postgres()
    sys.stdout.write(f"PostgreSQL for the tests: {found or 'none, so its test is skipped'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
