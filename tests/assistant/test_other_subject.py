"""Nothing in the code knows BPO from KPO: a corpus of another subject works, with a domain file and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant
from ingest import build_index
from ingest.embed import Embedder

ROOFS = """---
title: Green roofs and solar roofs
---

## What a green roof is

A green roof is a roof that is covered with soil and plants.
A green roof holds back about 60% of the rain that falls on it in a year.

## What a solar roof is

A solar roof is a roof that carries panels which turn sunlight into electricity.

## Drawbacks of green roofs

The drawbacks of green roofs are:

- A high weight
- The need for watering in dry summers

## Comparison of green roofs and solar roofs

| Aspect | Green roof | Solar roof |
|---|---|---|
| Upkeep | A green roof needs weeding twice a year. | A solar roof needs cleaning once a year. |
| Weight | A green roof weighs 80 kilograms a square metre or more. | A solar roof weighs 15 kilograms a square metre. |
"""

DOMAIN = """
title: Green or solar?
sides:
  - {name: Green roof, synonyms: [green roofs]}
  - {name: Solar roof, synonyms: [solar roofs]}
aspects:
  - {name: Upkeep, words: [upkeep, maintenance], about: "upkeep, weeding and cleaning"}
  - {name: Weight, words: [weight, heavy, heavier], about: "weight in kilograms"}
"""


@pytest.fixture(scope="module")
def roofs(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Assistant:
    folder = tmp_path_factory.mktemp("roofs")
    (folder / "roofs.md").write_text(ROOFS, encoding="utf-8")
    (folder / "domain.yaml").write_text(DOMAIN, encoding="utf-8")
    build_index(folder, folder / "index", embedder=embedder)
    return Assistant.open(folder / "index", embedder=embedder)


def test_a_fact_is_quoted_from_the_other_subject(roofs: Assistant) -> None:
    answer = roofs.ask("How much of the rain does a green roof hold back?")
    assert not answer.abstained
    assert "60%" in answer.text


def test_sides_and_aspects_of_the_other_domain_make_a_table(roofs: Assistant) -> None:
    answer = roofs.ask("What is the difference between a green roof and a solar roof?")
    assert answer.table is not None
    assert answer.table.columns == ("Aspect", "Green roof", "Solar roof")
    assert [row[0].text for row in answer.table.rows] == ["Upkeep", "Weight"]
    assert "80 kilograms" in answer.table.rows[1][1].text
    assert "15 kilograms" in answer.table.rows[1][2].text


def test_bpo_is_no_subject_of_these_articles(roofs: Assistant) -> None:
    assert roofs.ask("What are the risks of knowledge process outsourcing?").abstained


def test_a_corpus_without_a_domain_file_answers_too(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "roofs.md").write_text(ROOFS, encoding="utf-8")
    build_index(tmp_path, tmp_path / "index", embedder=embedder)
    answer = Assistant.open(tmp_path / "index", embedder=embedder).ask("What are the drawbacks of green roofs?")
    assert "A high weight" in answer.text
    assert answer.table is None
