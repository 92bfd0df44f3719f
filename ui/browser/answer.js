// Shows the parts of an answer: statements with their marks, the comparison, the sources, the questions to ask next.

import { fill, h, texts } from "./dom.js";
import { articleLink, isDisagreement, oneLine, splitItems, wasResolved } from "./text.js";

const OPEN_SOURCES = 6;

/** What was searched for in place of what was typed; null where that is the same. */
export const understoodAs = (answer) =>
  wasResolved(answer) ? h("p", { class: "understood" }, `${texts.UNDERSTOOD_AS}: ${answer.query}`) : null;

/** An answer that grows part by part. `open(citation, mark)` is called when a mark is pressed. */
export class AnswerBody {
  constructor(open) {
    this.open = open;
    this.citations = new Map();
    this.statements = [];
    this.table = null;
    this.element = h("div", { class: "said" });
    this.place = this.element;
  }

  add(event, value) {
    if (event === "citations") for (const citation of value) this.citations.set(citation.number, citation);
    if (event === "statement") this.#state(value);
    if (event === "table") this.#tabulate(value);
  }

  /** Complete it with the whole answer; what was shown already stays where it is. */
  finish(answer) {
    for (const citation of answer.citations) this.citations.set(citation.number, citation);
    const shown = JSON.stringify([this.statements, this.table]);
    if (shown !== JSON.stringify([answer.statements, answer.table])) this.#showAnew(answer);
    this.element.classList.toggle("differing", isDisagreement(answer));
    const understood = understoodAs(answer);
    if (understood) this.element.prepend(understood);
    const writer = answer.writer === "extractive" ? null : fill(texts.WRITTEN_BY, { writer: answer.writer });
    for (const note of [answer.checks?.note, writer]) {
      if (note) this.element.append(h("p", { class: "writer" }, note));
    }
    this.element.append(this.#sourceList(answer.citations));
  }

  #showAnew(answer) {
    this.element.replaceChildren();
    this.place = this.element;
    this.statements = [];
    for (const statement of answer.statements) this.#state(statement);
    if (answer.table) this.#tabulate(answer.table);
  }

  #state(statement) {
    this.statements.push(statement);
    if (this.statements.length === 1 && isDisagreement(this)) {
      // What follows are the positions, each with who takes it.
      this.place = h("ul", { class: "positions" });
      this.element.append(h("p", { class: "verdict" }, statement.text), this.place);
    } else if (this.place !== this.element) {
      this.place.append(h("li", {}, this.#body(statement), this.#whoSays(statement)));
    } else {
      this.element.append(...this.#body(statement));
    }
  }

  #body(statement) {
    const { lead, items } = splitItems(statement.text);
    const marks = this.#marks(statement.citations);
    if (!items.length) return [h("p", {}, lead, marks)];
    const last = items.length - 1;
    return [
      lead ? h("p", {}, lead) : null,
      h(
        "ul",
        { class: "items" },
        items.map((item, at) => h("li", {}, item, at === last ? marks : null)),
      ),
    ].filter(Boolean);
  }

  #whoSays(statement) {
    const named = statement.citations.map((number) => this.citations.get(number)).filter(Boolean);
    return h("p", { class: "who" }, [...new Set(named.map((one) => one.publisher || one.title))].join(" · "));
  }

  #marks(numbers) {
    const known = numbers.filter((number) => this.citations.has(number));
    return known.length
      ? h(
          "span",
          { class: "cites" },
          known.map((number) => this.#mark(number, "cite")),
        )
      : null;
  }

  #mark(number, kind) {
    const citation = this.citations.get(number);
    const label = [citation.title, citation.publisher].filter(Boolean).join(", ");
    return h(
      "a",
      {
        class: kind,
        href: articleLink(citation),
        target: "_blank",
        rel: "noopener",
        title: `${label}: “${oneLine(citation.quote)}”`,
        "aria-label": fill(texts.OPEN_SOURCE_NUMBER, { number, source: label }),
        // With a modifier key it stays a link that opens in a window of its own.
        onclick: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          this.open(citation, event.currentTarget);
        },
      },
      String(number),
    );
  }

  #tabulate(table) {
    this.table = table;
    const cell = (statement, at) =>
      at === 0
        ? h("th", { role: "rowheader", scope: "row" }, statement.text)
        : h(
            "td",
            { role: "cell", "data-column": table.columns[at], class: statement.citations.length ? null : "not-stated" },
            this.#body(statement),
          );
    this.element.append(
      // Roles are said although tables have them: on a phone the rows are shown as blocks.
      h(
        "table",
        { role: "table", class: "comparison" },
        h("caption", { class: "sr" }, texts.COMPARISON),
        h(
          "thead",
          { role: "rowgroup" },
          h(
            "tr",
            { role: "row" },
            table.columns.map((name) => h("th", { role: "columnheader", scope: "col" }, name)),
          ),
        ),
        h(
          "tbody",
          { role: "rowgroup" },
          table.rows.map((row) => h("tr", { role: "row" }, row.map(cell))),
        ),
      ),
    );
  }

  #sourceList(citations) {
    if (!citations.length) return [];
    const articles = Map.groupBy(citations, (citation) => citation.article_id);
    const entry = (citation) =>
      h(
        "li",
        {},
        this.#mark(citation.number, "number"),
        h(
          "div",
          {},
          h("q", {}, oneLine(citation.quote)),
          citation.heading ? h("span", { class: "where" }, citation.heading.replaceAll(" > ", " › ")) : null,
        ),
      );
    const article = ([first, ...more]) => [
      h("p", { class: "article" }, first.title, first.publisher ? h("span", {}, ` · ${first.publisher}`) : null),
      h("ul", {}, [first, ...more].map(entry)),
    ];
    return h(
      "details",
      { class: "sources", open: citations.length <= OPEN_SOURCES },
      h("summary", {}, `${texts.SOURCES} (${citations.length})`),
      [...articles.values()].map(article),
    );
  }
}

/** Return questions as buttons under a label; nothing where there are none. */
export function askButtons(label, questions, ask) {
  if (!questions.length) return null;
  const button = (question) => h("button", { type: "button", onclick: () => ask(question) }, question);
  return h(
    "div",
    { class: "asks" },
    h("p", { class: "asks-label" }, label),
    h(
      "ul",
      {},
      questions.map((question) => h("li", {}, button(question))),
    ),
  );
}

/** Return what is shown where there is no conversation yet. */
export function welcome({ greeting, starters }, ask) {
  const theme = (one) =>
    h(
      "section",
      {},
      h("h3", {}, one.theme),
      h(
        "ul",
        {},
        one.questions.map((question) =>
          h("li", {}, h("button", { type: "button", onclick: () => ask(question) }, question)),
        ),
      ),
    );
  return h(
    "section",
    { class: "welcome" },
    h("h2", {}, texts.WELCOME),
    h("p", {}, greeting),
    h("div", { class: "themes" }, starters.map(theme)),
  );
}
