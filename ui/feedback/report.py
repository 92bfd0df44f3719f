"""What the feedback says: the questions that found no answer or a bad one, the most frequent first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.evaluation.cases import Case, dump_cases
from assistant.evaluation.propose import fresh_id
from ui.feedback.store import FeedbackStore, normal

_HEADER = """\
# Proposed from what readers asked. Each case is for a person to decide: an unanswered question stays `abstain: true` if
# the articles should not answer it; else write what is missing into an article and give the facts that an answer must
# hold. A disliked answer names the articles that it cited; give the facts that it should have held.
"""


@dataclass(slots=True)
class Complaint:
    """A question, how often it found no answer, how often its answer was disliked, and what readers said of it."""

    question: str
    unanswered: int = 0
    disliked: int = 0
    liked: int = 0
    comments: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)

    @property
    def times(self) -> int:
        """How often the question was not served."""
        return self.unanswered + self.disliked


def complaints(store: FeedbackStore) -> list[Complaint]:
    """Return the questions that were not served, most frequent first.

    A dislike of an abstention counts once, as the abstention it is.

    Raises:
        StoreError: the database cannot be read.
    """
    given, missed = store.rows()
    found: dict[str, Complaint] = {}

    def of(row: Mapping[str, Any]) -> Complaint:
        return found.setdefault(normal(row["query"]), Complaint(" ".join(row["query"].split())))

    for row in missed:
        of(row).unanswered += int(str(row["times"]))
    for row in given:
        _add(of(row), row)
    return sorted((one for one in found.values() if one.times), key=lambda one: (-one.times, one.question))


def propose(found: Iterable[Complaint]) -> list[tuple[Case, str]]:
    """Return a case for each question, with a line on why."""
    used: set[str] = set()
    return [(_case(one, used), _why(one)) for one in found]


def proposal_text(proposals: Sequence[tuple[Case, str]]) -> str:
    """Return proposed cases as a case file that says what to decide."""
    return _HEADER + "".join(f"\n{_comment(why)}{dump_cases([case])}" for case, why in proposals)


def _add(complaint: Complaint, row: Mapping[str, Any]) -> None:
    if row["helpful"]:
        complaint.liked += 1
        return
    if row["comment"]:
        complaint.comments.append(" ".join(row["comment"].split()))
    if row["abstained"]:
        complaint.unanswered = max(complaint.unanswered, 1)
        return
    complaint.disliked += 1
    for passage in row["passages"]:
        if passage["article_id"] not in complaint.cited:
            complaint.cited.append(passage["article_id"])


def _case(complaint: Complaint, used: set[str]) -> Case:
    name = fresh_id(complaint.question, used)
    if complaint.disliked and complaint.cited:
        return Case(id=name, question=complaint.question, sources=tuple(complaint.cited), tags=("feedback", "disliked"))
    return Case(id=name, question=complaint.question, abstain=True, tags=("feedback", "unanswered"))


def _why(complaint: Complaint) -> str:
    counts = {"unanswered": complaint.unanswered, "disliked": complaint.disliked, "liked": complaint.liked}
    told = ", ".join(f"{name} {times}x" for name, times in counts.items() if times)
    return "\n".join([f"{told}.", *(f"A reader: {comment}" for comment in complaint.comments)])


def _comment(lines: str) -> str:
    # What a reader wrote must not end the comment.
    safe = (re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", line) for line in lines.split("\n"))
    return "".join(f"# {line}\n" for line in safe)
