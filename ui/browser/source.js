// The source of a statement beside the answer: a panel on a wide window, a sheet on a phone.

import { fill, focusOn, h, iconButton, texts, wide } from "./dom.js";
import { articleLink, oneLine, webAddress } from "./text.js";

export class SourcePanel {
  constructor() {
    this.dialog = h("dialog", { id: "source", "aria-labelledby": "source-title" });
    this.dialog.addEventListener("close", () => this.#closed());
    // A press outside of the sheet closes it.
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.close());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen && !event.defaultPrevented) this.close();
    });
    wide.addEventListener("change", () => this.isOpen && this.#show());
    document.body.append(this.dialog);
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** Open a citation of `citations` (a map by number); the focus goes back to `mark` when it is closed. */
  open(citation, citations, mark) {
    this.mark = mark;
    this.citations = [...citations.values()].sort((one, other) => one.number - other.number);
    this.#fill(citation);
    this.#show();
    focusOn(this.dialog.querySelector("h2"));
  }

  close() {
    if (this.isOpen) this.dialog.close();
  }

  #show() {
    const beside = wide.matches;
    if (this.isOpen && beside === this.beside) return;
    if (this.isOpen) {
      // Taken from one way of showing to the other; the focus' way back stays.
      this.moving = true;
      this.dialog.close();
    }
    this.beside = beside;
    document.body.classList.toggle("has-source", beside);
    if (beside) this.dialog.show();
    else this.dialog.showModal();
  }

  #closed() {
    if (this.moving) {
      this.moving = false;
      return;
    }
    document.body.classList.remove("has-source");
    if (this.mark?.isConnected) this.mark.focus();
    else document.querySelector("#question textarea")?.focus();
  }

  #fill(citation) {
    this.shown = citation;
    const at = this.citations.findIndex((one) => one.number === citation.number);
    const step = (name, label, to) =>
      iconButton(name, label, () => this.#go(to), { disabled: !this.citations[to], class: "tool step" });
    const original = webAddress(citation.url);
    const text = h("blockquote", {}, h("p", {}, h("mark", {}, oneLine(citation.quote))));
    this.dialog.replaceChildren(
      h(
        "div",
        { class: "sheet" },
        h(
          "div",
          { class: "sheet-bar" },
          step("before", texts.SOURCE_BEFORE, at - 1),
          h(
            "span",
            { class: "count" },
            fill(texts.SOURCE_COUNT, { number: citation.number, count: this.citations.length }),
          ),
          step("after", texts.SOURCE_AFTER, at + 1),
          iconButton("close", texts.CLOSE, () => this.close(), { class: "tool close" }),
        ),
        h("h2", { id: "source-title" }, citation.title),
        citation.publisher ? h("p", { class: "publisher" }, citation.publisher) : null,
        citation.heading ? h("p", { class: "where" }, citation.heading.replaceAll(" > ", " › ")) : null,
        text,
        h(
          "ul",
          { class: "links" },
          h("li", {}, h("a", { href: articleLink(citation), target: "_blank", rel: "noopener" }, texts.OPEN_ARTICLE)),
          original
            ? h(
                "li",
                {},
                h(
                  "a",
                  { href: original, target: "_blank", rel: "noopener noreferrer nofollow" },
                  fill(texts.OPEN_ORIGINAL, { host: new URL(original).host }),
                ),
              )
            : null,
        ),
      ),
    );
    this.#widen(citation, text);
  }

  #go(to) {
    this.#fill(this.citations[to]);
    focusOn(this.dialog.querySelector("h2"));
  }

  /** Show the paragraph around the quote; without it, if the server does not give it, the quote stands alone. */
  async #widen(citation, place) {
    const span = new URLSearchParams({ start: citation.start, end: citation.end });
    try {
      const response = await fetch(`/api/articles/${encodeURIComponent(citation.article_id)}/passage?${span}`);
      if (!response.ok) return;
      const { blocks } = await response.json();
      if (this.shown !== citation) return;
      place.replaceChildren(...blocks.map(block));
      place.querySelector("mark")?.scrollIntoView({ block: "nearest" });
    } catch {
      /* the quote is shown */
    }
  }
}

function block({ kind, runs }) {
  return h(
    "p",
    { class: kind },
    runs.map((run) => (run.marked ? h("mark", {}, run.text) : run.text)),
  );
}
