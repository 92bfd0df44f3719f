// The conversation that is read: asks its questions one after the other, shows what comes, and keeps it.

import { welcome } from "./answer.js";
import { ask, interrupted } from "./ask.js";
import { announce, calm, data, focusOn, h, keyboard, texts } from "./dom.js";
import { spoken } from "./text.js";
import { TurnView } from "./turn.js";

const SLOW_AFTER = 4_000;
// A follow-up refers to what was asked just before; the server needs no more.
const MOST_HISTORY = 10;
const MOST_TITLE = 80;

export class Conversation {
  constructor(place, chats, panel, { changed }) {
    this.place = place;
    this.chats = chats;
    this.panel = panel;
    this.changed = changed;
    this.act = {
      ask: (question) => this.#pressed(question),
      retry: (view) => this.#retry(view),
      stop: (view) => this.#stop(view),
      openSource: (citation, citations, mark) => panel.open(citation, citations, mark),
    };
    this.show(chats.fresh());
    // The same conversation went on in another window.
    chats.addEventListener("change", ({ detail }) => {
      const stored = chats.get(detail.id);
      if (!stored || detail.id !== this.chat.id) return;
      if (detail.elsewhere && !this.running) this.show(stored);
      else this.chat.title = stored.title;
    });
  }

  /** Show a conversation from its beginning to now. What is under way in the one before is stopped. */
  show(chat) {
    this.leave();
    this.panel.close();
    this.chat = chat;
    this.queue = [];
    this.running = null;
    const turns = chat.turns.map((turn) => {
      // Without either it was under way when the page was left.
      if (!turn.answer) turn.problem ??= problemOf(interrupted());
      return new TurnView(turn, this.act);
    });
    this.log = h(
      "div",
      { class: "conversation" },
      turns.length ? turns.map((view) => view.element) : welcome(data, this.act.ask),
    );
    this.place.replaceChildren(this.log);
    if (turns.length) this.#scrollTo(turns.at(-1), "auto");
    else scrollTo({ top: 0 });
  }

  /** Ask a question after those that wait already. */
  send(question) {
    const text = question.trim().slice(0, data.max_question_chars);
    if (!text) return false;
    const turn = { question: text, answer: null, problem: null };
    const view = new TurnView(turn, this.act);
    if (!this.chat.turns.length) {
      this.log.replaceChildren();
      this.chat.title = text.split(/\s+/).join(" ").slice(0, MOST_TITLE);
    }
    this.panel.close(); // its source belongs to an answer before
    this.chat.turns.push(turn);
    this.log.append(view.element);
    this.#enqueue(view);
    this.#scrollTo(view);
    return true;
  }

  /** Stop what is under way, as when the page is left. */
  leave() {
    this.queue = [];
    this.running?.controller.abort();
  }

  #pressed(question) {
    this.send(question);
    // The pressed button may be gone; focus must not go with it. On a phone the field would open the keyboard.
    if (keyboard.matches) document.querySelector("#question textarea")?.focus();
    else focusOn(this.log.lastElementChild.querySelector("h2"));
  }

  #retry(view) {
    view.turn.problem = null;
    view.body = null;
    view.showWaiting();
    this.#enqueue(view);
    this.#pressedAway(view);
  }

  #stop(view) {
    if (this.running?.view === view) this.running.controller.abort();
    else {
      this.queue = this.queue.filter((one) => one !== view);
      this.#fail(view, interrupted());
      this.#keep(this.chat);
    }
    this.#pressedAway(view);
  }

  #pressedAway(view) {
    focusOn(view.heading);
  }

  #enqueue(view) {
    this.queue.push(view);
    if (!this.running) this.#next();
  }

  async #next() {
    const view = this.queue.shift();
    if (!view) return;
    const chat = this.chat;
    const running = { view, controller: new AbortController() };
    this.running = running;
    view.showPending();
    const slow = setTimeout(() => {
      view.showSlow();
      announce(texts.SLOW);
    }, SLOW_AFTER);
    try {
      const answering = ask(view.turn.question, this.#history(view), running.controller.signal, (event, value) => {
        clearTimeout(slow);
        view.showPart(event, value);
      });
      // Kept while the server is at work, so that a reload does not lose the question.
      this.#keep(chat);
      const answer = await answering;
      view.turn.answer = answer;
      view.showAnswer(answer);
      announce(spoken(answer));
    } catch (error) {
      this.#fail(view, error);
    } finally {
      clearTimeout(slow);
      if (this.chats.get(chat.id)) this.#keep(chat);
      if (this.running === running) {
        this.running = null;
        this.#next();
      }
    }
  }

  #history(view) {
    const before = this.chat.turns.slice(0, this.chat.turns.indexOf(view.turn));
    const answered = before.filter((turn) => turn.answer);
    return answered.slice(-MOST_HISTORY).map((turn) => ({ question: turn.question, answer: turn.answer.text }));
  }

  #fail(view, error) {
    const problem = problemOf(error);
    view.turn.problem = problem;
    view.showProblem(problem);
    announce(`${problem.title}. ${problem.detail}`);
  }

  #keep(chat) {
    chat.updated = Date.now();
    this.chats.save(chat);
    if (chat === this.chat) this.changed(chat);
  }

  /** The newest question at the top of the window, its answer below it. */
  #scrollTo(view, behavior = calm.matches ? "auto" : "smooth") {
    requestAnimationFrame(() => view.element.scrollIntoView({ block: "start", behavior }));
  }
}

/** Return what is kept of a problem. One that nobody foresaw is told to the console, not to the reader. */
function problemOf(error) {
  if (error.kind) return { kind: error.kind, title: error.title, detail: error.detail, retry: error.retry };
  console.error(error);
  return { kind: "failed", title: texts.FAILED, detail: texts.BROWSER_FAILED, retry: true };
}
