// Asks the server a question and hands on the answer's parts as they come, as server-sent events over one request.

import { data, fill, texts } from "./dom.js";

/** Why there is no answer. `kind` decides how it looks, `retry` whether asking again may help. */
export class Problem extends Error {
  constructor(kind, title, detail, retry = true) {
    super(detail);
    Object.assign(this, { kind, title, detail, retry });
  }
}

export const stopped = () => new Problem("stopped", texts.STOPPED, texts.STOPPED_DETAIL);
export const interrupted = () => new Problem("lost", texts.INTERRUPTED, texts.INTERRUPTED_DETAIL);

/**
 * Ask a question.
 *
 * @param {string} question
 * @param {{question: string, answer: string}[]} history what came before, oldest first
 * @param {AbortSignal} signal stops the question
 * @param {(event: string, value: any) => void} show is given "citations", "statement" and "table" as they come
 * @returns {Promise<object>} the whole answer
 * @throws {Problem} when there is none
 */
export async function ask(question, history, signal, show) {
  const patience = new Patience(signal);
  try {
    return await receive(await request(question, history, patience), patience, show);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal.aborted) throw stopped();
    if (patience.isOver) throw new Problem("slow", texts.TOO_SLOW, texts.TOO_SLOW_DETAIL);
    throw error;
  } finally {
    patience.end();
  }
}

async function request(question, history, patience) {
  let response;
  try {
    response = await fetch("/api/ask/stream", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ question, history }),
      signal: patience.signal,
      cache: "no-store",
    });
  } catch (error) {
    if (patience.signal.aborted) throw error;
    throw new Problem("unreachable", texts.UNREACHABLE, texts.UNREACHABLE_DETAIL);
  }
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => ({})));
  return response;
}

async function receive(response, patience, show) {
  try {
    for await (const { event, value } of events(response.body, patience)) {
      if (event === "done") return value;
      if (event === "error") throw problemOf(value.status ?? 500, value);
      show(event, value);
    }
  } catch (error) {
    if (error instanceof Problem || patience.signal.aborted) throw error;
    throw new Problem("lost", texts.CONNECTION_LOST, texts.CONNECTION_LOST_DETAIL);
  }
  throw new Problem("lost", texts.CONNECTION_LOST, texts.CONNECTION_LOST_DETAIL);
}

/** Yield the events of a stream, each once it has come whole. */
async function* events(body, patience) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    patience.renew();
    waiting = (waiting + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n");
    const whole = waiting.split("\n\n");
    waiting = whole.pop();
    for (const block of whole) {
      const lines = block.split("\n").filter((line) => line && !line.startsWith(":"));
      const of = (name) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      if (lines.length) yield { event: of("event")[0] ?? "message", value: JSON.parse(of("data").join("\n")) };
    }
  }
}

function problemOf(status, problem) {
  const detail = problem.detail ?? fill(texts.STATUS_DETAIL, { status });
  if (status === 413 || status === 422) return new Problem("refused", texts.QUESTION_REFUSED, detail, false);
  if (status === 429) return new Problem("busy", texts.TOO_MANY, detail);
  if (status === 503) return new Problem("busy", texts.NOT_READY_TITLE, detail);
  return new Problem("failed", texts.FAILED, texts.FAILED_DETAIL);
}

/** Gives up on a server that says nothing for too long, and passes on the reader's wish to stop. */
class Patience {
  constructor(signal) {
    this.controller = new AbortController();
    this.signal = this.controller.signal;
    this.isOver = false;
    this.stop = () => this.controller.abort();
    this.asked = signal;
    if (signal.aborted) this.stop();
    signal.addEventListener("abort", this.stop);
    this.renew();
  }

  renew() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.stop();
    }, 1000 * data.patience_seconds);
  }

  end() {
    clearTimeout(this.timer);
    this.asked.removeEventListener("abort", this.stop);
  }
}
