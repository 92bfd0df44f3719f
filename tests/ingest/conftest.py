"""A corpus of two short articles and its index, copied for each test that changes them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest import IndexReport, build_index
from ingest.embed import Embedder

COSTS = """---
title: Costs
publisher: Example Press
url: https://example.org/costs
published: 2024-05-01
---

## What does payroll cost?

Payroll outsourcing costs forty dollars an employee.

## Regions

Nearshore providers are in Mexico.
"""
SKILLS = """---
title: Skills
---

Patent research needs lawyers. Call centers need patience.
"""


@dataclass(frozen=True)
class Library:
    """A corpus, the index made of it, and the model that made it."""

    corpus: Path
    index: Path
    embedder: Embedder

    def build(self) -> IndexReport:
        return build_index(self.corpus, self.index, embedder=self.embedder)

    @property
    def snapshots(self) -> set[str]:
        return {path.name for path in (self.index / "snapshots").iterdir()}


@pytest.fixture(scope="session")
def library_once(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Library:
    folder = tmp_path_factory.mktemp("library")
    library = Library(folder / "corpus", folder / "index", embedder)
    library.corpus.mkdir()
    (library.corpus / "costs.md").write_text(COSTS, encoding="utf-8")
    (library.corpus / "skills.md").write_text(SKILLS, encoding="utf-8")
    library.build()
    return library


@pytest.fixture
def library(library_once: Library, tmp_path: Path) -> Library:
    shutil.copytree(library_once.corpus, tmp_path / "corpus")
    shutil.copytree(library_once.index, tmp_path / "index")
    return Library(tmp_path / "corpus", tmp_path / "index", library_once.embedder)
