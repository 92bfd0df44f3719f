"""The tables. What they were before, and how they became what they are, is in `migrations`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, DateTime, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# One row an answer that a reader judged; `id` is made up for that answer alone. Times are in UTC.
feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text, nullable=True),
    Column("abstained", Boolean, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("passages", JSON, nullable=False),
    Column("snapshot", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Index("feedback_at", "at"),
)

# One row a question that found no answer in a snapshot, with how often; `key` is a digest of the two.
unanswered = Table(
    "unanswered",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("snapshot", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", DateTime, nullable=False),
    Column("last_at", DateTime, nullable=False),
)
