"""A run as JUnit XML, the form that CI servers show: a suite for each case file, a test for each case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from assistant.evaluation.compare import Change, Comparison
from assistant.evaluation.results import Outcome, Run

# Characters that XML 1.0 cannot hold at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(run: Run, comparison: Comparison | None = None) -> str:
    """Return the XML.

    With a comparison, a case that already failed in the baseline is reported as skipped, so that only what broke
    is a failure.
    """
    known = set()
    if comparison is not None:
        broken = {change.id for change in (*comparison.of(Change.BROKEN), *comparison.of(Change.ADDED))}
        known = {one.id for one in run.outcomes if not one.passed and one.id not in broken}
    root = ElementTree.Element("testsuites", name="faq")
    files = {one.file: [other for other in run.outcomes if other.file == one.file] for one in run.outcomes}
    for file, outcomes in files.items():
        failed = [one for one in outcomes if not one.passed]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=file,
            tests=str(len(outcomes)),
            failures=str(sum(one.answer is not None and one.id not in known for one in failed)),
            errors=str(sum(one.answer is None and one.id not in known for one in failed)),
            skipped=str(sum(one.id in known for one in failed)),
            time=f"{sum(one.seconds for one in outcomes):.3f}",
        )
        if run.started:
            suite.set("timestamp", run.started)
        for one in outcomes:
            _add_case(suite, one, is_known=one.id in known)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def describe(outcome: Outcome) -> str:
    """Return a failing case as text: what was asked, what is wrong, the answer and the passages."""
    return "\n".join(_describe(outcome))


def _describe(outcome: Outcome) -> Iterator[str]:
    yield from (f"{problem.fault.value}: {problem.detail}" for problem in outcome.problems)
    yield ""
    for number, question in enumerate(outcome.asked, start=1):
        yield f"asked{f' {number}' if len(outcome.asked) > 1 else ''}: {question}"
    if outcome.answer is not None and outcome.answer.query != outcome.asked[-1]:
        yield f"searched: {outcome.answer.query}"
    answer = outcome.answer
    if answer is None:
        return
    yield ""
    yield f"answer ({'abstained, ' if answer.abstained else ''}confidence {answer.confidence:.2f}):"
    yield f"  {answer.text}"
    for row in answer.table.rows if answer.table else ():
        yield "  | " + " | ".join(cell.text for cell in row)
    for citation in answer.citations:
        yield f"  [{citation.number}] {citation.article_id} {citation.start}:{citation.end} {citation.quote!r}"
    yield ""
    yield "passages:"
    for rank, passage in enumerate(outcome.passages[:5], start=1):
        quote = " ".join(passage.quote.split())
        yield f"  {rank}. {passage.article_id} > {passage.heading} ({passage.score:.3f}): {quote[:300]}"


def _add_case(suite: ElementTree.Element, outcome: Outcome, *, is_known: bool) -> None:
    element = ElementTree.SubElement(
        suite,
        "testcase",
        name=outcome.id,
        classname=outcome.file.removesuffix(".yaml").replace("/", "."),
        file=outcome.file,
        line=str(outcome.line),
        time=f"{outcome.seconds:.3f}",
    )
    if outcome.passed:
        return
    message = _clean("; ".join(f"{one.fault.value}: {one.detail}" for one in outcome.problems))
    if is_known:
        ElementTree.SubElement(element, "skipped", message=f"failed when the baseline was saved: {message}")
        return
    failure = ElementTree.SubElement(element, "error" if outcome.answer is None else "failure", message=message)
    failure.text = _clean(describe(outcome))


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
