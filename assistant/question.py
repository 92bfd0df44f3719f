"""Read a question: mend its spelling, and tell which sides, words and aspects it asks about and how.

Follow-ups are resolved before (`assistant.followup`): what comes here can be understood alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bm25s.stopwords import STOPWORDS_EN_PLUS

from assistant.focus import Span, asking, asking_clauses
from assistant.recast import Recast, recast
from assistant.sides import SideFinder, Sides
from assistant.spelling import Speller
from ingest.domain import Domain
from ingest.errors import QuestionError
from ingest.keywords import stems

_MARKUP = re.compile(r"<[^<>]*>|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)

STOP_WORDS: tuple[str, ...] = tuple(STOPWORDS_EN_PLUS)
# Words that ask, address or fill but say nothing of the subject, beside the usual stop words.
_FRAME = """
    well too tell explain say said says please show list give name mean means meaning meant know think want need
    wants needs like would could shall may might must let also get gets got make makes made made take takes go goes
    going come use used uses using exactly really actually simply basically plain english word words sentence
    summary short brief quick quickly contrast kind sort type thing things way ways lot many much one ones two us
    yes ok okay hi hello thanks thank plz vs versus compare compared comparison difference differences differ
    differs different question answer article articles source sources according text page typical typically main
    primary major key table usually often lie lies recognise recognize recognised recognized split get better best
    good suit suits fit fits belong belongs fall falls side model models what's whats i'm i've i'd we're we've we'd
    you're it's that's there's
    another other others else put next column columns row rows nutshell overview left right
    i.e e.g ie eg etc aka lol haha btw tbh imo imho fyi omg idk hmm ugh
"""
_COMPARE = re.compile(
    r"\b(differ\w*|versus|vs|compar\w+|contrast\w*|distinguish\w*|distinction\w*|(?:tell|set)s?\b.{0,30}\bapart|"
    r"not (?:quite |exactly |really )?(?:the same|alike|similar)|side by side|next to each other|head to head|"
    r"(?:from|against) (?:each|one an)other|columns?|weigh\w*\b.{1,60}\bagainst)\b",
    re.IGNORECASE,
)
# Of each side apart, each masked as a section sign: "for BPO and for KPO", "both in BPO and in KPO".
_APART = re.compile(
    r"\b(for|in|of|with|by|at|from|on)\W+(?:an?\W+|the\W+)?§\W+and\W+(?:also\W+)?\1\W+(?:an?\W+|the\W+)?§",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"§\W+against\W+(?:an?\W+|the\W+)?§", re.IGNORECASE)
# A choice between sides, each masked as a section sign, that ends its clause or begins the question:
# "a BPO or a KPO job?", "BPO or KPO to run our call center?".
_EITHER_SIDE = re.compile(
    r"§\W+(?:\w+\W+){0,2}or\W+(?:\w+\W+){0,2}§(?:\W+\w+)?\s*(?:[.?!:;,]|$)"
    r"|\b(?:is|are) (?:it|that|this|they)\W+(?:\w+\W+)?§\W+or\W+(?:\w+\W+)?§\W+(?:\w+\W+)?(?:that|which|who)\b"
    r"|§\s*/\s*§"
    r"|§\W+(?:or\W+)?§\W+or\W+(?:both|neither)\b"
    r"|[:=?,.]\W*§\W*§\W*$"
    r"|§[^.?!;:§]{0,40},\W+or\W+(?:(?:rather|an?|the)\W+){0,2}§\W*$"
    r"|§\W+or\W+(?:an?\W+|the\W+)?§\W+(?:for\W+|do(?:es)?\W+|(?:handle|cover)s?\W+|take\W+on\W+|deals?\W+with\W+)"
    r"(?:that|this|it|such (?:work|things?))\W*$"
    r"|^\W*(?:\w+\W+){0,2}§\W+or\W+(?:\w+\W+)?§\W+(?:to|for|when|if|in|with)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"\bwhich one\b|\bwhich of (them|these|those|the two)\b"
    r"|\bwhich (type|kind|sort|model|side|form(?! do)|option|label|category|camp|bucket)\b"
    r"|\b(which is it(?=\W*$|\s*[,.?!;:(-])|(which|what) (suits?|fits?)\b)"
    r"|\bwhich (?:(?:do|should|would|could) (?:we|i|you|one)|(?:should|would) (?:it|that|this) be)\b"
    r"|\bwhere (do|does|would|should|could)\b.*\b(fit|belong|go|fall|sit|come)\b(?! from\b)"
    r"|\b(pick|choose) (just )?(one|between)\b"
    r"|\bwhich (?:is|would be|works) (?:the )?(?:better|best|right)\b"
    r"(?: (?:choice|option|fit|one|model|kind|type|way|side))? (?:for|to|if|when)\b",
    re.IGNORECASE,
)
# Either of them, which somebody else is about: "does it help if we go to a BPO or KPO firm?".
_ANY_SIDE = re.compile(
    r"\b(?:if|when|by|once|after)\b[^.?!;:,]*\b(?:to|with|from|by|at|through)\W+(?:an?\W+|the\W+)?§\W+or\W+§\W+\w+\W*$",
    re.IGNORECASE,
)
# How much is wanted: a sentence, and no more.
_ONE_SENTENCE = re.compile(r"\b(?:one|1|a single) (?:short |simple )?(?:sentence|line)\b|\bone-liner\b", re.IGNORECASE)
# Asks for a choice, but for a meaning where one side is named: "I keep hearing of KPO. What is it?".
_WHAT_IS_IT = re.compile(r"\bwhat is it(?=\W*$|\s*[,.?!;:(-])", re.IGNORECASE)
# What one of them is or does, not which of them fits: "which one came first?", "which appeared earlier?".
_PROPERTY = re.compile(
    r"\b(?:which|who|what)\b[^.?!;:]*\b(?:first|earlier|earliest|older|oldest|later|latest|newer|newest|younger|youngest)\b|"
    r"\bwhich (?:one|of (?:them|these|those|the two))\W+(?:\w+\W+)?"
    r"(?:came|comes|was|were|is|has been|began|started|grew|grows)\b"
    r"(?!\W+(?:it|that|this|right|best|better|suitable|the (?:right|best|better)|for|a (?:good|better))\b)"
    r"|\bwhich (?:one|of (?:the two|them|these)) "
    r"(?!(?:fit|suit|work|do|handle|cover|take|deal|serve|look|need|mean|seem|sound|match|go|help|make|belong|appear|feel)e?s\b)\w+s\b[^.?!;]*\b(?:better|worse|best|worst)\b",
    re.IGNORECASE,
)
# What the choice depends on, not the choice: "what decides which kind is right?", "how do I know which one fits?".
_WHAT_DECIDES = re.compile(
    r"\b(?:what|how|who|why)\b[^.?!;:,]*\b(?:which|(?:my|our|the|a) (?:pick|choice))\b", re.IGNORECASE
)
# One answer for each: "which deals with which?", "what goes to BPO and what to KPO?".
_EACH = re.compile(
    r"\bwhich\b[^.?!;]*\bwhich\b|\beach of (?:the two|them|these)\b"
    r"|\b(what|who|where|why|when|how)\b.*\b(?:and|or) \1\b",
    re.IGNORECASE,
)
# Asks for somebody's name: "who founded it?", "which company uses both?".
_ASKS_NAME = re.compile(
    r"^(who|whose)\b|\bwho (is|was|came|invented|coined|founded|said|wrote|made|runs|owns|are)\b"
    r"|\b(real|actual|named) (compan\w+|firms?|banks?|business\w*|clients?|vendors?|examples?)\b"
    r"|\bname (?:[\w-]+ ){0,3}(?:compan\w+|firms?|banks?|business\w*|clients?|customers?|vendors?|providers?|hospitals?"
    r"|persons?|people|authors?|founders?|countr\w+|cit(?:y|ies)|tools?|products?|cases?)\b"
    r"|\bwhich (compan|firm|bank|vendor|provider|countr|city|software|tool|law|standard)",
    re.IGNORECASE,
)
_ALIKE = re.compile(r"\b(?:in common|alike|similar\w*|the same)\b", re.IGNORECASE)
_FITS = re.compile(
    r"\b(suits?|fits?|belongs?|fall|should|need|use|is (?:that|this|it)|(?:handle|cover)s?|deals? with)\b",
    re.IGNORECASE,
)
_ALL_SIDES = re.compile(
    r"\b(the two|the (?:pair|duo)|both|each (of the two|one|side|model|kind|type)?|either|which one|which of)\b"
    r"|^which (is|suits?|fits?|works)\b",
    re.IGNORECASE,
)
_ASKED_IN_STORY = re.compile(r"\b(?:which|who|what|whether|whichever)\b", re.IGNORECASE)
_DEGREE = re.compile(r"\b(more|less|most|least|fewer|than)\b", re.IGNORECASE)
_COMPARATIVE = re.compile(r"(?<!\bno )\b(\w{3,})er\b", re.IGNORECASE)


class Ask(StrEnum):
    """How a question asks, which decides the form of its answer."""

    LOOKUP = "lookup"
    COMPARE = "compare"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read.

    `text` is what is embedded, its spelling mended; `focus` the (start, end) of the parts of it that ask, where
    there is a story around them, else of all; `content` the stems that carry its subject, side names and frame
    words left out, in order; `aspects` the positions in `domain.aspects` that one of its words names; `asker` the
    (start, end) of whom a choice is for, where nothing says what it is for; `in_one_sentence` that no more than that
    is wanted.
    """

    text: str
    focus: tuple[Span, ...]
    ask: Ask
    sides: Sides
    content: tuple[str, ...]
    stems: tuple[str, ...]
    aspects: tuple[int, ...]
    asker: Span | None = None
    in_one_sentence: bool = False

    @property
    def asked(self) -> str:
        """The parts of the text that ask."""
        return joined(self.text, self.focus)


def clean_question(text: str, max_chars: int) -> str:
    """Return a question on one line, without markup and invisible characters.

    Raises:
        QuestionError: there is no letter or digit, or it is longer than `max_chars`.
    """
    if len(text) > max_chars:
        raise QuestionError(f"The question has {len(text):,} characters, more than {max_chars:,}. Shorten it.")
    folded = unicodedata.normalize("NFKC", without_surrogates(text))
    cleaned = " ".join(_MARKUP.sub(" ", _SCRIPT.sub(" ", folded)).split())
    if not any(c.isalnum() for c in cleaned):
        # Nothing but markup: its words are a question that no article answers, not an empty one.
        cleaned = " ".join(re.findall(r"\w+", folded))
    if not any(c.isalnum() for c in cleaned):
        raise QuestionError("The question is empty or has no words. Type a question, for example: What is BPO?")
    return cleaned


def without_surrogates(text: str) -> str:
    """Return a text that can be encoded: bytes that were no text when they came in become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


class QuestionReader:
    """Reads questions for one domain and corpus."""

    def __init__(self, domain: Domain, finder: SideFinder, speller: Speller) -> None:
        self._finder = finder
        self._speller = speller
        self._aspect_words = [[stems(word) for word in (aspect.name, *aspect.words)] for aspect in domain.aspects]

    def read(self, text: str) -> Question:
        """Read one question that can be understood alone."""
        mended = _ended(self._finder.rename(self._speller.mend(text)))
        form = recast(mended, self._finder)
        if not self._content(form.text) and form.text != mended:
            form = Recast(mended)
        mended = form.text
        focus = asking(mended)
        asked = joined(mended, focus)
        contrasts = asks_to_compare(asked) and len(self._finder.find(asked)) > 1
        if not self._content(asked) and not contrasts:
            focus, asked = [(0, len(mended))], mended
        order = self._finder.in_order(asked) or self._finder.in_order(mended)
        if not order and _ALL_SIDES.search(asked):
            order = list(range(len(self._finder.names)))
        content = self._content(asked)
        bare = stems(self._finder.mask(asked))
        aspects = tuple(i for i, words in enumerate(self._aspect_words) if any(_contains(bare, word) for word in words))
        return Question(
            text=mended,
            focus=tuple(focus),
            ask=self._how(asked, order, content, aspects),
            sides=frozenset(order),
            content=content,
            stems=tuple(stem for stem in stems(mended) if stem not in stop_stems()),
            aspects=aspects,
            asker=(0, len(form.asker)) if form.asker else None,
            in_one_sentence=_ONE_SENTENCE.search(asked) is not None,
        )

    def _content(self, text: str) -> tuple[str, ...]:
        bare = stems(self._finder.mask(text))
        return tuple(dict.fromkeys(stem for stem in bare if stem not in stop_stems()))

    def _how(self, text: str, order: list[int], content: tuple[str, ...], aspects: tuple[int, ...]) -> Ask:
        both = len(set(order)) > 1
        degree = self._has_degree(_without_story(text))
        masked = self._finder.mask(text, "§")
        either = both and _EITHER_SIDE.search(masked) is not None and not _ANY_SIDE.search(masked)
        which = _EITHER.search(text) or (len(set(order)) != 1 and _WHAT_IS_IT.search(text))
        fitting = which and not _WHAT_DECIDES.search(text) and (not aspects or _FITS.search(text))
        fits = (either or fitting) and not _PROPERTY.search(text) and not _EACH.search(text)
        if fits and len(self._finder.names) > 1 and content and not degree and len(aspects) < len(content):
            return Ask.CHOOSE
        apart = _APART.search(masked) or _AGAINST.search(masked)
        compares = (
            degree or (aspects and not asks_for_name(text)) or asks_to_compare(text) or _EACH.search(text) or apart
        )
        alike = _ALIKE.search(text) and not asks_to_compare(text)
        if both and not alike and (compares or (not content and len(text.split()) <= 6)):
            return Ask.COMPARE
        return Ask.LOOKUP

    def _has_degree(self, text: str) -> bool:
        """Tell whether a text compares by degree: "more", "than", or a word in -er that also has an -est."""
        bases = (match.group(1).lower() for match in _COMPARATIVE.finditer(text))
        return bool(_DEGREE.search(text)) or any(self._speller.knows(base + "est") for base in bases)


def _without_story(text: str) -> str:
    """Return a text from where it begins to ask: "Earlier patents are to be found. Is that BPO or KPO?".

    What is told before may itself ask, as "my boss asks which is faster" does; then the whole text.
    """
    start = next((start for start, _ in asking_clauses(text)), 0)
    return text if _ASKED_IN_STORY.search(text[:start]) else text[start:]


def _ended(text: str) -> str:
    """Return a text with a question mark where it ends in none of the signs that end a sentence.

    Whoever leaves it out asks all the same, and the models tell a question by it.
    """
    return f"{text}?" if text[-1:].isalnum() else text


def asks_for_name(text: str) -> bool:
    """Tell whether a text asks who or which company it is."""
    return _ASKS_NAME.search(text) is not None


def asks_to_compare(text: str) -> bool:
    """Tell whether a text asks how things differ."""
    return _COMPARE.search(text) is not None


@cache
def stop_stems() -> frozenset[str]:
    """Return the stems of the words that carry no subject."""
    return frozenset(stems(" ".join([*STOP_WORDS, *_FRAME.split()]))) | {"s", "t", "d", "m", "re", "ll", "ve"}


def joined(text: str, spans: Sequence[Span]) -> str:
    """Return the spans of a text, a space between them."""
    return " ".join(text[start:end] for start, end in spans)


def _contains(text: list[str], phrase: list[str]) -> bool:
    size = len(phrase)
    return any(text[at : at + size] == phrase for at in range(len(text) - size + 1))
