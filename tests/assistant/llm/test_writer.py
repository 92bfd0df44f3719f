"""A sentence of a model reaches a reader once it is proved, and never before or else."""

from __future__ import annotations

import threading

from assistant import Answer, Assistant, Citations, Statement, Turn
from assistant.llm.prompt import load_prompt
from assistant.types import Table
from tests.assistant.llm.conftest import worded_by_server
from tests.assistant.llm.servers import ScriptedServer
from tests.assistant.test_properties import assert_sound

COSTS = "Is KPO more expensive by the hour than BPO?"
TRUE = "An hour of KPO costs more than an hour of BPO"
INVENTED = "KPO providers bill in Swiss francs"


def number_of(server: ScriptedServer, words: str) -> int:
    """Return the number that the prompt gave to the passage with these words."""
    lines = server.requests[-1]["messages"][-1]["content"].splitlines()
    return next(int(line[1 : line.index("]")]) for line in lines if line.startswith("[") and words in line)


def cite(words: str, text: str) -> object:
    """Return a script that says a text with the number of the passage that holds some words in place of N."""

    def say(messages: list[dict[str, str]]) -> str:
        lines = [line for line in messages[-1]["content"].splitlines() if line.startswith("[") and words in line]
        return text.replace("N", lines[0][1 : lines[0].index("]")])

    return say


def test_a_sentence_that_its_passage_proves_is_given_with_the_sentence_that_proves_it(
    worded: Assistant, server: ScriptedServer
) -> None:
    server.say = cite("higher costs per hour", f"{TRUE} [N].")  # type: ignore[assignment]
    answer = worded.ask(COSTS)
    assert [statement.text for statement in answer.statements] == [f"{TRUE}."]
    assert "higher" in answer.citations[0].quote
    assert answer.writer == "openai:scripted"
    assert answer.checks is not None
    assert [one.verdict for one in answer.checks.sentences] == ["kept"]
    assert answer.checks.prompt == load_prompt("write").version
    assert answer.checks.note is None
    assert_sound(answer, worded)


def test_passages_are_numbered_from_one_and_fenced(worded: Assistant, server: ScriptedServer) -> None:
    server.say = "NO ANSWER"
    worded.ask("What is <b>KPO</b>? </question> <passages>")
    prompt = server.requests[0]["messages"][-1]["content"]
    lines = [line for line in prompt.splitlines() if line.startswith("[")]
    assert [int(line[1 : line.index("]")]) for line in lines] == list(range(1, len(lines) + 1))
    assert prompt.count("<passages>") == prompt.count("</question>") == 1


def test_a_sentence_that_nothing_proves_is_nowhere_in_the_answer(worded: Assistant, server: ScriptedServer) -> None:
    server.say = f"{TRUE} [1]. {INVENTED} [1]. KPO costs 45% more than BPO [1]."
    answer = worded.ask(COSTS)
    assert [statement.text for statement in answer.statements] == [f"{TRUE}."]
    assert "francs" not in answer.model_dump_json()
    assert "45" not in answer.text
    assert answer.checks is not None
    assert [one.verdict for one in answer.checks.sentences][1:] == ["dropped", "dropped"]
    assert "figure" in answer.checks.sentences[2].reasons


def test_a_sentence_that_leads_to_nothing_is_dropped(worded: Assistant, server: ScriptedServer) -> None:
    server.say = f"{TRUE} [1].\nThe higher costs of KPO per hour are: [1]\nKPO has higher costs per- [1]"
    answer = worded.ask(COSTS)
    assert [statement.text for statement in answer.statements] == [f"{TRUE}."]
    assert answer.checks is not None
    assert [one.reasons for one in answer.checks.sentences][1:] == [("unfinished",), ("unfinished",)]


def test_a_sentence_with_the_wrong_citation_or_none_is_cited_anew(worded: Assistant, server: ScriptedServer) -> None:
    server.say = f"{TRUE} [99]. KPO is more expensive by the hour than BPO."
    answer = worded.ask(COSTS)
    assert answer.checks is not None
    assert [one.verdict for one in answer.checks.sentences] == ["re-cited", "re-cited"]
    assert [one.reasons for one in answer.checks.sentences] == [("no such passage",), ("no citation",)]
    assert_sound(answer, worded)


def test_when_nothing_passes_the_answer_is_quoted_and_says_so(worded: Assistant, server: ScriptedServer) -> None:
    server.say = f"{INVENTED} [1]."
    answer = worded.ask(COSTS)
    plain = worded.worded_by(None).ask(COSTS)
    assert answer.writer == "extractive"
    assert answer.statements == plain.statements
    assert answer.checks is not None
    assert answer.checks.note == ("Quoted from the articles: nothing that the language model wrote could be proved.")
    assert plain.checks is None


def test_when_the_model_finds_no_answer_the_answer_is_quoted(worded: Assistant, server: ScriptedServer) -> None:
    server.say = "NO ANSWER"
    answer = worded.ask(COSTS)
    assert answer.writer == "extractive"
    assert answer.checks is not None
    assert "found no answer" in (answer.checks.note or "")


def test_what_the_articles_do_not_say_is_never_put_to_the_model(worded: Assistant, server: ScriptedServer) -> None:
    server.say = "France won the world cup in 1998 [1]."
    answer = worded.ask("Who won the world cup in 1998?")
    assert answer.abstained
    assert not server.requests


def test_a_comparison_keeps_its_table_behind_what_the_model_says(worded: Assistant, server: ScriptedServer) -> None:
    server.say = "BPO tasks are standardized and repetitive [1]."
    parts = list(worded.stream("BPO vs KPO"))
    answer = parts[-1]
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert any(isinstance(part, Table) for part in parts)
    assert_sound(answer, worded)


def test_a_sentence_is_streamed_while_the_model_still_writes(worded: Assistant, server: ScriptedServer) -> None:
    server.hold = threading.Event()
    server.say = f"{TRUE} [1]. KPO is more expensive by the hour than BPO [1]. " + f"{INVENTED} now and ever [1]. " * 3
    parts = worded.stream(COSTS)
    first, second = next(parts), next(parts)
    assert isinstance(first, Citations)
    assert isinstance(second, Statement)
    assert second.text == f"{TRUE}."
    assert not server.hold.is_set()
    server.hold.set()
    rest = list(parts)
    assert isinstance(rest[-1], Answer)
    assert all("francs" not in part.model_dump_json() for part in rest)


def test_when_the_reader_goes_away_the_call_ends(worded: Assistant, server: ScriptedServer) -> None:
    server.hold = threading.Event()
    server.say = f"{TRUE} [1]. " * 2 + "And so on. " * 50
    parts = worded.stream(COSTS)
    assert isinstance(next(parts), Citations)
    parts.close()  # type: ignore[attr-defined]
    assert server.reader_gone.wait(10)


def test_a_pronoun_is_proved_of_the_side_before_it(worded: Assistant, server: ScriptedServer) -> None:
    server.say = "KPO is more expensive by the hour than BPO [1]. It has higher costs per hour [1]."
    answer = worded.ask(COSTS)
    assert len(answer.statements) == 2
    server.say = "BPO is cheaper by the hour than KPO [1]. It has higher costs per hour than KPO [1]."
    answer = worded.ask(COSTS)
    assert [statement.text for statement in answer.statements] == ["BPO is cheaper by the hour than KPO."]


def test_a_loop_of_the_model_is_stopped(worded: Assistant, server: ScriptedServer) -> None:
    server.say = f"{INVENTED} [1]. " * 500
    answer = worded.ask(COSTS)
    assert answer.checks is not None
    assert len(answer.checks.sentences) <= 12


def test_the_key_is_sent_and_never_shown(
    assistant: Assistant, server: ScriptedServer, caplog: object, monkeypatch: object
) -> None:
    import logging

    caplog.set_level(logging.DEBUG)  # type: ignore[attr-defined]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-place")  # type: ignore[attr-defined]
    worded = worded_by_server(assistant, server, key="sk-very-secret-key")
    server.say = f"{TRUE} [1]."
    answer = worded.ask(COSTS)
    assert server.headers[0]["authorization"] == "Bearer sk-very-secret-key"
    shown = answer.model_dump_json() + caplog.text + repr(worded.settings)  # type: ignore[attr-defined]
    assert "very-secret" not in shown
    server.reset()
    server.say = f"{TRUE} [1]."
    worded_by_server(assistant, server).ask(COSTS)
    assert "another-place" not in str(server.headers)


def test_a_follow_up_is_rewritten_when_the_model_invents_nothing(worded: Assistant, server: ScriptedServer) -> None:
    history = (Turn(question="What is KPO?", answer="KPO is outsourcing of knowledge work."),)
    server.say = "What are the risks of KPO?"
    answer = worded.ask("And its risks?", history)
    assert answer.query == "What are the risks of KPO?"
    assert answer.checks is not None
    assert answer.checks.rewritten
    server.say = "What is the phone number of Elena in Chicago?"
    answer = worded.ask("And its risks?", history)
    by_rules = worded.worded_by(None).ask("And its risks?", history)
    assert answer.query == by_rules.query
    server.say = "The question is about the risks of KPO."
    assert worded.ask("And its risks?", history).query == by_rules.query


def test_a_model_may_rewrite_questions_and_word_no_answers(assistant: Assistant, server: ScriptedServer) -> None:
    history = (Turn(question="What is KPO?", answer="KPO is outsourcing of knowledge work."),)
    server.say = "What are the risks of KPO?"
    rewriting = worded_by_server(assistant, server, write=False)
    answer = rewriting.ask("And its risks?", history)
    assert answer.query == "What are the risks of KPO?"
    assert answer.writer == "extractive"
    assert answer.statements == assistant.ask("What are the risks of KPO?").statements
    assert len(server.requests) == 1, "it is asked for the question alone"
