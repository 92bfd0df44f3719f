"""Tell web chrome from content, one line or sentence at a time, by a lexicon of what sites put around texts.

The lexicon holds phrases of any site's furniture (menus, forms, notices, counters), never of one subject.
A phrase that an article could be about ("cookies", "privacy policy") counts only where the reader is
addressed with it or where it stands as a label among others. What stands around a line is for
`ingest.clean_zones` to weigh.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache

from ingest.sentences import split_sentences


class Chrome(IntEnum):
    """How sure it is that a line is chrome: WEAK lines need chrome beside them."""

    NO = 0
    WEAK = 1
    STRONG = 2


# Whole lines that only a site's furniture has.
_LABELS = r"""
    (main\ |mobile\ )?menu | (menu){2,} | toggle\ (navigation|menu|sidebar)
    (site|main|primary)\ navigation | skip\ to\ (main\ |the\ )?(content|navigation)
    (primary|secondary|left|right)\ sidebar | breadcrumbs? | log\ ?(in|out)
    sign\ ?(in|up|out)(\ (now|today|free|here))? | my\ account | create\ (an|your|my)\ account
    (forgot|lost)(\ your)?\ password | remember\ me | keep\ me\ (logged|signed)\ in | cancel\ reply
    subscribe(\ (now|today|here|via\ .+))? | unsubscribe | follow\ us(\ on\ .+)? | stay\ connected
    (share|tweet|pin|email|print|like)\ (this|it)(\ (page|post|article|story))?(\ on\ \w+)?
    share\ (on|via)\ \w+ | copy\ link
    \d[\d.,]*k?\ ?(shares?|likes?|comments?|views?|tweets?|followers|retweets?) | no\ comments(\ yet)?
    (leave|post|add|write)\ (a|your)\ (comment|reply) | (cookie|privacy)\ (settings|preferences|notice)
    cookie\ (policy|consent) | (accept|allow|reject|decline)(\ all)?\ cookies | (accept|reject|allow)\ all
    got\ it | manage\ (cookies|consent|preferences) | site\ ?map | advertisements?
    sponsored(\ (content|post))? | (read|learn|view|show|see|load|discover)\ (more|all|less)
    continue\ reading | back\ to\ (the\ )?top | scroll\ (to\ top|up|down)
    (previous|next)\ (post|article|page) | loading[\ .…]* | add\ to\ (cart|wishlist) | buy\ now
    enrol{1,2}\ now | book\ a\ (demo|call) | (view|browse|all)\ courses | (image|photo|picture)\ \(?\d*\)?
    placeholder | (your\ )?e-?mail\ address\ ?\*? | (first|last|full)\ name\ ?\*? | post\ navigation
    page\ load\ link | close\ (this\ )?(menu|banner|window|search|popup) | open\ menu
"""

# Whole lines that may also head a part of an article: chrome only among chrome.
_WEAK_LABELS = r"""
    share | shares | tweet | pin | like | likes | search(\ .{0,20})? | comments? | home | register | e-?mail
    print | price | download | footer | header | sidebar | navigation | about(\ us)? | contact(\ us)?
    resources | apps | blog | news | quiz.* | question | answer | username | password | name | website
    message | submit | send | reply | close | next | previous | prev | facebook | twitter | x | linkedin
    instagram | youtube | pinterest | whatsapp | telegram | reddit | tiktok | rss | privacy(\ policy)?
    terms(\ .{0,20})? | disclaimer | careers | help | support | reviews | ratings? | tags? | categories
    archives | login | faqs? | products | services | solutions | pricing | company | legal | press
    partners | events | all\ (courses|posts|tutorials|articles|products) | \d+ | \W+
    (android|ios|iphone)(\ .{0,12})? | latest\ .{3,20}
    (download|start|join|claim|try|grab|enrol{1,2}|shop|get|discover|explore|view|browse)\ .+
    free\ .*(course|trial|e-?book|guide|template|webinar|download)s?
"""

# Phrases that make a line without a sentence's end chrome, wherever they stand in it.
_IN_LABEL = r"""
    leave\ a\ (comment|reply) | all\ rights\ reserved | © | \(c\)\ (19|20)\d\d | ^copyright\ (\d|by\b)
    forgot\ (your\ )?password | in(to)?\ your\ inbox | (enter|type)\ your\ e-?mail | ^subscribe\ to\b
    newsletter\ sign-?up | ^sign\ up\ (for|to)\b | ^(join|get)\ (our|the)\ (newsletter|mailing\ list)
    ^(start|get|claim|begin)\ your\ free\b | ^download\ (our|your|the)\ free | free\ e-?book
    \d(\.\d)?\ ?\(\d[\d,.k]*\ (ratings|reviews|votes)\) | (\d+\+\ [a-z]+.*){2} | [|•·›»].+[|•·›»]
    \s>\s.+\s>\s\w | \b\d+[- ]min(ute)?s?\ read\b | ^(filed|posted|tagged)\ (under|in)\b
    ^(categories|tags)\ ?: | ^\d+\ (thoughts|responses|replies|comments)\ (on|to)\b
    ^(photo|image|picture)\ (credits?|source|by|courtesy)\b | (view|read|show|load|see)\ more[.…\ »>]*$
    ^(toggle|skip)\ (to|the)\b | (powered|designed|built)\ (by|with)\ \w+$ | ^(please\ )?enable\ javascript
    ^https?://\S+$ | ^www\.\S+$ | ^page\ \d+\ of\ \d+$ | \bcookies?\b.*\b(accept|ok)\b | \bour\ cookies?\b
    ^share:?\ .*\btweet\b | opens\ in\ (a\ )?new\ (window|tab) | ^like\ loading | ^[←«‹]\ .+ | .+\ [→»›]$
    ^click\ to\ (share|e-?mail|print|tweet|copy)\b | ^(est(imated|\.)\ )?reading\ time\b
    ^(share|save|gift|print)\ (the\ |this\ )?(full\ )?(article|story|page|post)\b
    \bcredits?\ ?(:|\.{3}|…)\ ?\w
"""

# Sentences that address the reader of a site about the site, not about a subject.
_SENTENCES = r"""
    your\ e-?mail(\ address)?\ (will|won['’]t) | required\ fields\ are | invalid\ e-?mail
    ^please\ try\ again\.?$ | \b(web)?site\b.*\buses?\ cookies | \bwe\b.{0,40}\buse\ cookies
    \b(accept|agree\ to)\b.{0,30}\b(use\ of|our)\ cookies
    ^by\ (signing|subscribing|submitting|clicking|closing|continuing|registering|scrolling)\b
        .*\b(you|your)\b.*\b(agree|consent|accept|get|receive|confirm|acknowledge|policy)\b
    ^by\ (creating\ an|entering\ your|using\ (this|our))\b.*\byou\b.*\b(agree|consent|accept)\b
    \b(provide|enter|type\ in)\ (your|a)\ (correct|valid)\b.*\be-?mail | (will\ be\ )?e-?mailed\ to\ you\b
    ^(please\ )?(subscribe\ (to|for)|sign\ up\ (to|for)|join)\ (our|the|my)
        \b.*\b(newsletter|mailing\ list|list|blog|channel|updates|emails?)
    delivered\ (straight\ |directly\ )?(in)?to\ your\ inbox | ^get\ a\ (free\ )?copy\ of\ our\b
    ^download\ our\b | \b(share|like)\ this\ (article|post|page|story)\b | ^follow\ us\b
    all\ rights\ reserved | trademarks\ of\ their\ respective
    \byou\ (may|might)\ also\ (like|be\ interested|enjoy)
    look\ at\ the\ following\ (articles|posts|tutorials|courses) | save\ my\ name,?\ e-?mail
    (enable|disabled)\ javascript | javascript\ is\ (disabled|required)
    your\ browser\ (does\ not|doesn['’]t)\ support | protected\ by\ recaptcha | must\ be\ logged\ in\ to
    ^(already|don['’]t)\ have\ an\ account | thank\ you\ for\ (subscribing|signing\ up)
    we\ (respect|value)\ your\ privacy | ^(you\ can\ )?unsubscribe\ at\ any\ time | ^no\ spam\b
    ^there\ are\ no\ comments | ^be\ the\ first\ to\ (comment|share|like)
"""

# Sentences of the same kind that a manual could contain: chrome only on a page with chrome elsewhere.
_SOFT_SENTENCES = r"""
    ^(discover|learn|find\ out|read)\ more\ about\b.*!$ | ^(enter|type)\ your\ e-?mail
    ^click\ (here|below|the\ link)\b | ^(share|tweet|comment|like)\b.*\b(friends|below|us)\b
    ^(what\ do\ you\ think|let\ us\ know)\b.*\bcomments?\b | ^(start|get|claim|try)\ your\ free\b
    ^search\ for\b.*[:.]$ | ^(login|log\ in|sign\ in)\ (to|with)\b | ^loading\b
"""

_RELATED = re.compile(
    r"^(recommended|related|similar|popular|recent|latest|trending|more|other|further"
    r"|you (may|might) also (like|enjoy)|people also (read|viewed)|keep reading|(what to )?read next"
    r"|more (in|from) \w+|editors?['’]?s?['’]? (picks?|choice)|most (read|viewed|popular))\b"
    r"(.{0,40}\b(articles?|posts?|reading|stories|terms?|topics?|tutorials?|courses?|pages?|guides?"
    r"|products?|content|links?)\b.{0,12})?[:.]?$",
    re.IGNORECASE,
)
# What a chat model says before the text it was asked for.
_CHAT = re.compile(r"^(sure|certainly|of course|okay|absolutely)[,!.]? (here|below)( is| are|['’]s)\b", re.IGNORECASE)
# Link labels without a space between them ("Gift CardsShoesHats"); a product's name looks so as well.
_FUSED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2,}\b)|(?<=[A-Z]{3})(?=[A-Z][a-z])")
_ROW_WORDS = 20
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def count_words(text: str) -> int:
    """Count words; "third-party" and "don't" are one each."""
    return len(_WORD.findall(text))


def is_prose(text: str) -> bool:
    """Tell whether a line is made of sentences and not a label, a heading or a link."""
    if end := re.search(r"""[.!?…](?=["'”’)*_]*$)""", text):
        return count_words(text) >= 4 and not (end.group() == "?" and count_words(text) <= 18)
    return count_words(text) >= 20 or bool(re.search(r"[a-z]{3}[.!]\s+[A-Z]\w*\s+[a-z]", text))


def is_related_heading(text: str) -> bool:
    """Tell whether a heading announces links to other pages."""
    return count_words(text) <= 7 and bool(_RELATED.match(text)) and count_words(text) > 1


def judge_line(text: str) -> Chrome:
    """Judge a line as a label or, where it is prose, by its sentences."""
    bare = text.strip(" *_:!?»>«<→←|#")
    if not bare or not _WORD.search(bare):
        return Chrome.STRONG
    if _lexicon("labels").fullmatch(bare) or (_CHAT.match(text) and count_words(text) <= 20):
        return Chrome.STRONG
    if _sentence_rules("strong").search(text) and not without_chrome_sentences(text, soft=False):
        return Chrome.STRONG
    if is_prose(text):
        return Chrome.NO
    if count_words(text) <= 30 and _lexicon("in_label").search(text):
        return Chrome.STRONG
    fused = sum(bool(_FUSED.search(word)) for word in text.split()) > 1 and text[-1] not in ":;,"
    return Chrome.WEAK if fused or _lexicon("weak").fullmatch(bare) or _is_row_of_labels(bare) else Chrome.NO


def _is_row_of_labels(text: str) -> bool:
    """Tell whether a line is three labels or more, one after the other ("Terms and Conditions Sitemap Careers")."""
    words = text.split()
    if not 3 <= len(words) <= _ROW_WORDS:
        return False
    # How many labels the first words make; -1 where they are not labels alone.
    made = [0]
    for end in range(1, len(words) + 1):
        starts = [start for start in range(max(0, end - 3), end) if made[start] >= 0 and words[start][0].isupper()]
        pieces = ((start, " ".join(words[start:end])) for start in starts)
        found = [
            made[at] + 1 for at, piece in pieces if any(_lexicon(one).fullmatch(piece) for one in ("labels", "weak"))
        ]
        made.append(max(found, default=-1))
    return made[-1] >= 3


def without_chrome_sentences(text: str, *, soft: bool) -> str:
    """Leave a paragraph's chrome sentences out: all of it where they are more than half.

    Args:
        text: the paragraph.
        soft: whether phrases that a manual could contain count too.
    """
    spans = split_sentences(text)
    sentences = [text[start:end] for start, end in spans]
    bad = [_is_chrome_sentence(sentence.lstrip("*• "), soft) for sentence in sentences]
    if not any(bad):
        return text
    if 2 * sum(bad) > len(bad):
        return ""
    return " ".join(sentence for sentence, chrome in zip(sentences, bad, strict=True) if not chrome)


def _is_chrome_sentence(sentence: str, soft: bool) -> bool:
    if _sentence_rules("strong").search(sentence):
        return True
    return soft and bool(_sentence_rules("soft").search(sentence))


@cache
def _lexicon(name: str) -> re.Pattern[str]:
    source = {"labels": _LABELS, "weak": _WEAK_LABELS, "in_label": _IN_LABEL}[name]
    return re.compile(_alternatives(source), re.IGNORECASE | re.VERBOSE)


@cache
def _sentence_rules(name: str) -> re.Pattern[str]:
    source = {"strong": _SENTENCES, "soft": _SOFT_SENTENCES}[name]
    return re.compile(_alternatives(source), re.IGNORECASE | re.VERBOSE)


def _alternatives(source: str) -> str:
    """Read the lexicon: a line goes on with the next where that is indented deeper."""
    lines: list[str] = []
    for line in source.strip("\n").splitlines():
        if line.startswith("        "):
            lines[-1] += line.strip()
        else:
            lines.append(line.strip())
    return "(?:" + "|".join(lines) + ")"
