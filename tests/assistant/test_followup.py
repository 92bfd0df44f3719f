"""Follow-ups are resolved by rules; a change of topic is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant, Turn
from assistant.followup import resolve
from assistant.question import QuestionReader
from assistant.sides import SideFinder
from assistant.spelling import Speller
from assistant.write import NO_MORE
from ingest.domain import load_domain

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def finder() -> SideFinder:
    return SideFinder(load_domain(CORPUS))


@pytest.fixture(scope="module")
def reader(finder: SideFinder) -> QuestionReader:
    return QuestionReader(load_domain(CORPUS), finder, Speller({}))


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (["What is BPO?"], "And KPO?", "What is KPO?"),
        (["What does KPO stand for?"], "the other one?", "What does BPO stand for?"),
        (["What is BPO?"], "What are its drawbacks?", "What are BPO's drawbacks?"),
        (
            ["How do BPO and KPO differ?"],
            "Which one is better for payroll?",
            "Which one is better for payroll?",
        ),
        (["How is coordination in BPO?"], "For KPO?", "How is coordination in KPO?"),
        (["What does BPO cost?"], "What is KPO?", "What is KPO?"),
        (["What is BPO?", "And KPO?"], "Which one is quicker?", "Which one is quicker: BPO or KPO?"),
        (
            ["Does Acme use BPO?"],
            "Which part of that sort of work is KPO?",
            "Does Acme use BPO: Which part of that sort of work is KPO?",
        ),
        (["What is KPO?"], "What sort of people work there?", "What sort of people work in KPO?"),
        (["What does nearshore mean?"], "And onshore?", "What does onshore mean?"),
        (["What does nearshore mean?"], "Pros and cons?", "Pros and cons of nearshore?"),
        (["What are the risks of KPO?"], "How can I reduce them?", "How can I reduce the risks of KPO?"),
        (["What are the risks of KPO?"], "What should I ask them?", "What should I ask KPO?"),
        (["What is KPO?", "Tell me more", "Who are you?"], "And BPO?", "What is BPO?"),
        (["Is KPO part of BPO?"], "So which is right?", "Is KPO part of BPO: which is right?"),
        (["What is KPO?", "Are you sure?"], "And BPO?", "What is BPO?"),
        (["What is KPO?"], "Shorter, please", "What is KPO: in one sentence?"),
        (
            ["Could a bank hand over its hotline?"],
            "And what would KPO analyse for them?",
            "Could a bank hand over its hotline: what would KPO analyse for them?",
        ),
        (
            ["Does a KPO vendor decide things for the client?"],
            "And does a BPO vendor do so as well?",
            "Does a BPO vendor decide things for the client?",
        ),
        (["What does nearshore mean?", "And onshore?"], "And offshore?", "What does offshore mean?"),
        (["What are BPO and KPO?"], "Give me the benefits of the latter.", "Give me the benefits of KPO."),
        (["What are BPO and KPO?"], "What tasks go to the former?", "What tasks go to BPO?"),
        (["bpo is what", "n kpo?", "Who buys the first?"], "and the second", "Who buys KPO?"),
        (["What is BPO?", "What is KPO?"], "How old is the former?", "How old is BPO?"),
        (
            ["Are there kinds of KPO for lawyers?"],
            "What sort of matters do they take on?",
            "What sort of matters do KPO for lawyers take on?",
        ),
        (
            ["Which kind handles pay slips?"],
            "And our study's data, who would read that?",
            "our study's data: BPO or KPO?",
        ),
        (
            ["How does a clinic use BPO?"],
            "ok. and law firms, what do they send out as KPO?",
            "law firms, what do they send out as KPO?",
        ),
        (
            ["Payroll: BPO or KPO?"],
            "and the risks, what are they?",
            "the risks, what are they: BPO and KPO?",
        ),
        (["What is KPO?", "And the other one?"], "Who buys the former?", "Who buys KPO?"),
        (["Is KPO dearer than BPO?"], "And the second?", "BPO?"),
        (["What is KPO in one sentence?"], "Who buys it?", "Who buys KPO?"),
        (["Payroll: BPO or KPO?"], "Honestly, why is that?", "Payroll: BPO or KPO: Honestly, why is that?"),
        (
            ["Who does medical coding?"],
            "And in hospitals, would it be BPO?",
            "Who does medical coding: in hospitals, would it be BPO?",
        ),
        (["Can a KPO be abroad?"], "To what end?", "Why? Can a KPO be abroad?"),
        (["Patent research: BPO or KPO?"], "why?", "Why? Patent research: BPO or KPO?"),
        (["What are the benefits of BPO?"], "Aha! And KPO?", "What are the benefits of KPO?"),
        (["What is KPO?", "Great, thanks."], "What are its drawbacks?", "What are KPO's drawbacks?"),
        (["What could go wrong with KPO?"], "Sorry, I meant BPO", "What could go wrong with BPO?"),
        (["What could go wrong with BPO?"], "no sorry, I meant KPO", "What could go wrong with KPO?"),
        (["What is BPO?"], "Tell me more", "What is BPO?"),
        (["What is BPO?"], "Great! Now tell me more", "What is BPO?"),
        (["What is BPO?"], "I see. What else?", "What is BPO?"),
        (["Is payroll KPO?"], "And bookkeeping?", "bookkeeping: BPO or KPO?"),
        (["Should a bakery use BPO or KPO?"], "And a museum?", "Should a museum use BPO or KPO?"),
        (["What is BPO?", "Any more details?"], "Anything else?", "What is BPO?"),
        (["What could go wrong with KPO?"], "No, BPO.", "What could go wrong with BPO?"),
        (["What can a firm save in the Philippines?"], "And in India?", "What can a firm save in India?"),
        (["What does KPO cost for a bank?"], "And for a startup?", "What does KPO cost for a startup?"),
        (["Do KPO firms hire graduates?"], "And at the other kind of firm?", "Do BPO firms hire graduates?"),
        (["Is Manila any good for BPO?"], "What would I pay there?", "What would I pay in Manila?"),
        (["What would BPO save me?"], "How come so much?", "Why? What would BPO save me?"),
        (["What would BPO save me?"], "Wow, how come?", "Why? What would BPO save me?"),
        (["What do firms save by moving to Manila?"], "And to Poland?", "What do firms save by moving to Poland?"),
        (["Who is better for data entry?"], "And contract analysis?", "Who is better for contract analysis?"),
        (
            ["Which bank uses both BPO and KPO?"],
            "I see. And a company that is no bank?",
            "Which company that is no bank uses both BPO and KPO?",
        ),
        (["What is KPO?"], "Is it more complex than BPO?", "Is KPO more complex than BPO?"),
        (["Is KPO dearer than BPO?"], "What other drawbacks does it have?", "What other drawbacks does KPO have?"),
        (["What are BPO and KPO?"], "Can I get them in one place?", "Can I get BPO and KPO in one place?"),
        (
            ["We have a BPO for our questionnaires."],
            "What would the KPO part do with them?",
            "We have a BPO for our questionnaires: What would the KPO part do with them?",
        ),
    ],
)
def test_a_follow_up_takes_what_it_lacks_from_before(
    reader: QuestionReader, finder: SideFinder, earlier: list[str], question: str, expected: str
) -> None:
    assert resolve(question, earlier, reader, finder).text == expected


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        (["What are the risks of KPO?"], "What does onshore outsourcing mean in the first place?"),
        (["What is KPO?"], "How much can a company save in the Philippines?"),
        (["What are the risks of KPO?"], "What are the benefits of BPO?"),
        (["What is KPO?"], "Is there a book about outsourcing that I could buy?"),
        (["What could go wrong with KPO?"], "Wait, what does offshore mean?"),
    ],
)
def test_a_question_with_its_own_subject_is_left_as_it_is(
    reader: QuestionReader, finder: SideFinder, earlier: list[str], question: str
) -> None:
    assert resolve(question, earlier, reader, finder).text == question


@pytest.mark.parametrize("announced", ["OK. Different thing:", "Good. New topic:", "Changing the subject,"])
def test_a_change_of_topic_that_is_announced_drops_the_turns_before(
    reader: QuestionReader, finder: SideFinder, announced: str
) -> None:
    asked = f"{announced} what does onshore mean?"
    assert resolve(asked, ["What are the risks of KPO?"], reader, finder).text == "what does onshore mean?"


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("I had never heard of KPO until today. What is it?", "What is KPO?"),
        ("My boss named RPO as a part of KPO. What is it?", "What is RPO?"),
        ("Our HR wants KPO. What is it?", "What is KPO?"),
        ("Something made firms want KPO. What was it?", None),
        ("We run payroll with a BPO in Manila. Is it the same as BPO?", None),
        ("Is KPO for banks? What is it?", None),
        ("We compared BPO and KPO. What is it?", None),
        ("Our KPO team is small. Should we outsource it?", None),
    ],
)
def test_a_pronoun_alone_means_the_side_told_of_in_the_same_question(
    reader: QuestionReader, finder: SideFinder, asked: str, understood: str | None
) -> None:
    assert resolve(asked, [], reader, finder).text == (understood or asked)


def test_more_is_told_each_time_until_the_articles_say_no_more(assistant: Assistant) -> None:
    question, history, told = "What is KPO?", list[Turn](), set[str]()
    while not (answer := assistant.ask(question, history)).abstained:
        fresh = {statement.text for statement in answer.statements}
        assert fresh
        assert not fresh & told
        told |= fresh
        history.append(Turn(question=question, answer=answer.text))
        question = "Tell me more"
        assert len(history) < 20
    assert len(history) > 1
    assert answer.text == NO_MORE


def test_more_after_a_verdict_gives_none_from_what_is_left(assistant: Assistant) -> None:
    question = "Payroll: BPO or KPO?"
    verdict = assistant.ask(question)
    more = assistant.ask("Tell me more", [Turn(question=question, answer=verdict.text)])
    assert verdict.text.startswith("BPO.")
    assert not more.text.startswith(("BPO.", "KPO.", "Both"))
    assert not {one.text for one in more.statements} & {one.text for one in verdict.statements}
