"""A run, or a comparison of two, as Markdown for a pull-request comment. Short: what matters first, the rest folded."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from assistant.evaluation.compare import CaseChange, Change, Comparison, MetricChange
from assistant.evaluation.floors import Breach
from assistant.evaluation.intervals import Interval
from assistant.evaluation.metrics import BY_NAME, METRICS
from assistant.evaluation.results import Outcome, Run

# GitHub cuts a comment at 65,536 characters.
_MOST_CASES = 50
_MOST_CHARS = 400


def to_markdown(run: Run, *, breaches: Sequence[Breach] = (), comparison: Comparison | None = None) -> str:
    """Return the comment; it ends with a line break."""
    return "\n".join(_lines(run, breaches, comparison)) + "\n"


def verdict(run: Run, breaches: Sequence[Breach], comparison: Comparison | None) -> str:
    """Return one line that says how the run went."""
    words = [f"{run.summary.passed} of {run.summary.cases} cases pass"]
    if comparison is not None:
        counts = comparison.counts
        words += [f"{counts[name]} {name}" for name in ("broken", "fixed", "changed") if counts[name]] or ["no change"]
    if breaches:
        words.append(f"{len(breaches)} metric{'s' * (len(breaches) > 1)} out of bounds")
    return ", ".join(words)


def percent(value: float | None, *, as_percent: bool = True) -> str:
    """Return a metric's value as shown: 97.1%, 0.83, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{100 * value:.1f}%" if as_percent else f"{value:.3f}"


def with_interval(name: str, interval: Interval) -> str:
    """Return a metric with its interval: 97.1% (95.2–98.8)."""
    as_percent = BY_NAME[name].percent
    low, high = (percent(bound, as_percent=as_percent).removesuffix("%") for bound in (interval.low, interval.high))
    return f"{percent(interval.value, as_percent=as_percent)} ({low}–{high})"


def change_text(change: MetricChange) -> str:
    """Return a change of a metric in words: +1.2 points, within noise."""
    difference = change.difference
    if difference.change is None:
        return "–"
    is_percent = BY_NAME[change.name].percent
    amount = f"{100 * difference.change:+.1f} points" if is_percent else f"{difference.change:+.3f}"
    if difference.change == 0:
        return "no change"
    return f"{amount}, {'better' if change.better else 'worse' if change.worse else 'within noise'}"


def _lines(run: Run, breaches: Sequence[Breach], comparison: Comparison | None) -> Iterator[str]:
    broken = comparison.of(Change.BROKEN) if comparison is not None else ()
    mark = "❌" if breaches or broken else "✅"
    yield f"### {mark} FAQ evaluation: {verdict(run, breaches, comparison)}"
    yield ""
    for breach in breaches:
        yield f"- **{breach}**"
    if breaches:
        yield ""
    yield from _metric_table(run, comparison)
    yield from _changes("Broken", broken)
    if comparison is not None:
        yield from _folded("Fixed", [_change_line(one) for one in comparison.of(Change.FIXED)])
        yield from _folded("Changed", [_change_line(one) for one in comparison.of(Change.CHANGED)])
    known = {one.id for one in broken}
    failing = [one for one in run.outcomes if not one.passed and one.id not in known]
    yield from _folded("Failing" if comparison is None else "Still failing", [_failing_line(one) for one in failing])


def _metric_table(run: Run, comparison: Comparison | None) -> Iterator[str]:
    changes = {change.name: change for change in comparison.metrics} if comparison is not None else {}
    yield "| Metric | Value (95% interval) |" + (" Before | Change |" if changes else "")
    yield "|---|---|" + ("---|---|" if changes else "")
    for metric in METRICS:
        interval = run.summary.metrics.get(metric.name)
        if interval is None:
            continue
        row = f"| {metric.title} | {with_interval(metric.name, interval)} |"
        if changes:
            change = changes.get(metric.name)
            before = percent(change.difference.before, as_percent=metric.percent) if change else "–"
            row += f" {before} | {change_text(change) if change else '–'} |"
        yield row
    yield ""


def _changes(title: str, changes: Sequence[CaseChange]) -> Iterator[str]:
    if not changes:
        return
    yield f"**{title}**"
    yield ""
    yield from (_change_line(one) for one in changes[:_MOST_CASES])
    if len(changes) > _MOST_CASES:
        yield f"- … and {len(changes) - _MOST_CASES} more"
    yield ""


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"<details><summary>{title}: {len(lines)}</summary>"
    yield ""
    yield from lines[:_MOST_CASES]
    if len(lines) > _MOST_CASES:
        yield f"- … and {len(lines) - _MOST_CASES} more"
    yield ""
    yield "</details>"
    yield ""


def _change_line(change: CaseChange) -> str:
    missing = "; ".join(f"{one.fault.value}: {_inline(one.detail)}" for one in change.problems)
    return f"- `{change.id}`" + (f" — {missing}" if missing else f" — now: {_inline(change.after or '')}")


def _failing_line(outcome: Outcome) -> str:
    missing = "; ".join(f"{one.fault.value}: {_inline(one.detail)}" for one in outcome.problems)
    return f"- `{outcome.id}` ({_inline(outcome.asked[-1])}) — {missing}"


def _inline(text: str) -> str:
    """Return a text that stays on one line of Markdown and cannot mark anything up."""
    line = " ".join(text.split())
    cut = line if len(line) <= _MOST_CHARS else line[: _MOST_CHARS - 1] + "…"
    escaped = html.escape(cut, quote=False)
    for mark in "\\`*_[]|#@":
        escaped = escaped.replace(mark, "\\" + mark)
    return escaped
