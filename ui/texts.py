"""Every text that the server and the chat say of their own accord, in one place: a translation is one file.

What an answer says comes from the assistant, what the chat greets with from the corpus' `domain.yaml`.
"""

from __future__ import annotations

LANGUAGE = "en"

# While the server starts.
STARTING_TITLE = "Starting…"
STARTING = "The assistant is starting. This page opens the chat as soon as it is ready."
LOADING = "Loading the language model and the index"
OPENING_CHAT = "Opening the chat"
STAGES = {
    "read": "Reading the articles",
    "split": "Splitting the articles",
    "embed": "Building the index",
    "write": "Writing the index",
}
START_FAILED = "The assistant could not start; the server's log says why."

ASSISTANT = "Assistant"

# The chat.
SKIP_TO_QUESTION = "Skip to the question"
CONVERSATION = "Conversation"
QUESTION = "Your question"
PLACEHOLDER = "Ask a question…"
SEND = "Send"
NEW_CHAT = "New chat"
HINT = "Answers are quoted from the articles; the numbers open the proof."
SEARCHING = "Looking through the articles…"
YOU_ASKED = "You asked"
ANSWER = "Answer"
SOURCES = "Sources"
NO_ANSWER = "The articles do not say"
NOT_STATED = "not stated"
TRY_INSTEAD = "The articles can answer:"
ASK_NEXT = "Ask next:"
OPEN_SOURCE = "Open the source"
UNDERSTOOD_AS = "Understood as"
QUESTION_REFUSED = "This question cannot be answered as it is"
FAILED = "Something went wrong"
FAILED_DETAIL = "The question was not answered because of an error on the server; its log says why."
TRY_AGAIN = "Try again"
COMPARISON = "Comparison, every cell with its source"

# The article page.
BACK_TO_CHAT = "Back to the chat"
READ_ORIGINAL = "Read the original at"
ARTICLE_NOTE = "This is the text that the assistant quotes from: the source retold in our own words."
TABLE = "Table"
MARKED = "The passage that an answer quotes is marked."
QUOTE_STARTS = "quoted passage starts"
QUOTE_ENDS = "quoted passage ends"
NO_ARTICLE_TITLE = "No such article"
NO_ARTICLE = "There is no article at this address. It may have been renamed, or left out of the index."
ALL_ARTICLES = "The articles that there are"
SERVER_ERROR_TITLE = "Something went wrong"
SERVER_ERROR = "The server could not make this page because of an error; its log says why. Please try again."

# The API's description.
API_DESCRIPTION = (
    "Every error is a problem after RFC 9457, `application/problem+json`; its `type` is made for programs. Problems "
    "that pass (429, 503) say in `Retry-After` after how many seconds to try again. Offsets are characters, half-open: "
    "`text[start:end] == quote`."
)
API_TAGS = {
    "assistant": "Ask questions, read the articles.",
    "OpenAI-compatible": "The same assistant for programs made for OpenAI's API.",
    "pages": "Pages for readers.",
    "embed": "What other pages load to show the assistant.",
    "health": "For those who run the server.",
}

# Problems that the HTTP API reports.
NOT_READY_TITLE = "The assistant is not ready"
INVALID_TITLE = "The request is not valid"
QUESTION_TITLE = "The question cannot be answered"
BUSY_TITLE = "The assistant is busy"
BUSY = "Too many questions are being answered at this moment. Please try again shortly."
TOOK_TOO_LONG_TITLE = "The answer took too long"
TOOK_TOO_LONG = "The answer was not ready within {seconds} seconds. Please try again."
TOO_MANY_TITLE = "Too many questions"
TOO_MANY = "At most {rate} questions are answered here. Please wait {seconds} seconds."
ORIGIN_REFUSED_TITLE = "This page may not use the assistant"
ORIGIN_REFUSED = (
    "Pages of {origin} may not use this assistant. To let them, add {origin} to BPO_KPO_ALLOWED_ORIGINS "
    "where the assistant runs, and start it again."
)
KEY_TITLE = "An API key is needed"
KEY_MISSING = "Send one of the server's keys (BPO_KPO_API_KEYS) as Authorization: Bearer KEY."
KEY_WRONG = "The API key is not one of the server's (BPO_KPO_API_KEYS)."
LONG_HISTORY = "The conversation before the question has {turns} turns; at most {most} are read. Send the last ones."
TOO_LARGE_TITLE = "The request is too large"
UNEXPECTED = "An unexpected error stopped the request; the server's log says why."
