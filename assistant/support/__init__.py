"""Check whether quotes support a statement. `check` shows the whole path."""

from assistant.support.check import Quote, Support, supports

__all__ = ["Quote", "Support", "supports"]
