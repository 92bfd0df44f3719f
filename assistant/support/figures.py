"""Compare the figures of a statement with those of its proof: the values, and "at least" against "at most"."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\w)")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_UNITS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), start=2)
}
_OTHER_VALUES = {"decade": 10, "dozen": 12, "half": 0.5, "twice": 2, "double": 2, "thrice": 3, "triple": 3}
# "One of the two models": small words count things that the quotes need not count.
_LOOSE_BELOW = 4
# These multiply, so they are figures however small.
_TIMES = re.compile(r"\b(twice|thrice|doubles?|doubled|triples?|tripled|half|halves|halved|\w+-?fold)\b", re.IGNORECASE)
_LEAST = re.compile(
    r"\b(at least|no less than|not less than|a minimum of|minimum|or more|and more|from)\b", re.IGNORECASE
)
_MOST = re.compile(
    r"\b(at most|no more than|not more than|up to|a maximum of|maximum|or less|less than|under|below)\b", re.I
)
_ABOVE = re.compile(r"\b(more than|over|above|exceeds?|upwards of)\b", re.IGNORECASE)
_NEARLY = re.compile(r"\b(nearly|almost|just under|close to)\b", re.IGNORECASE)
_NEAR = 24


def figure_faults(said: str, proof: str) -> list[str]:
    """Name the figures of a statement that its proof lacks, or bounds otherwise."""
    wanted, known = figures(said), figures(proof, loose=True)
    faults = [f"the figure {as_read} is not quoted" for key, as_read in wanted.items() if key not in known]
    times = {match.group().lower() for match in _TIMES.finditer(proof)}
    faults += [
        f"the figure {match.group()} is not quoted"
        for match in _TIMES.finditer(said)
        if match.group().lower() not in times and not any(one[:4] == match.group().lower()[:4] for one in times)
    ]
    if not faults:
        for key in wanted:
            ours, theirs = _bounds(said, wanted[key]), _bounds(proof, known[key])
            if ours and theirs and not ours & theirs:
                faults.append(f"the figure {wanted[key]} is bounded otherwise in the quotes")
            elif ours & {"most", "above"} and not theirs:
                faults.append(f"the figure {wanted[key]} is not bounded in the quotes")
    return faults


def figures(text: str, *, loose: bool = False) -> dict[str, str]:
    """Return the figures of a text, each as it is compared and as it reads.

    Args:
        text: where to look.
        loose: take small number words as well, which a statement need not prove but a quote may prove with.
    """
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(text):
        found[_figure(float(re.sub(r"[,  ]", "", match[1])))] = match[1]
    words = re.findall(r"[a-z]+", text.lower())
    for at, word in enumerate(words):
        value = _VALUES.get(word)
        if loose and word in _OTHER_VALUES:
            found.setdefault(_figure(_OTHER_VALUES[word]), word)
        if value is None:
            continue
        if value >= 20 and at + 1 < len(words) and 0 < _VALUES.get(words[at + 1], 0) < 10:
            found[_figure(value + _VALUES[words[at + 1]])] = f"{word}-{words[at + 1]}"
        elif at and value < 10 and _VALUES.get(words[at - 1], 0) >= 20:
            continue
        elif loose or value >= _LOOSE_BELOW:
            found.setdefault(_figure(value), word)
    return found


def _bounds(text: str, as_read: str) -> set[str]:
    at = text.lower().find(as_read.split("-")[0])
    around = text[max(at - _NEAR, 0) : at + len(as_read) + _NEAR // 2] if at >= 0 else ""
    before = text[max(at - _NEAR, 0) : at] if at >= 0 else ""
    found = set()
    if _LEAST.search(around):
        found.add("least")
    if _MOST.search(around):
        found.add("most")
    if _ABOVE.search(before) and "most" not in found and "least" not in found:
        found.add("above")
    if _NEARLY.search(before):
        found.add("nearly")
    return found


def _figure(value: float) -> str:
    return f"{value:g}"
