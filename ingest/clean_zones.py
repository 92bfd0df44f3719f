"""Find the blocks of a saved page that are not its article: by what they say, and by where they stand.

Every rule but the lexicon's own needs evidence that the text is a saved page at all, that is, chrome
elsewhere in it: a text without any is taken for hand-written and left whole. Changes nothing itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.clean_blocks import Block, Shape, ends_sentence
from ingest.clean_chrome import Chrome, count_words, is_prose, is_related_heading, judge_line

# A list longer than this, of short items that nothing introduces, is a menu wherever it stands.
_MENU_ITEMS = 25
# In a run of lines without a blank line, this share of chrome makes the rest chrome too.
_DENSE = 0.25
_LABEL_WORDS = 6
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|may|does|do)\b")
_ASKS = re.compile(r"^(how|what|why|when|where|which|who)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"^(\d+|one|two) (thoughts?|responses?|replies|comments?) (on|to) \W?\w", re.IGNORECASE)
_COMMENT_FORM = re.compile(r"^(leave|post|add|write) (a|your) (comment|reply)\b", re.IGNORECASE)


def is_heading_like(block: Block) -> bool:
    """Tell whether a block reads as a heading: short, no sentence, no verb that would make it one."""
    if block.shape is Shape.HEADING:
        return True
    text = block.text
    if block.shape is not Shape.LINE or not 1 <= count_words(text) <= 14 or len(text) > 100:
        return False
    if text.endswith("?"):
        return not re.search(r"[.!?] ", text.replace("vs. ", ""))
    if ends_sentence(text) or text.endswith(","):
        return False
    if re.search(r"(?<!\bvs)[.!] [A-Z]", text) or not (text[0].isupper() or text[0].isdigit() or text[0] in "\"'“‘("):
        return False
    return bool(_ASKS.match(text)) or not _AUXILIARY.search(text)


def introduces(block: Block) -> bool:
    """Tell whether a block can introduce the list after it: a sentence, or a line that ends in a colon."""
    return block.shape is Shape.LINE and (
        block.text.endswith(":") or is_prose(block.text) or bool(re.search(r"\b(are|include|as)$", block.text))
    )


def is_content(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a block is surely content: prose, a table, code, or a list that is not of links."""
    block = blocks[i]
    if block.shape is Shape.LIST:
        return not is_link_list(blocks, i)
    return block.shape in {Shape.TABLE, Shape.CODE} or (block.shape is Shape.LINE and is_prose(block.text))


def is_link_list(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a list has the shape of links: short items, hardly a sentence, no introduction."""
    texts = [item.text for item in blocks[i].items]
    if i and blocks[i - 1].shape is Shape.LINE and introduces(blocks[i - 1]):
        return False
    sentences = sum(is_prose(text) or bool(re.search(r"\w( [–—-]|:) \w+ \w+", text)) for text in texts)
    words = sum(count_words(text) for text in texts) / max(1, len(texts))
    return sentences <= len(texts) // 10 and words <= _LABEL_WORDS


def find_chrome(blocks: Sequence[Block]) -> set[int]:
    """Find the chrome that can be told before the page's title and tables are known."""
    verdicts = [_judge(blocks, i) for i in range(len(blocks))]
    strong = {i for i, verdict in enumerate(verdicts) if verdict is Chrome.STRONG}
    if not strong:
        return set()
    found = strong | _find_repeated(blocks) | _find_related(blocks) | _find_contents(blocks)
    found |= _find_comments(blocks)
    found |= _find_dense(blocks, found, verdicts)
    found |= _find_link_lists(blocks, found)
    return _spread_to_weak(blocks, found, verdicts)


def _judge(blocks: Sequence[Block], i: int) -> Chrome:
    block = blocks[i]
    if block.shape in {Shape.TABLE, Shape.CODE}:
        return Chrome.NO
    if block.shape is not Shape.LIST:
        return judge_line(block.text)
    if not is_link_list(blocks, i):
        return Chrome.NO
    verdicts = [judge_line(item.text) for item in block.items]
    certain = sum(verdict is Chrome.STRONG for verdict in verdicts)
    likely = sum(verdict is not Chrome.NO for verdict in verdicts)
    return Chrome.STRONG if certain and 4 * likely >= len(verdicts) else Chrome.NO


def _find_repeated(blocks: Sequence[Block]) -> set[int]:
    """Find a site's name: a short line that comes three times or more, where no text follows it."""
    counts = Counter(block.text for block in blocks if block.shape is Shape.LINE and not is_prose(block.text))
    return {
        i
        for i, block in enumerate(blocks)
        if counts[block.text] > 2 and (i + 1 == len(blocks) or not is_content(blocks, i + 1))
    }


def _find_related(blocks: Sequence[Block]) -> set[int]:
    """Find headings over links to other pages, with the links and what leads to them."""
    found: set[int] = set()
    for i, block in enumerate(blocks):
        if block.shape not in {Shape.LINE, Shape.HEADING} or not is_related_heading(block.text.rstrip(":")):
            continue
        j = i + 1
        if (
            j + 1 < len(blocks)
            and is_prose(blocks[j].text)
            and judge_line(blocks[j].text.split(". ")[-1]) is Chrome.STRONG
        ):
            j += 1
        if j < len(blocks) and blocks[j].shape is Shape.LIST and not any(is_prose(x.text) for x in blocks[j].items):
            found.update(range(i, j + 1))
        mates = [k for k in range(i + 1, len(blocks)) if blocks[k].group == block.group]
        if len(mates) > 1 and not any(is_content(blocks, k) for k in mates):
            found.update(range(i, mates[-1] + 1))
    return found


def _find_contents(blocks: Sequence[Block]) -> set[int]:
    """Find tables of contents: lists that mostly repeat the page's own headings."""
    headings = {block.text.casefold() for block in blocks if is_heading_like(block)}
    found: set[int] = set()
    for i, block in enumerate(blocks):
        repeated = sum(item.text.casefold() in headings for item in block.items)
        if repeated > 1 and 2 * repeated > len(block.items):
            found.add(i)
    return found


def _find_comments(blocks: Sequence[Block]) -> set[int]:
    """Find what readers wrote: all from "3 thoughts on ..." to the comment form, or to the end."""
    start = next((i for i, block in enumerate(blocks) if _COMMENTS.match(block.text)), None)
    if start is None:
        return set()
    forms = (i for i in range(start, len(blocks)) if _COMMENT_FORM.match(blocks[i].text))
    return set(range(start, next(forms, len(blocks))))


def _find_dense(blocks: Sequence[Block], found: set[int], verdicts: Sequence[Chrome]) -> set[int]:
    """Find runs of lines without a blank line, and without a sentence, of which many are chrome."""
    dense: set[int] = set()
    for group in {block.group for block in blocks}:
        members = [i for i, block in enumerate(blocks) if block.group == group]
        runs: list[list[int]] = [[]]
        for i in members:
            if i not in found and is_content(blocks, i):
                runs.append([])
            else:
                runs[-1].append(i)
        for run in runs:
            if sum(i in found for i in run) > _DENSE * len(run):
                dense.update(set(run) - _heads_of_content(blocks, run, found, verdicts))
    return dense


def _heads_of_content(
    blocks: Sequence[Block], run: Sequence[int], found: set[int], verdicts: Sequence[Chrome]
) -> set[int]:
    """Return the heading in a run of lines that content follows in the same group: its last innocent line."""
    after = run[-1] + 1
    if after == len(blocks) or blocks[after].group != blocks[run[-1]].group:
        return set()
    innocent = [i for i in run if i not in found and verdicts[i] is Chrome.NO and is_heading_like(blocks[i])]
    return set(innocent[-1:])


def _find_link_lists(blocks: Sequence[Block], found: set[int]) -> set[int]:
    """Find menus: link lists before the first prose, very long ones, and short ones among chrome."""
    first = next((i for i, b in enumerate(blocks) if i not in found and b.shape is Shape.LINE and is_prose(b.text)), 0)
    lists: set[int] = set()
    for i, block in enumerate(blocks):
        if block.shape is not Shape.LIST or not is_link_list(blocks, i):
            continue
        beside = {i - 1, i + 1} & found and block.gap <= 1 and not _has_heading(blocks, i, found)
        in_head = i < first and len(block.items) > 1 and min(found) < first
        if in_head or beside or len(block.items) >= _MENU_ITEMS:
            lists.add(i)
    return lists


def _has_heading(blocks: Sequence[Block], i: int, found: set[int]) -> bool:
    return i > 0 and i - 1 not in found and is_heading_like(blocks[i - 1])


def _spread_to_weak(blocks: Sequence[Block], found: set[int], verdicts: Sequence[Chrome]) -> set[int]:
    """Add weak lines that stand beside chrome, and those beside them, but no short heading over content."""
    spread = set(found)
    for order in (range(len(verdicts)), reversed(range(len(verdicts)))):
        for i in order:
            beside = bool({i - 1, i + 1} & spread)
            heads = i + 1 < len(blocks) and i + 1 not in spread and is_content(blocks, i + 1)
            if verdicts[i] is Chrome.WEAK and beside and not (heads and count_words(blocks[i].text) <= 3):
                spread.add(i)
    return spread
