"""Write docs/benchmarks.md and docs/growth.svg from the figures in docs/benchmarks.json.

python -m tests.benchmarks.report
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log10
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import RESULTS


def write_report(results: Path = RESULTS) -> None:
    """Write the report and the chart beside the figures."""
    found = json.loads(results.read_text(encoding="utf-8"))
    growth = sorted((found[key] for key in found if key.startswith("growth-")), key=lambda one: one["chunks"])
    parts = [
        "# Benchmarks\n",
        "Made by `make bench`: ratios of what was measured in one run. "
        "The figures themselves are in [benchmarks.json](benchmarks.json).\n",
    ]
    if "speed" in found:
        parts.append(speed(found["speed"]))
    if growth:
        parts.append(growing(growth))
        (results.parent / "growth.svg").write_text(chart(growth), encoding="utf-8")
    if "many" in found:
        parts.append(many(found["many"]))
    (results.parent / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def machine(part: dict[str, Any]) -> str:
    """Describe the machine that a part was measured on."""
    one = part["machine"]
    bfloat16 = "with" if one["bfloat16"] else "without"
    return (
        f"On {one['processor']} ({one['architecture']}, {bfloat16} bfloat16), {one['cores']} cores, "
        f"{one['memory_gib']} GiB; {one['system']}; Python {one['python']}, PyTorch {one['torch']}, "
        f"Chroma {one['chromadb']}.\n"
    )


def speed(found: dict[str, Any]) -> str:
    """Tell what one machine does."""
    rows = []
    for precision in ("float32", "bfloat16"):
        if (one := found.get(f"answers_{precision}")) is not None:
            rows += [
                [
                    f"A warm answer, {precision}",
                    f"{one['answer_p50_ms']:.1f} ms p50, {one['answer_p95_ms']:.1f} ms p95",
                ],
                ["... beside one bare pass of the model", f"{one['answer_to_bare']:.2f} x {one['bare_p50_ms']:.1f} ms"],
            ]
    if (one := found.get("cases")) is not None:
        rows += [
            [
                f"{one['questions']} questions of the cases, each once",
                f"{one['answer_p50_ms']:.1f} ms p50, {one['answer_p95_ms']:.1f} ms p95; {one['read']} of them are read",
            ],
            ["... beside one bare pass of the model", f"{one['answer_to_bare']:.2f} x {one['bare_p50_ms']:.1f} ms"],
        ]
    if (one := found.get("readers")) is not None:
        rows += [
            ["One reader after another", f"{one['one_reader_per_second']:.0f} answers a second"],
            [
                "Fifty readers, questions all different",
                f"{one['fifty_readers_per_second']:.0f} a second, {one['fifty_to_one']:.2f} x; "
                f"{one['questions_per_pass']:.0f} questions to a pass",
            ],
            [
                "Fifty readers, the same eight questions",
                f"{one['fifty_readers_same_questions_per_second']:.0f} a second, from the cache",
            ],
        ]
    if (one := found.get("ingest")) is not None:
        rows += [
            [
                f"Ingest of {one['chunks']:,} chunks",
                f"{one['texts_per_second']:.0f} texts a second, {one['ingest_to_bare']:.2f} x the bare model",
            ],
            ["Ingest after one article changed", f"{one['reingest_one_article_seconds']:.2f} s"],
        ]
    if (one := found.get("start")) is not None:
        rows += [
            [
                "Start until questions can be asked",
                f"{one['ready_seconds']:.1f} s, {one['ready_to_bare']:.2f} x a process that imports the libraries "
                "and loads the model",
            ],
            ["Port open", f"{one['port_seconds']:.1f} s"],
            ["Memory with the chat open", f"{one['resident_mb']:.0f} MB, {one['resident_to_bare']:.2f} x that process"],
        ]
    return (
        f"## One machine\n\n{machine(found)}The load before the run was {found['load']:.1f}.\n\n"
        f"{table(['What', 'Measured'], rows)}"
    )


def growing(growth: Sequence[dict[str, Any]]) -> str:
    """Tell how it grows."""
    rows = [
        [
            f"{one['chunks']:,}{' *' if one['generated'] else ''}",
            f"{one['answer_p50_ms']:.1f}",
            f"{one['answer_p95_ms']:.1f}",
            f"{one['bare_p50_ms']:.1f}",
            f"{one['read']} of {one['questions']}" if "read" in one else "-",
            f"{one['resident_mb']:,.0f}",
            f"{_bytes(one) / 1e6:,.0f}",
            f"{_bytes(one) / one['chunks'] / 1000:.1f}",
            f"{one['ingest_seconds']:,.0f}",
            f"{one['reingest_seconds']:.2f}",
        ]
        for one in growth
    ]
    heads = ["Chunks", "Answer p50 ms", "p95 ms", "Bare pass ms", "Read", "Memory MB", "Index MB", "kB a chunk"]
    return (
        f"## Growth\n\n{machine(growth[-1])}\n"
        "Generated texts, a different question each time. Sizes with a star have vectors made of tokens "
        "in place of the model's; a question goes through the model all the same. Memory counts the pages of files "
        "that were read, which the system takes back when it needs them. Where the confidence is unsure, what was "
        "found is read with the question, which takes as long at any size; rows that do not tell how often were "
        "measured without it.\n\n"
        f"{table([*heads, 'Ingest s', 'One article again s'], rows)}\n"
        "![Answer time and memory by corpus size](growth.svg)\n"
    )


def many(found: dict[str, Any]) -> str:
    """Tell what several processes do together."""
    rows = []
    for name, one in found.items():
        if name.startswith("processes-"):
            label = name.removeprefix("processes-").replace("-faults", ", one killed, Chroma restarted")
            rows.append(
                [
                    label,
                    f"{one['answers_per_second']:.0f}",
                    f"{one['p50_ms']:.0f}" if one["p50_ms"] else "-",
                    f"{one['p95_ms']:.0f}" if one["p95_ms"] else "-",
                    str(one["right"]),
                    str(one["wrong"]),
                    str(one["later"]),
                    str(one["failed"]),
                ]
            )
    heads = ["Processes", "Answers a second", "p50 ms", "p95 ms", "Right", "Wrong", "503, come again", "Other errors"]
    return (
        f"## Several processes\n\n{machine(found)}\n"
        "nginx before assistants that read one index from a Chroma server, all on that one "
        "machine, sixteen readers, nothing answered from the cache. Every answer is compared with the one given "
        f"before the load.\n\n{table(heads, rows)}"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def chart(growth: Sequence[dict[str, Any]]) -> str:
    """Draw answer time and memory over corpus size, both scales logarithmic; colours follow the reader's scheme."""
    series = [
        ("answer p50, ms", [one["answer_p50_ms"] for one in growth], "a"),
        ("answer p95, ms", [one["answer_p95_ms"] for one in growth], "b"),
        ("memory, MB", [one["resident_mb"] for one in growth], "c"),
    ]
    width, height, left, bottom = 720, 360, 60, 40
    sizes = [log10(one["chunks"]) for one in growth]
    tops = [log10(max(value, 1)) for _name, values, _class in series for value in values]
    low, high = 0.0, float(int(max(tops)) + 1)

    def at(size: float, value: float) -> tuple[float, float]:
        across = (size - sizes[0]) / max(sizes[-1] - sizes[0], 1e-9)
        up = (log10(max(value, 1)) - low) / (high - low)
        return left + across * (width - left - 130), height - bottom - up * (height - bottom - 20)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Answer time and memory by corpus size">',
        "<style>text{font:12px system-ui,sans-serif;fill:#444}.g{stroke:#ccc}.l{fill:none;stroke-width:2}"
        ".a{stroke:#0a6}.b{stroke:#c60}.c{stroke:#06c}"
        "@media(prefers-color-scheme:dark){text{fill:#ccc}.g{stroke:#444}}</style>",
    ]
    for power in range(int(high) + 1):
        _x, y = at(sizes[0], 10**power)
        lines.append(f'<line class="g" x1="{left}" x2="{width - 130}" y1="{y:.0f}" y2="{y:.0f}"/>')
        lines.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{10**power:,}</text>')
    for size, one in zip(sizes, growth, strict=True):
        x, _y = at(size, 1)
        lines.append(f'<text x="{x:.0f}" y="{height - 18}" text-anchor="middle">{one["chunks"]:,}</text>')
    lines.append(f'<text x="{left}" y="{height - 2}">chunks</text>')
    for name, values, kind in series:
        points = [at(size, value) for size, value in zip(sizes, values, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append(f'<polyline class="l {kind}" points="{path}"/>')
        lines.append(f'<text x="{points[-1][0] + 8:.0f}" y="{points[-1][1] + 4:.0f}">{name}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _bytes(one: dict[str, Any]) -> int:
    return sum(int(one[f"{kind}_bytes"]) for kind in ("vectors", "records", "words", "other"))


if __name__ == "__main__":
    write_report()
