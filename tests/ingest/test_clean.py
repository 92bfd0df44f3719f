"""Saved pages lose their furniture and nothing else.

Every line of a page in pages/ is either named in its .junk.txt, and must go, or is content, and must stay.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.clean import Page, clean_page_text
from ingest.errors import UnreadableArticle

PAGES = Path(__file__).parent / "pages"
SAVED = Path(__file__).parents[2].parent / "shared" / "seeds"
FIXTURES = ("green-vs-solar-roofs", "sourdough-or-yeast", "raised-beds", "night-ferry", "drip-or-sprinkler")


def read(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def words(text: str) -> str:
    """Reduce text to its words, so that bullets, table bars and brackets do not count."""
    return " ".join(re.findall(r"\w+", text))


def content_pieces(page: str, junk: list[str]) -> list[str]:
    """Return the sentences of a page's lines, what the junk list names cut out."""
    pieces = []
    for line in page.splitlines():
        text = re.sub(r"^\s*(?:[•-]|\d+\.)(?:\s+|$)", "", line).strip()
        if text in junk:
            continue
        for phrase in junk:
            if len(phrase) > 12:
                text = text.replace(phrase, "")
        pieces.extend(words(part) for part in re.split(r"(?<=[.;!?])\s+", text) if words(part))
    return pieces


@pytest.mark.parametrize("name", FIXTURES)
def test_every_content_sentence_of_a_messy_page_survives(name: str) -> None:
    junk = read(f"{name}.junk.txt").splitlines()
    cleaned = words(clean_page_text(read(f"{name}.txt")).text)
    for piece in content_pieces(read(f"{name}.txt"), junk):
        assert piece in cleaned, f"lost: {piece!r}"


@pytest.mark.parametrize("name", FIXTURES)
def test_every_junk_line_of_a_messy_page_is_gone(name: str) -> None:
    lines = clean_page_text(read(f"{name}.txt")).text.splitlines()
    left = {re.sub(r"^(?:#+|-|\d+\.) ", "", line) for line in lines}
    cells = {cell.strip() for line in lines if line.startswith("|") for cell in line.split("|")}
    for junk in read(f"{name}.junk.txt").splitlines():
        assert junk not in left | cells
        if len(junk.split()) > 3 and "vs." not in junk:
            assert junk not in "\n".join(lines)


def test_what_the_page_states_of_itself_is_kept_beside_the_text() -> None:
    roofs = clean_page_text(read("green-vs-solar-roofs.txt"))
    assert (roofs.title, roofs.publisher) == ("Green Roofs vs. Solar Roofs", "Roofwise")
    assert (roofs.published, roofs.url) == ("March 14, 2023", None)
    beds = clean_page_text(read("raised-beds.txt"))
    assert (beds.title, beds.publisher) == (
        "Raised Beds or Open Ground?",
        None,
    )  # no line says whose page it is
    ferry = clean_page_text(read("night-ferry.txt"))
    assert (ferry.title, ferry.published) == ("Night Ferry or Day Ferry: What to Book", "12 May 2022")
    bread = clean_page_text(read("sourdough-or-yeast.txt"))
    assert bread.title == "Sourdough or yeast: which dough for which bread?"
    assert (bread.publisher, bread.published) == ("Hearth & Crumb", None)  # "Updated" is not "published"


@pytest.mark.parametrize(
    ("notice", "publisher"),
    [
        ("© 2019-2022 - Mill Press. All rights reserved. The names are trademarks of their owners.", "Mill Press"),
        ("Copyright © 2021 MILL PRESS", "Mill Press"),
        ("(c) Mill Press", "Mill Press"),
        ("© 2022 Another Firm. All rights reserved.", None),
        ("© 2022. All rights reserved.", None),
    ],
)
def test_a_copyright_notice_names_the_publisher_where_the_page_knows_the_name(
    notice: str, publisher: str | None
) -> None:
    page = f"Mill Press\n\nMENUMENU\n\nOf mills\n\nMills grind what the fields around them yield.\n\n{notice}\n"
    assert clean_page_text(page).publisher == publisher


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("Terms and Conditions Sitemap Careers", False),
        ("Home About Blog Contact", False),
        ("Sluice Dam Careers", True),
        ("Help and support for partners", True),
        ("Contact Support", True),
    ],
)
def test_a_row_of_labels_is_chrome_beside_other_chrome(line: str, stays: bool) -> None:
    top, end = "Of mills\n\nMills grind what the fields yield.", "Their wheels turn by day and by night."
    assert (line in clean_page_text(f"{top}\n\n{line}\n\nAccept all cookies\n\n{end}").text) == stays


def test_headings_questions_and_lists_become_markdown() -> None:
    text = clean_page_text(read("green-vs-solar-roofs.txt")).text
    assert "\n## What is a green roof?\n" in text
    assert "\n## Frequently Asked Questions\n\n### Can a roof carry both plants and panels?\n" in text
    assert "in the following kinds:\n\n- Extensive – thin soil" in text


def test_a_flattened_table_is_read_as_rows() -> None:
    rows = [line for line in clean_page_text(read("green-vs-solar-roofs.txt")).text.splitlines() if "|" in line]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells[0] == ["Aspect", "Green roof", "Solar roof"]
    by_label = {row[0]: row[1:] for row in cells[2:]}
    assert list(by_label) == ["Purpose", "Load", "Upkeep", "Pay-back time", "Degree of planning", "Lifetime"]
    assert by_label["Pay-back time"] == ["It is long for a green roof.", "It is short for a solar roof."]
    assert by_label["Load"][1] == "The panels weigh little. The fixings must still resist the wind."
    assert by_label["Degree of planning"][0] == "It calls for a botanist's eye"


def page_with_table(*rows: str, header: tuple[str, ...] = ("Basis", "Canal", "Railway")) -> str:
    return clean_page_text(
        "Canal or railway\n\nA canal carries barges and a railway carries trains.\n\nSide by side\n\n"
        + "\n\n".join(header)
        + "\n\n"
        + "\n".join(rows)
        + "\n\nBoth of them carry coal to the coast.\n"
    ).text


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("Speed It is slow. It is fast.", ["It is slow.", "It is fast."]),
        ("Cost of building Locks cost much. Bridges cost more.", ["Locks cost much.", "Bridges cost more."]),
        (
            "Upkeep The bed is dredged. A canal also leaks. A railway needs new rails.",
            ["The bed is dredged. A canal also leaks.", "A railway needs new rails."],
        ),
        ("Crew Two Five", ["Two", "Five"]),
        (
            "Freight Canal barges carry coal. Railway wagons carry coal. They carry mail as well.",
            ["Canal barges carry coal.", "Railway wagons carry coal. They carry mail as well."],
        ),
    ],
)
def test_a_row_is_cut_at_its_label_and_between_its_columns(row: str, cells: list[str]) -> None:
    text = page_with_table("Age It is old. It is new.", row, "Noise It is quiet. It is loud.")
    line = next(line for line in text.splitlines() if line.startswith(f"| {row.split()[0]}"))
    assert [cell.strip() for cell in line.strip("|").split("|")][1:] == cells


def test_a_row_that_cannot_be_cut_stays_text() -> None:
    text = page_with_table("Age It is old. It is new.", "Noise It is quiet. It is loud.", "Beauty It depends on taste.")
    assert "| Noise | It is quiet. | It is loud. |" in text
    assert "\nBeauty: It depends on taste.\n" in text


def test_three_columns_are_read_as_three() -> None:
    text = page_with_table(
        "Speed It is slow. It is fast. It is faster still.",
        "Cost It is low. It is high. It is highest.",
        header=("Basis", "Canal", "Railway", "Airline"),
    )
    assert "| Aspect | Canal | Railway | Airline |" in text
    assert "| Cost | It is low. | It is high. | It is highest. |" in text


def test_fused_stacked_and_tabbed_tables_are_read_as_rows() -> None:
    fused = clean_page_text(
        "Canal or railway\n\nBoth carry freight through the hills of the north.\n\n"
        "ParametersCanalRailway\nSpeedSlowFast\nCrewTwo menFive men\n"
    )
    assert "| Aspect | Canal | Railway |" in fused.text
    assert "| Crew | Two men | Five men |" in fused.text
    stacked = clean_page_text(
        "A canal carries barges and a railway carries trains.\n\n"
        "Feature\nCanal\nRailway\nSpeed\nSlow\nFast\nCrew\nTwo men\nFive men\n\nBoth carry freight.\n"
    )
    assert "| Crew | Two men | Five men |\n\nBoth carry freight." in stacked.text
    tabbed = clean_page_text("Both carry freight through the hills.\n\nBasis\tCanal\tRailway\nSpeed\tslow\tfast\n")
    assert "| Speed | slow | fast |" in tabbed.text


def test_a_definition_is_no_table_row() -> None:
    rows = "Pound: A pound is level water. A lock ends it.\nThey alternate.\n"
    assert "|" not in clean_page_text(f"Locks and levels\n\nPound\n\nLock\n\n{rows}").text


@pytest.mark.parametrize(
    "text",
    [
        "Cookies are small files that a website stores in a browser. A cookie policy tells their use.",
        "A newsletter reaches readers by email. Readers subscribe to it and may unsubscribe later.",
        "The firm shares its profits with its staff. Each share of the profit is paid in May.",
        "To reset the lock, enter your email address and press the red key twice.",
        "Sign up sheets hang in the hall. Members log in a paper book.",
    ],
)
def test_prose_about_the_web_is_content(text: str) -> None:
    assert clean_page_text(f"A plain title\n\n{text}\n").text.strip() == text


HAND_WRITTEN = """\
Notes on tide mills

A tide mill stores the flood behind a dam and lets it out
over a wheel at the ebb. The miller works when the moon
lets him, day or night.

Parts

- pond
- sluice
- wheel
- stones

Price

A wheel costs as much as a small house. Oak lasts longest.

Jan Hoek
12 Mill Lane
Old Harbour
"""


def test_hand_written_text_goes_through_unharmed() -> None:
    page = clean_page_text(HAND_WRITTEN)
    assert page.title == "Notes on tide mills"
    assert page.publisher is page.url is page.published is None
    assert page.text == (
        "A tide mill stores the flood behind a dam and lets it out over a wheel at the ebb. The miller works "
        "when the moon lets him, day or night.\n\n"
        "## Parts\n\n- pond\n- sluice\n- wheel\n- stones\n\n## Price\n\n"
        "A wheel costs as much as a small house. Oak lasts longest.\n\nJan Hoek\n12 Mill Lane\nOld Harbour\n"
    )


def test_bare_lines_under_an_introduction_become_a_list() -> None:
    text = clean_page_text("A mill needs the following parts:\npond\nSluice\nWheel\n\nNothing else is needed.").text
    assert "parts:\n\n- pond\n- Sluice\n- Wheel\n\nNothing" in text


def test_short_headings_under_an_introduction_are_nested_until_the_page_breaks_off() -> None:
    text = clean_page_text(
        "Mills\n\nMills grind what fields yield.\n\nA mill does these jobs:\n\nGrinding\n\nIt grinds rye.\n\n"
        "Sawing\n\nIt saws oak.\n\n\nHistory\n\nMonks built the first one here.\n"
    ).text
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["## A mill does these jobs", "### Grinding", "### Sawing", "## History"]


def test_short_paragraphs_under_headings_of_an_introduction_become_a_list_with_labels() -> None:
    text = clean_page_text(read("drip-or-sprinkler.txt")).text
    assert (
        "\nA workshop for irrigation offers the following services:\n\n"
        "- Soil survey: This covers samples from every corner, a map of the stones, and advice on the depth of the "
        "pipes. The map is drawn to scale.\n- Pump hire: These are rented by the week"
    ) in text


def introduced(*sections: str) -> list[str]:
    page = "Mills\n\nMills grind what fields yield.\n\nA mill does these jobs:\n\n"
    return clean_page_text(page + "\n\n".join(sections)).text.splitlines()


GRINDING = "Grinding\n\nThe stones grind rye and wheat from the farms around it."
SAWING = "Sawing\n\nThe saws cut oak and beech for the boats of the harbour."


@pytest.mark.parametrize(
    "sections",
    [
        (GRINDING,),
        (GRINDING, SAWING, "The boats then carry the planks to the towns along the coast."),
        (GRINDING, "The flour is sold to the bakers of the old town at noon.", SAWING),
        (GRINDING, SAWING.replace("Sawing", "What is sawing?")),
        (GRINDING, SAWING + " The oak is floated down the river from the hills." * 12),
        (GRINDING, SAWING + " The oak is floated down the river from the hills." * 12, SAWING, SAWING),
        (GRINDING, "Sawing\n\n- oak for the boats\n- beech for the tables"),
    ],
    ids=["one", "text after the last", "two paragraphs", "question", "long", "long among short", "list"],
)
def test_sections_that_are_more_than_a_labelled_paragraph_keep_their_headings(sections: tuple[str, ...]) -> None:
    lines = introduced(*sections)
    assert "### Grinding" in lines
    assert not any(line.startswith("- ") and ": " in line for line in lines)


def test_what_follows_a_list_with_labels_after_a_break_stays_outside_it() -> None:
    lines = introduced(GRINDING, SAWING, "\nBoth jobs end at dusk, when the sluice is closed for the night.")
    assert lines[-4:-1] == [
        "- Grinding: The stones grind rye and wheat from the farms around it.",
        "- Sawing: The saws cut oak and beech for the boats of the harbour.",
        "",
    ]


def test_labels_of_long_paragraphs_become_headings_to_the_end_of_their_section() -> None:
    text = clean_page_text(read("drip-or-sprinkler.txt")).text
    assert "\n## What growers use\n\n### Lettuce Farms\n\nMost lettuce farms lay hoses" in text
    assert "\n### Orchards\n\nMost orchards sprinkle against late frost in spring. Some" in text


@pytest.mark.parametrize(
    "text",
    [
        "Rye: It grows on sand. It is dark.\n\nWheat: It grows on loam. It is light.\n\nBoth of them are sown early.",
        "Rye: It grows on sand and is dark.\n\nWheat: It grows on loam and is light.",
        "Rye: It grows on sand. It is dark.\n\nThe wheat of the valley grows on loam. It is light.",
        "The miller of the old town said this: It is dark. It is late.\n\nHis wife said: It is time. It is noon.",
    ],
    ids=["text after the last", "one sentence each", "one alone", "speech"],
)
def test_paragraphs_that_are_no_labelled_sections_stay_paragraphs(text: str) -> None:
    assert clean_page_text(f"Corn is what mills grind.\n\n{text}\n").text.endswith(f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        "Log in\n\nForgot Password?\n\nAccept all cookies\n",
        "Home | About | Blog\n\n© 2020 A Site. All rights reserved.\n",
        "IMAGE:hero_1]\n\n•\n",
    ],
)
def test_a_page_of_chrome_alone_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableArticle, match="nothing readable"):
        clean_page_text(text)


WORD = st.sampled_from(
    ("rain", "river", "stone", "bridge", "slowly", "carries", "under", "old", "green", "the", "a", "home")
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    made = draw(st.lists(WORD, min_size=4, max_size=14))
    return " ".join(made).capitalize() + draw(st.sampled_from([".", ".", "!", "?"]))


PARAGRAPHS = st.lists(st.lists(sentences(), min_size=1, max_size=4), min_size=1, max_size=6)


@given(PARAGRAPHS, st.sampled_from(["\n\n", "\n\n\n", "\n"]))
@settings(max_examples=150, deadline=None)
def test_every_sentence_of_prose_survives(paragraphs: list[list[str]], between: str) -> None:
    text = between.join(" ".join(paragraph) for paragraph in paragraphs)
    page = clean_page_text(text)
    whole = f"{page.title}\n{page.text}"
    assert all(sentence in whole for paragraph in paragraphs for sentence in paragraph)


@given(PARAGRAPHS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_cleaning_what_is_clean_changes_nothing(paragraphs: list[list[str]], chrome: bool) -> None:
    text = "Mills grind what fields yield.\n\n" + "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    once = clean_page_text(f"Menu\n\n{text}\n\nLeave a Comment\n" if chrome else text)
    assert clean_page_text(once.text).text == once.text


@pytest.mark.parametrize("name", FIXTURES)
def test_cleaning_a_messy_page_twice_is_cleaning_it_once(name: str) -> None:
    once = clean_page_text(read(f"{name}.txt"))
    assert clean_page_text(once.text).text == once.text


@given(st.text(alphabet=st.sampled_from("aB1 \n\t•-#|*[](){}<>!?.:;`_=\\©—\u200b\ufeff"), max_size=200))
@settings(max_examples=300, deadline=None)
@example("[\n-\n\n#\n|")
def test_no_text_breaks_the_cleaner(text: str) -> None:
    try:
        page = clean_page_text(text)
    except UnreadableArticle:
        return
    assert isinstance(page, Page)


JUNK = (
    "cookie|privacy policy|forgot password|free courses|leave a (comment|reply)|shares\\b|image:|inbox|e-book"
    "|invalid email|required fields|educba login|mock tests|primary sidebar|ratings|rights reserved"
    "|surety bond|kivy|in html|service levels and quality|jointly international|express journal|- blog -"
    "|menumenu|https?:|offshoring$|infographic|lifetime access"
)
KEPT = {
    "000": ["save at least 60%", "- Nearshore – provider is located", "- Legal Process Outsourcing: LPO"],
    "001": ["Nearly 59 percent", "- Longer onboarding and training periods", "- Technology: Software design"],
    "002": ["- KPO handles more amount of high", "rather than an “accessory.”"],
    "003": [
        "| Co-ordination | It is low in BPO. |",
        "- Cost savings: The",
        "extension of BPO",
    ],
    "004": [
        "### Which industries typically use KPO?",
        "- Forbes: A global media",
        "Nielsen is a global",
        "## Importance",
        "### Healthcare",
    ],
}


@pytest.mark.skipif(not SAVED.is_dir(), reason="the saved pages are not part of the repository")
@pytest.mark.parametrize("number", sorted(KEPT))
def test_the_source_pages_come_clean(number: str) -> None:
    path = next(SAVED.glob(f"{number}_*.txt"))
    page = clean_page_text(path.read_text(encoding="utf-8"))
    assert re.findall(JUNK, page.text, re.IGNORECASE | re.MULTILINE) == []
    assert not re.search(r"^\s*[-•]\s*$|[\[\]]", page.text, re.MULTILINE)
    for phrase in KEPT[number]:
        assert phrase in page.text
    assert clean_page_text(page.text).text == page.text


@pytest.mark.skipif(not SAVED.is_dir(), reason="the saved pages are not part of the repository")
def test_the_source_pages_lose_no_sentence() -> None:
    chrome = re.compile(r"cookie|signing up|emailed|- Blog -|©|has been a guide|Who is|learn more\.", re.IGNORECASE)
    debris = re.compile(r"\[|IMAGE:\S+|Infographic.*skills ")
    for path in SAVED.glob("*.txt"):
        raw = path.read_text(encoding="utf-8")
        kept = words(clean_page_text(raw).text)
        for line in raw.splitlines():
            for sentence in re.split(r"(?<=[.!?])\s+", debris.sub("", line)):
                if len(sentence) > 80 and sentence[-1] in ".;:" and not chrome.search(line):
                    assert words(sentence) in kept
