"""Every text of the pages is in one place, and none stands there in vain."""

from __future__ import annotations

import re
from pathlib import Path

from ui import texts

UI = Path(texts.__file__).parent
THERE = {name for name in vars(texts) if name.isupper()}


def used(*patterns: str) -> set[str]:
    """The names that these files take from the texts, as `texts.NAME`."""
    files = [path for pattern in patterns for path in UI.rglob(pattern)]
    return {name for path in files for name in re.findall(r"\btexts\.([A-Z_]+)\b", path.read_text(encoding="utf-8"))}


def test_the_scripts_and_templates_use_texts_that_there_are() -> None:
    assert used("browser/*.js")
    assert used("browser/*.js", "*.html") - THERE == set()


def test_no_text_is_left_over() -> None:
    assert THERE - used("*.py", "*.html", "browser/*.js") == set()


def test_the_widget_knows_the_answer_that_only_invites() -> None:
    assert f'"{texts.INVITATION}"' in (UI / "embed" / "v1.js").read_text(encoding="utf-8")


def test_the_scripts_say_nothing_of_their_own() -> None:
    for path in (UI / "browser").glob("*.js"):
        code = re.sub(r"^\s*(//|/?\*).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        # A text for readers has at least two words and begins with a capital.
        assert re.findall(r"""["'`][A-Z][a-z]+ [a-z]+[^"'`]*["'`]""", code) == [], path.name
