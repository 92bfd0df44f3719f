"""Install nginx and docker-compose, with which the tests of deploy/ check and run it, where that needs no question.

`make test` runs this module. Without them, those tests are skipped.
"""

import shutil
import subprocess
import sys

from tests.install_browser import apt_get

PROGRAMS = {"nginx": "nginx-light", "docker-compose": "docker-compose"}


def main() -> int:
    """Install what is missing; what cannot be had is no failure."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing and (apt := apt_get()):
        sys.stdout.write(f"Installing {' and '.join(missing)} for the tests of deploy/\n")
        for step in (("update",), ("install", "-y", "--no-install-recommends", *missing)):
            subprocess.run((*apt, *step), stdout=subprocess.DEVNULL, check=False)
        # The package starts a server on port 80; the tests start their own.
        subprocess.run(("service", "nginx", "stop"), capture_output=True, check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
