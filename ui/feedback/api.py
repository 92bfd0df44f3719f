"""`POST /api/feedback`: a reader's verdict on an answer."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Answer
from ui import texts
from ui.backend import Backend
from ui.feedback.store import FeedbackStore, StoreError
from ui.problems import documented
from ui.version import version

_logger = logging.getLogger(__name__)


class Feedback(BaseModel):
    """A verdict on an answer that was shown.

    `id`, if given, is made up by the asking program for that answer alone: what comes later under the same id
    replaces what came before.
    """

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=20_000)]
    answer: Answer
    helpful: bool
    comment: Annotated[str | None, Field(max_length=2_000)] = None
    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = None


def feedback_router(backend: Backend, store: FeedbackStore | None) -> APIRouter:
    """Return the endpoint; without a store it says that feedback is off.

    It goes before the API's own router, which takes all of /api.
    """
    router = APIRouter(prefix="/api", tags=["feedback"])

    @router.post("/feedback", operation_id="give_feedback", status_code=204, responses=documented(404, 413, 422, 503))
    def give_feedback(given: Feedback) -> Response:
        """Store whether an answer helped, with the question, the answer and its passages; nothing of the reader."""
        if store is None:
            raise HTTPException(404, texts.FEEDBACK_OFF)
        try:
            store.add(
                given.answer,
                question=given.question,
                helpful=given.helpful,
                comment=(given.comment or "").strip() or None,
                snapshot=backend.assistant().snapshot,
                version=version(),
                given_id=given.id,
            )
        except StoreError as error:
            _logger.warning("feedback was not stored: %s", error)
            raise HTTPException(503, texts.FEEDBACK_DOWN) from error
        return Response(status_code=204)

    return router
