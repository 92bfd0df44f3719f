"""Make `python -m ui` the same as `bpo-kpo`."""

from ui.cli import main

if __name__ == "__main__":
    main()
