"""A run as one self-contained HTML page: no network, no fonts, readable in light and dark, wide and on a phone.

What the page holds is prepared here; how it looks is report.html beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from assistant.evaluation import calibration, charts
from assistant.evaluation.compare import Change, Comparison
from assistant.evaluation.facts import missing_facts
from assistant.evaluation.floors import Bound, Breach, Floors
from assistant.evaluation.intervals import Interval
from assistant.evaluation.markdown import change_text, percent, verdict
from assistant.evaluation.metrics import BY_NAME, METRICS, RETRIEVAL, STAGES, count_words, plain_text
from assistant.evaluation.results import Outcome, Run, Summary
from assistant.evaluation.settings import EvaluationSettings
from assistant.types import Answer

TEMPLATE = "report.html"
# Shown large at the top.
_HEADLINES = ("passed", "all_facts", "source_any", "citation_precision", "abstention_recall", "wrongly_refused")
# The columns of the tables by kind and by part.
_COLUMNS = ("all_facts", "source_any", "source_first", "abstention_recall", "wrongly_refused", "success@5")
_MARK = re.compile(r"\[(\d+)\]")
_PASSAGES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Row:
    """A metric as the table shows it."""

    name: str
    title: str
    value: str
    range: str
    cases: int
    bar: Markup
    bound: str
    before: str
    change: str
    tone: str


def to_html(
    run: Run,
    *,
    comparison: Comparison | None = None,
    floors: Floors | None = None,
    breaches: Sequence[Breach] = (),
    settings: EvaluationSettings | None = None,
) -> str:
    """Return the page."""
    settings = settings or EvaluationSettings()
    bins = calibration.reliability(run.outcomes, settings.bins)
    curve = calibration.abstention_curve(run.outcomes)
    rows = _metric_rows(run.summary, floors or Floors(), breaches, comparison)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            run=run,
            verdict=verdict(run, breaches, comparison),
            tone=_tone(run, breaches, comparison, is_gated=floors is not None and floors != Floors()),
            threshold=run.setup.settings.get("threshold"),
            breaches=[str(breach) for breach in breaches],
            comparison=comparison,
            changes=_changes(comparison),
            by_id={one.id: one for one in run.outcomes},
            headlines=[row for name in _HEADLINES for row in rows if row.name == name],
            rows=rows,
            columns=[BY_NAME[name] for name in _COLUMNS],
            groups=[("Kind", run.by_kind), ("Part", run.by_part)] if len(run.by_part) > 1 else [("Kind", run.by_kind)],
            failing=[one for one in run.outcomes if not one.passed],
            curve=curve,
            curve_chart=charts.abstention_chart(curve) if curve else None,
            bins=bins,
            bins_chart=charts.reliability_chart(bins),
            calibration_error=calibration.calibration_error(bins),
            latency=_latency(run.summary),
            latency_chart=charts.latency_chart(_latency(run.summary)),
            retrieval=[BY_NAME[name] for name in RETRIEVAL],
            passages_shown=_PASSAGES_SHOWN,
            level=settings.level,
        )
        + "\n"
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "answer": _answer_html,
        "words": count_words,
        "metric": _metric_text,
        "range": _range_text,
        "found": _facts_found,
        "percent": percent,
        "slug": _slug,
    }
    return environment


def _metric_rows(
    summary: Summary, floors: Floors, breaches: Sequence[Breach], comparison: Comparison | None
) -> list[_Row]:
    changes = {change.name: change for change in comparison.metrics} if comparison is not None else {}
    out_of_bounds = {breach.metric for breach in breaches if breach.group == "all"}
    rows = []
    for metric in METRICS:
        interval = summary.metrics.get(metric.name)
        if interval is None or interval.value is None:
            continue
        bound, change = floors.all.get(metric.name), changes.get(metric.name)
        low, high = interval.low or 0.0, interval.high or 0.0
        tone = "wrong" if metric.name in out_of_bounds or (change and change.worse) else ""
        rows.append(
            _Row(
                name=metric.name,
                title=metric.title,
                value=percent(interval.value, as_percent=metric.percent),
                range=f"{percent(low, as_percent=metric.percent)} – {percent(high, as_percent=metric.percent)}",
                cases=interval.cases,
                bar=charts.interval_bar(interval.value, low, high, _limit(bound)),
                bound=_bound_text(bound, is_percent=metric.percent),
                before=percent(change.difference.before, as_percent=metric.percent) if change else "",
                change=change_text(change) if change else "",
                tone=tone or ("good" if change and change.better else ""),
            )
        )
    return rows


def _tone(run: Run, breaches: Sequence[Breach], comparison: Comparison | None, *, is_gated: bool) -> str:
    if breaches or (comparison is not None and comparison.of(Change.BROKEN)):
        return "bad"
    is_good = is_gated or comparison is not None or run.summary.passed == run.summary.cases
    return "good" if is_good else "plain"


def _limit(bound: Bound | None) -> float | None:
    return None if bound is None else bound.min if bound.min is not None else bound.max


def _bound_text(bound: Bound | None, *, is_percent: bool) -> str:
    if bound is None:
        return ""
    return f"{'≥' if bound.min is not None else '≤'} {percent(_limit(bound), as_percent=is_percent)}"


def _changes(comparison: Comparison | None) -> list[tuple[str, tuple[object, ...]]]:
    if comparison is None:
        return []
    shown = (Change.BROKEN, Change.FIXED, Change.CHANGED, Change.ADDED, Change.REMOVED)
    return [(change.value, comparison.of(change)) for change in shown if comparison.of(change)]


def _latency(summary: Summary) -> list[tuple[str, float, float]]:
    found = summary.quantiles
    return [
        (stage, found[f"{stage}_ms_p50"], found[f"{stage}_ms_p95"]) for stage in STAGES if f"{stage}_ms_p50" in found
    ]


def _metric_text(metrics: Mapping[str, Interval], name: str) -> str:
    interval = metrics.get(name)
    return "–" if interval is None else percent(interval.value, as_percent=BY_NAME[name].percent)


def _range_text(metrics: Mapping[str, Interval], name: str) -> str:
    interval = metrics.get(name)
    if interval is None:
        return ""
    low, high = (percent(bound, as_percent=BY_NAME[name].percent) for bound in (interval.low, interval.high))
    return f"{low.removesuffix('%')} – {high}"


def _facts_found(outcome: Outcome) -> list[tuple[str, bool]]:
    """Return each fact of a case and whether its answer holds it."""
    said = plain_text(outcome.answer) if outcome.answer is not None and not outcome.abstained else ""
    missing = missing_facts(said, outcome.facts)
    return [(" or ".join(fact), i not in missing) for i, fact in enumerate(outcome.facts)]


def _answer_html(answer: Answer) -> Markup:
    """Render an answer's Markdown; HTML in it is shown as text, and an image as its link's text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    html = parser.render(answer.text)
    if answer.table is not None and "<table>" not in html:
        lines = ["| " + " | ".join(answer.table.columns) + " |", "|" + "---|" * len(answer.table.columns)]
        for row in answer.table.rows:
            cells = [f"{_cell(cell.text)}{''.join(f' [{n}]' for n in cell.citations)}" for cell in row]
            lines.append("| " + " | ".join(cells) + " |")
        html += parser.render("\n".join(lines))
    html = html.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    return Markup(_MARK.sub(r"<sup>[\1]</sup>", html))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)
