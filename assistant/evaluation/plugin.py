"""A pytest plugin: every case of a YAML file is a test.

    [tool.pytest.ini_options]
    faq_cases = ["tests/faq"]

Then `pytest tests/faq -k nearshore` asks the cases with "nearshore" in their id, file or tags, on a fresh index
of `faq_corpus` (default: corpus), or on `faq_index` as it is. A case that already failed when the `faq_baseline`
was saved is reported as an expected failure. The same names with dashes are command-line options.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Only light imports here: pytest loads this for every project whose environment has the package.
if TYPE_CHECKING:
    from assistant.evaluation.cases import LocatedCase
    from assistant.evaluation.configuration import Opened
    from assistant.evaluation.results import Outcome, Run

_BASELINE = "baseline.json"
_NOT_CASES = {"floors.yaml"}
_KNOWN_FAILURE = "failed when the baseline was saved"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, on the command line and in the configuration file."""
    group = parser.getgroup("faq", "FAQ cases")
    group.addoption("--faq-cases", action="append", default=[], help="Folder or file of FAQ cases.")
    parser.addini("faq_cases", "Folders or files of FAQ cases.", type="args", default=[])
    for name, what in (
        ("corpus", "Folder of the articles to index and ask [corpus]."),
        ("index", "Index to ask as it is, in place of a fresh one."),
        ("baseline", "Saved run whose failures are expected [baseline.json beside the cases]."),
    ):
        group.addoption(f"--faq-{name}", default=None, help=what)
        parser.addini(f"faq_{name}", what, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare what all cases of a run share; nothing is opened before the first case runs."""
    config.stash[_SESSION] = FaqSession(
        corpus=_path(config, "corpus") or config.rootpath / "corpus", index=_path(config, "index")
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the index that was made for the run."""
    session = config.stash.get(_SESSION, None)
    if session is not None:
        session.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Collect the YAML files below the configured folders."""
    if file_path.suffix not in (".yaml", ".yml") or file_path.name in _NOT_CASES:
        return None
    folders = _case_paths(parent.config)
    if not any(file_path == folder or folder in file_path.parents for folder in folders):
        return None
    return CaseFile.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def faq(request: pytest.FixtureRequest) -> FaqSession:
    """The session's assistant, and the outcomes of the cases asked so far."""
    return request.config.stash[_SESSION]


class FaqSession:
    """One assistant for all cases of a test run, opened when the first is asked; each case is asked once."""

    def __init__(self, corpus: Path, index: Path | None) -> None:
        self.corpus = corpus
        self.index = index
        self._stack = ExitStack()
        self._opened: Opened | None = None
        self._outcomes: dict[tuple[Path, str], Outcome] = {}

    def outcome(self, located: LocatedCase) -> Outcome:
        """Ask a case, unless that was done before."""
        from assistant.evaluation.run import run_case
        from assistant.evaluation.settings import EvaluationSettings

        key = (located.file, located.case.id)
        if key not in self._outcomes:
            self._outcomes[key] = run_case(self.opened().assistant, located, EvaluationSettings())
        return self._outcomes[key]

    def run(self, cases: Iterable[LocatedCase], *, likeness: bool = True) -> Run:
        """Return the run over some cases, with those already asked as they were answered.

        Args:
            cases: which ones.
            likeness: measure how like the answers are to their references, which embeds both.
        """
        from assistant.evaluation.run import summarise_run

        opened = self.opened()
        outcomes = [self.outcome(located) for located in cases]
        return summarise_run(
            outcomes,
            setup=opened.setup,
            corpus_passages=opened.passages,
            embed=opened.embedder.encode if likeness else None,
        )

    def opened(self) -> Opened:
        """Open the assistant, unless it is."""
        from assistant.evaluation.configuration import Configuration, opened

        if self._opened is None:
            configuration = (
                Configuration(index=self.index) if self.index is not None else Configuration(corpus=self.corpus)
            )
            self._opened = self._stack.enter_context(opened(configuration))
        return self._opened

    def close(self) -> None:
        """Close the assistant and delete its index."""
        self._opened = None
        self._stack.close()


_SESSION = pytest.StashKey[FaqSession]()


class CaseFile(pytest.File):
    """A YAML file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        """Yield a test for each case."""
        from assistant.evaluation.cases import CaseFileError, read_case_file

        try:
            found = read_case_file(self.path)
        except CaseFileError as error:
            raise self.CollectError(str(error)) from None
        known = _failed_in_baseline(self.config, self.path)
        for located in found:
            item = CaseItem.from_parent(self, name=located.case.id, located=located)
            if located.case.id in known:
                item.add_marker(pytest.mark.xfail(reason=_KNOWN_FAILURE, strict=False))
            yield item


class CaseItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, located: LocatedCase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.located = located
        self.extra_keyword_matches.update(located.case.kinds)

    def runtest(self) -> None:
        """Ask the case; fail when anything is wrong with the answer."""
        outcome = self.config.stash[_SESSION].outcome(self.located)
        if not outcome.passed:
            raise CaseFailed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what is wrong, the answer and the passages."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the case stands."""
        return self.path, self.located.line - 1, self.name


class CaseFailed(Exception):  # noqa: N818 - a test's failure, not a program's error
    """Something is wrong with the answer to a case; the message shows it whole."""

    def __init__(self, outcome: Outcome) -> None:
        from assistant.evaluation.junit import describe

        super().__init__(describe(outcome))
        self.outcome = outcome


def _case_paths(config: pytest.Config) -> list[Path]:
    given = [config.invocation_params.dir / path for path in config.getoption("--faq-cases")]
    return [path.resolve() for path in given] or [config.rootpath / path for path in config.getini("faq_cases")]


def _path(config: pytest.Config, name: str) -> Path | None:
    if given := config.getoption(f"--faq-{name}"):
        return Path(config.invocation_params.dir / given)
    configured = config.getini(f"faq_{name}")
    return config.rootpath / configured if configured else None


def _failed_in_baseline(config: pytest.Config, file: Path) -> set[str]:
    """Return the ids of the cases that failed in the baseline, read without loading what a run needs."""
    folders = [path if path.is_dir() else path.parent for path in _case_paths(config)]
    beside = (folder / _BASELINE for folder in folders if folder in file.parents)
    baseline = _path(config, "baseline") or next((path for path in beside if path.is_file()), None)
    if baseline is None:
        return set()
    outcomes = json.loads(baseline.read_text(encoding="utf-8"))["outcomes"]
    return {outcome["id"] for outcome in outcomes if outcome.get("problems")}
