"""Every text that the server and the chat say of their own accord, in one place: a translation is one file.

What an answer says comes from the assistant, what the chat greets with from the corpus' `domain.yaml`.
"""

from __future__ import annotations

# The pages tell by it that an answer only invites to ask.
from assistant.small_talk import INVITATION as INVITATION

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

# The chat. What stands in {braces} is filled in.
SKIP_TO_QUESTION = "Skip to the question"
QUESTION = "Your question"
PLACEHOLDER = "Ask a question…"
SEND = "Send"
STOP = "Stop"
CLOSE = "Close"
NEW_CHAT = "New chat"
WELCOME = "What would you like to know?"
THEME = "Colours: {theme}"
THEMES = {"system": "as the system", "light": "light", "dark": "dark"}
SEARCHING = "Looking through the articles…"
WAITING = "Waiting for the answer before…"
SLOW = "This takes longer than usual…"
YOU_ASKED = "You asked"
ANSWER = "Answer"
SOURCES = "Sources"
NO_ANSWER = "The articles do not say"
TRY_INSTEAD = "The articles can answer:"
ASK_NEXT = "Ask next:"
OPEN_SOURCE_NUMBER = "Source {number}: {source}"
UNDERSTOOD_AS = "Understood as"
WRITTEN_BY = "Written by {writer} from the sources below."
COMPARISON = "Comparison, every cell with its source"

# The source beside an answer.
SOURCE_COUNT = "Source {number} of {count}"
SOURCE_BEFORE = "Source before"
SOURCE_AFTER = "Next source"
OPEN_ARTICLE = "Open the article here"
OPEN_ORIGINAL = "Read the original at {host}"

# What can be done with an answer.
ABOUT_ANSWER = "About this answer"
HELPFUL = "Helpful"
NOT_HELPFUL = "Not helpful"
COMMENT = "Your comment (optional)"
COMMENT_GOOD = "What was good? (optional)"
COMMENT_BAD = "What was wrong or missing? (optional)"
THANKS = "Thank you, noted."
NOT_STORED = "This could not be stored; please try again later."
COPY = "Copy the answer with its sources"
COPIED = "Copied."
COPY_LINK = "Copy a link that asks this again"
LINK_COPIED = "Link copied."
NOT_COPIED = "This browser does not let the page copy."

# The conversations kept in the browser.
CHATS = "Conversations"
CHATS_KEPT = "Kept in this browser only."
NO_CHATS = "None yet."
NEW_NAME = "New name"
RENAME = "Rename “{title}”"
EXPORT = "Save “{title}” as a Markdown file"
DELETE = "Delete “{title}”"
DELETED = "Deleted “{title}”."
UNDO = "Undo"
NOT_ANSWERED = "Not answered"

# What can go wrong with a question.
QUESTION_REFUSED = "This question cannot be answered as it is"
FAILED = "Something went wrong"
FAILED_DETAIL = "The question was not answered because of an error on the server; its log says why."
BROWSER_FAILED = "The answer could not be shown because of an error in this page."
STATUS_DETAIL = "The server answered with status {status}."
UNREACHABLE = "The server cannot be reached"
UNREACHABLE_DETAIL = "The question was not sent. Check the connection, then try again."
CONNECTION_LOST = "The connection was lost"
CONNECTION_LOST_DETAIL = "The answer broke off before it was whole."
TOO_SLOW = "No answer came"
TOO_SLOW_DETAIL = "The server took too long, so the question was given up."
TOO_MANY = "Too many questions"
STOPPED = "Stopped"
STOPPED_DETAIL = "The question was stopped before its answer was whole."
INTERRUPTED = "Not answered"
INTERRUPTED_DETAIL = "The page was left, or the question withdrawn, before it was answered."
TRY_AGAIN = "Try again"

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
NO_PAGE_TITLE = "No such page"
NO_PAGE = "There is no page at this address. The way back to the chat is above."
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
    "feedback": "What readers say of answers.",
    "embed": "What other pages load to show the assistant.",
    "health": "For those who run the server.",
}

# Problems that the HTTP API reports.
FEEDBACK_OFF = "Feedback is switched off on this server."
FEEDBACK_DOWN = "The feedback could not be stored now. Please try again later."
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
