// One question and what came of it, as it is shown: waiting, growing, answered, abstained, refused or failed.

import { AnswerBody, askButtons, understoodAs } from "./answer.js";
import { answerActions } from "./actions.js";
import { h, texts } from "./dom.js";
import { invites, isDisagreement } from "./text.js";

export class TurnView {
  /**
   * @param {{question: string, answer: object | null, problem: object | null}} turn
   * @param {{ask: Function, retry: Function, stop: Function, openSource: Function}} act what its buttons do
   */
  constructor(turn, act) {
    this.turn = turn;
    this.act = act;
    this.heading = h("h2", { class: "asked" }, h("span", { class: "sr" }, `${texts.YOU_ASKED}: `), turn.question);
    this.reply = h("div", { class: "answer" });
    this.element = h("section", { class: "turn" }, this.heading, this.reply);
    if (turn.answer) this.showAnswer(turn.answer);
    else if (turn.problem) this.showProblem(turn.problem);
    else this.showWaiting();
  }

  /** Another question is answered first. */
  showWaiting() {
    this.#show("pending", this.#busy(texts.WAITING));
  }

  showPending() {
    this.busy = this.#busy(texts.SEARCHING);
    this.#show("pending", this.busy);
  }

  showSlow() {
    if (this.busy?.isConnected) this.busy.querySelector(".doing").textContent = texts.SLOW;
  }

  /** A part of the answer came. */
  showPart(event, value) {
    if (!this.body) {
      this.body = this.#newBody();
      this.#show("growing", this.body.element, this.busy);
    }
    this.body.add(event, value);
  }

  showAnswer(answer) {
    if (answer.abstained) {
      this.#show(
        invites(answer) ? "invited" : "abstained",
        understoodAs(answer),
        invites(answer) ? null : h("p", { class: "verdict" }, texts.NO_ANSWER),
        h("p", {}, answer.text),
        askButtons(texts.TRY_INSTEAD, answer.suggestions, this.act.ask),
        answerActions(this.turn, answer),
      );
    } else {
      this.body ??= this.#newBody();
      this.body.finish(answer);
      const kind = isDisagreement(answer) ? "disagreeing" : "answered";
      this.#show(
        kind,
        this.body.element,
        answerActions(this.turn, answer),
        askButtons(texts.ASK_NEXT, answer.suggestions, this.act.ask),
      );
    }
    this.body = null;
  }

  /** What of an answer came before the problem stays to be read. */
  showProblem(problem) {
    const retry = h("button", { type: "button", class: "retry", onclick: () => this.act.retry(this) }, texts.TRY_AGAIN);
    this.#show(
      problem.retry ? "failed" : "refused",
      this.body?.element,
      h(
        "div",
        { class: "problem" },
        h("p", { class: "verdict" }, problem.title),
        h("p", {}, problem.detail),
        problem.retry ? retry : null,
      ),
    );
    this.body = null;
  }

  #show(kind, ...parts) {
    this.reply.className = `answer ${kind}`;
    const wanted = parts.flat().filter(Boolean);
    // What stays is not taken out and put back: focus and selection in it stay too.
    for (const child of [...this.reply.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((part, at) => {
      if (this.reply.children[at] !== part) this.reply.insertBefore(part, this.reply.children[at] ?? null);
    });
  }

  #busy(text) {
    return h(
      "div",
      { class: "busy" },
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      h("span", { class: "doing" }, text),
      h("button", { type: "button", class: "stop", onclick: () => this.act.stop(this) }, texts.STOP),
    );
  }

  #newBody() {
    const body = new AnswerBody((citation, mark) => this.act.openSource(citation, body.citations, mark));
    return body;
  }
}
