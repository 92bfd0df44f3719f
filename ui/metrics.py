"""What the server counts, in Prometheus' text form at /metrics. Holds numbers only: no question, no address.

Other parts (an answer cache, say) register collectors of their own with `Metrics.registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from assistant.types import Answer
from ui.backend import Backend

PREFIX = "bpo_kpo"
# Seconds: from a lookup without a language model to a long wait for one.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts requests and answers. One for each application, so that two in a process do not mix."""

    def __init__(self, backend: Backend) -> None:
        # Without it every count would come with a line that tells when it began.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._backend = backend
        self._requests = Counter(
            f"{PREFIX}_http_requests",
            "Requests by route and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}_http_request_seconds", "Seconds until a response was sent whole.", ("route",),
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._answers = Counter(
            f"{PREFIX}_answers", "Questions by what came of them.", ("outcome", "writer"), registry=self.registry
        )
        self._stages = Histogram(
            f"{PREFIX}_answer_stage_seconds", "Seconds in each stage of an answer.", ("stage",),
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._in_progress: Callable[[], int] = lambda: 0
        self.registry.register(self)  # a collector is whatever has `collect`
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def watch_progress(self, in_progress: Callable[[], int]) -> None:
        """Tell where to ask how many questions are being answered or waiting."""
        self._in_progress = in_progress

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was responded to."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_answer(self, answer: Answer) -> None:
        """Count an answer, and how long its stages took."""
        self._answers.labels("abstained" if answer.abstained else "answered", answer.writer).inc()
        if answer.timings_ms.total == 0:
            return  # it was there already
        for stage, milliseconds in answer.timings_ms.model_dump().items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def count_failure(self, outcome: str) -> None:
        """Count a question that got no answer: `busy`, `time-limit`, `question` or `unexpected`."""
        self._answers.labels(outcome, "").inc()

    def collect(self) -> Iterator[Metric]:
        """Yield what is asked for anew at each scrape."""
        yield GaugeMetricFamily(
            f"{PREFIX}_questions_in_progress", "Questions answered or waiting.", self._in_progress()
        )
        yield GaugeMetricFamily(f"{PREFIX}_ready", "Whether questions can be asked.", float(self._backend.ready))
        cache = self._backend.cache_counts()
        lookups = CounterMetricFamily(
            f"{PREFIX}_answer_cache_lookups", "Looks for an answer that was given before.", labels=("result",)
        )
        lookups.add_metric(("hit",), cache.hits)
        lookups.add_metric(("miss",), cache.misses)
        yield lookups
        yield GaugeMetricFamily(f"{PREFIX}_answer_cache_answers", "Answers in the cache.", cache.size)
        read, passes = self._backend.batch_counts()
        yield CounterMetricFamily(f"{PREFIX}_questions_embedded", "Questions that the model read.", read)
        yield CounterMetricFamily(f"{PREFIX}_embedding_passes", "Passes in which it read them.", passes)
        if self._backend.ready:
            manifest = self._backend.assistant().index.manifest
            age = datetime.now(UTC) - datetime.fromisoformat(manifest.built_at)
            yield GaugeMetricFamily(
                f"{PREFIX}_index_age_seconds", "Seconds since the index was built.", age.total_seconds()
            )
            articles = len(self._backend.assistant().index.articles)
            yield GaugeMetricFamily(f"{PREFIX}_index_articles", "Articles in the index.", articles)


def metrics_router(metrics: Metrics) -> APIRouter:
    """Return the endpoint that Prometheus reads."""
    router = APIRouter(tags=["health"])
    text = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text form"}}

    @router.get("/metrics", operation_id="metrics", response_class=Response, responses=text)  # type: ignore[arg-type]
    async def read() -> Response:
        """Tell counts and times for Prometheus."""
        return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
