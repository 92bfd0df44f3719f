"""Answers that a language model words, every sentence checked against the passages. Used only when one is configured.

`writer` shows the whole path. Nothing here is imported unless `AnswerSettings.llm` is set.
"""
