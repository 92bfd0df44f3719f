"""Charts of the report as inline SVG, without scripts or fonts. Colours come from the page's style sheet.

Each has a title and a description for those who do not see it, and stands beside a table of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from assistant.evaluation.calibration import AbstentionCurve, Bin

_WIDTH, _HEIGHT = 420, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 68, 16, 16, 48
# About how wide the label of the chosen point is.
_LABEL_WIDTH = 115


def abstention_chart(curve: AbstentionCurve) -> Markup:
    """Draw precision over recall of abstention, the chosen point marked."""
    points = [(_x(point.recall), _y(point.precision)) for point in curve.points]
    path = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    chosen = curve.chosen
    x, y = _x(chosen.recall), _y(chosen.precision)
    # A curve that falls leaves room above it to the right, and below it to the left.
    is_right = x + _LABEL_WIDTH < _WIDTH
    label_x, label_y = (x + 10, max(y - 22, _TOP + 10)) if is_right else (x - 10, min(y + 20, _y(0) - 24))
    anchor = "start" if is_right else "end"
    lines = (f"recall {chosen.recall:.2f}", f"precision {chosen.precision:.2f}")
    label = ", ".join(lines)
    parts = [
        *_axes("Recall: share of the unanswerable that is refused", "Precision: share of refusals that is right"),
        f'<path class="curve" d="{path}"/>',
        f'<circle class="chosen" cx="{x:.1f}" cy="{y:.1f}" r="6"><title>Chosen: {label}</title></circle>',
        *(
            f'<text class="strong" x="{label_x:.1f}" y="{label_y + 16 * i:.1f}" text-anchor="{anchor}">{line}</text>'
            for i, line in enumerate(lines)
        ),
    ]
    return _svg(
        "Abstention: precision and recall",
        f"Average precision {curve.average_precision:.3f}. The chosen point has {label}.",
        parts,
    )


def reliability_chart(bins: Sequence[Bin]) -> Markup:
    """Draw the share of answerable questions in each bin of confidence, against the ideal diagonal."""
    parts = [*_axes("Confidence", "Share that the articles answer")]
    for one in bins:
        left, right = _x(one.low) + 3, _x(one.high) - 3
        top, bottom = _y(one.answerable), _y(0.0)
        says = f"confidence {one.low:.1f} to {one.high:.1f}: {one.answerable:.0%} of {one.cases} answerable"
        parts.append(
            f'<rect class="bar soft" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{max(bottom - top, 1):.1f}" rx="2"><title>{says}</title></rect>'
        )
        middle = (left + right) / 2
        parts.append(
            f'<text class="count" x="{middle:.1f}" y="{top - 9 if top > _y(0.12) else bottom - 8:.1f}" '
            f'text-anchor="middle">{one.cases}</text>'
        )
    parts.append(f'<path class="ideal" d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}"/>')
    parts += [
        f'<circle class="dot" cx="{_x(one.mean_confidence):.1f}" cy="{_y(one.answerable):.1f}" r="4"/>' for one in bins
    ]
    return _svg(
        "Reliability of confidence",
        "Bars near the diagonal mean that a confidence is what it says. The number in a bar is its cases.",
        parts,
    )


def latency_chart(stages: Sequence[tuple[str, float, float]]) -> Markup:
    """Draw p50 and p95 of each stage in milliseconds: (stage, p50, p95)."""
    most = max((p95 for _, _, p95 in stages), default=0.0) or 1.0
    row, left, right = 44, 72, 112
    height = 12 + row * len(stages)
    parts = []
    for i, (stage, p50, p95) in enumerate(stages):
        y = 8 + i * row
        scale = (_WIDTH - left - right) / most
        says = f"{stage}: p50 {p50:.1f} ms, p95 {p95:.1f} ms"
        parts += [
            f'<text class="label" x="{left - 8}" y="{y + 21}" text-anchor="end">{escape(stage)}</text>',
            f'<rect class="bar soft" x="{left}" y="{y + 6}" width="{max(p95 * scale, 1):.1f}" height="22" rx="3">'
            f"<title>{says}</title></rect>",
            f'<rect class="bar" x="{left}" y="{y + 6}" width="{max(p50 * scale, 1):.1f}" height="22" rx="3">'
            f"<title>{says}</title></rect>",
            f'<text class="tick" x="{left + max(p95 * scale, 1) + 6:.1f}" y="{y + 21}">{p50:.1f} / {p95:.1f}</text>',
        ]
    return _svg("Time of each stage", "p50 and p95 in milliseconds.", parts, height=height)


def interval_bar(value: float, low: float, high: float, bound: float | None = None) -> Markup:
    """Draw a value between 0 and 1 with its interval and, where there is one, its bound."""
    width, middle = 120, 7
    parts = [
        f'<line class="rail" x1="0" x2="{width}" y1="{middle}" y2="{middle}"/>',
        f'<line class="range" x1="{width * low:.1f}" x2="{max(width * high, width * low + 1):.1f}" '
        f'y1="{middle}" y2="{middle}"/>',
    ]
    if bound is not None:
        parts.append(f'<line class="bound" x1="{width * bound:.1f}" x2="{width * bound:.1f}" y1="0" y2="14"/>')
    parts.append(f'<circle class="value" cx="{min(max(width * value, 3), width - 3):.1f}" cy="{middle}" r="3.5"/>')
    body = "".join(parts)
    return Markup(f'<svg class="spark" viewBox="0 0 {width} 14" aria-hidden="true">{body}</svg>')


def _axes(x_title: str, y_title: str) -> Iterator[str]:
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(tick), _y(tick)
        yield f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
        yield f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{tick:g}</text>'
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield f'<text class="axis" x="{(_x(0) + _x(1)) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{x_title}</text>'
    yield (
        f'<text class="axis" x="16" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 16 {middle})">{y_title}</text>'
    )


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _TOP + (1.0 - value) * (_HEIGHT - _TOP - _BOTTOM)


def _svg(title: str, description: str, parts: Sequence[str], *, height: int = _HEIGHT) -> Markup:
    # Every text in the parts is ours or escaped.
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )
