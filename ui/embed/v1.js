// The assistant in a page of yours: the custom element <bpo-kpo-assistant>, described in docs/embedding.md.
//
// Whole in this file: no build step, no dependency, nothing loaded from elsewhere. Everything that is shown is made of
// DOM nodes and text; no string is ever read as HTML. Styles stand in a constructed sheet, so that a page's policy
// needs to allow nothing but this script and the connection to its server.
(() => {
  "use strict";

  const TAG = "bpo-kpo-assistant";
  const SCRIPT = document.currentScript;
  const HOME = SCRIPT?.src ? new URL("..", SCRIPT.src).href : `${location.origin}/`;
  const OPTIONS = [
    "server", "mode", "position", "heading", "greeting", "placeholder", "starters", "theme", "accent", "width",
    "height", "z-index", "sources", "texts", "support",
  ];
  const OPEN_SOURCES = 3; // more are folded away
  const KEPT_TURNS = 20; // in the browser's session
  const SENT_TURNS = 6; // what a follow-up may refer to
  const INVITATION = "Ask what you would like to know. The articles answer these, for example.";
  const TEXTS = {
    launcher: "Ask the assistant",
    close: "Close",
    reset: "New conversation",
    log: "Conversation",
    question: "Your question",
    send: "Send",
    stop: "Stop",
    asked: "You asked",
    searching: "Looking through the articles…",
    understood: "Understood as",
    unsaved: "This could not be stored; please try again later.",
    sources: "Sources",
    source: "Open the source",
    original: "Original",
    table: "Comparison, every cell with its source",
    noAnswer: "The articles do not say",
    instead: "The articles can answer:",
    next: "Ask next:",
    failed: "Something went wrong",
    refused: "This question cannot be answered as it is",
    away: "The assistant cannot be reached. Please try again in a moment.",
    broken: "The connection ended before the answer did.",
    stopped: "Stopped.",
    again: "Try again",
    forbidden: "The assistant is not set up for this page.",
    support: "Contact support",
    helpful: "Was this helpful?",
    yes: "Yes",
    no: "No",
    thanks: "Thank you.",
  };

  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(`
:host {
  all: initial; display: block; color-scheme: light dark;
  --accent: var(--bpo-accent, #0f5c7a); --on: #fff; --link: light-dark(#0f5c7a, #86c8e6);
  --ink: var(--bpo-ink, light-dark(#1d2129, #e7e9ed)); --muted: light-dark(#5a6170, #a7aebb);
  --ground: var(--bpo-ground, light-dark(#fff, #1c1f26)); --raised: light-dark(#f4f2ee, #272b34);
  --line: light-dark(#dedad2, #3a404d); --edge: light-dark(#8b8f99, #747b89);
  --unsure: light-dark(#8a5a00, #f0c060); --wrong: light-dark(#a32020, #ff9d94);
  --soft: color-mix(in srgb, var(--accent) 11%, var(--ground)); --radius: var(--bpo-radius, 14px);
  font: 400 var(--bpo-font-size, 16px)/1.5 var(--bpo-font, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif);
  color: var(--ink);
}
@supports (color: color(from red xyz-d65 x y z)) {
  :host { /* black or white, whichever reads on the accent; the accent as text, dark or light enough */
    --on: color(from var(--accent) xyz-d65 clamp(0, (.179 - y) * 1e6, .95) clamp(0, (.179 - y) * 1e6, 1) clamp(0, (.179 - y) * 1e6, 1.09));
    --link: light-dark(oklch(from var(--accent) min(l, .48) c h), oklch(from var(--accent) max(l, .8) min(c, .12) h));
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
*, ::before, ::after { box-sizing: border-box; }
p, ul, h2, h3 { margin: 0; padding: 0; font: inherit; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: .15em; }
button, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; background: none; border: 0; }
svg { display: block; width: 1.5em; height: 1.5em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: fixed; z-index: var(--bpo-z-index, 2147483000); width: 3.5em; height: 3.5em; border-radius: 50%;
  display: grid; place-items: center; background: var(--accent); color: var(--on); box-shadow: 0 4px 16px #0005;
}
.launcher:hover { filter: brightness(1.12); }
.panel {
  display: flex; flex-direction: column; overflow: hidden; container-type: inline-size; background: var(--ground);
  border: 1px solid var(--line); border-radius: var(--radius); overflow-wrap: anywhere; width: 100%;
  max-width: var(--bpo-width, none); max-height: var(--bpo-height, 40em);
}
.floating {
  position: fixed; z-index: var(--bpo-z-index, 2147483000); box-shadow: 0 8px 40px #0005;
  width: min(var(--bpo-width, 25em), 100vw - 2.5em); height: min(var(--bpo-height, 40em), 100dvh - 7em); max-height: none;
  animation: rise .18s ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
.bottom { bottom: 1.25em; } .top { top: 1.25em; } .left { left: 1.25em; } .right { right: 1.25em; }
.floating.bottom { bottom: 5.5em; } .floating.top { top: 5.5em; }

header { display: flex; align-items: center; gap: .25em; padding: .55em .5em .55em 1em; background: var(--accent); color: var(--on); }
header :focus-visible { outline-color: var(--on); outline-offset: -3px; }
h2 { flex: 1; font-weight: 650; }
header button { width: 2.5em; height: 2.5em; display: grid; place-items: center; border-radius: 8px; }
header button:hover { background: color-mix(in srgb, var(--on) 18%, transparent); }
header svg { width: 1.25em; height: 1.25em; }
.log { position: relative; flex: 1 1 auto; overflow-y: auto; overscroll-behavior: contain; padding: 1em; min-height: 9em; }
.log:focus-visible { outline-offset: -3px; }
.welcome > p { margin-bottom: 1em; }
.asks { margin-top: .9em; }
.asks p, .understood, .helpful { color: var(--muted); font-size: .875em; margin-bottom: .4em; }
.asks li { margin-bottom: .4em; }
.asks button, .again {
  text-align: left; font-size: .9375em; line-height: 1.4; padding: .45em .75em; border: 1px solid var(--line);
  border-radius: 10px; background: var(--ground);
}
.welcome .asks button { width: 100%; padding: .6em .8em; }
.asks button:hover, .again:hover { border-color: var(--link); background: var(--soft); }
.turn + .turn { margin-top: 1.5em; }
.asked { width: fit-content; max-width: 90%; margin: 0 0 .9em auto; padding: .5em .85em; white-space: pre-wrap; background: var(--soft); border-radius: 14px 14px 4px 14px; }
.answer > p, .answer .items { margin-bottom: .65em; }
.items { list-style: disc; padding-left: 1.2em; }
.cite { font-size: .75em; font-weight: 650; text-decoration: none; margin-left: .25em; padding: .15em .42em; border-radius: 5px; background: var(--soft); vertical-align: .2em; position: relative; }
.cite::after { content: ""; position: absolute; inset: -6px -3px; }
.cite:hover { background: var(--accent); color: var(--on); }
.understood { font-style: italic; }
table { border-collapse: separate; border-spacing: 0; width: 100%; margin: .25em 0 .9em; font-size: .9em; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
th, td { text-align: left; vertical-align: top; padding: .55em .65em; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: break-word; }
th { font-weight: 600; } thead th { background: var(--raised); }
td { border-left: 1px solid var(--line); width: 40%; }
tr:last-child > :last-child, tbody tr:last-child > * { border-bottom: 0; }
td .items { padding-left: 1em; margin: 0; }
.missing { color: var(--muted); font-style: italic; }
.side { display: none; }
@container (max-width: 34em) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; width: auto; }
  tbody th { background: var(--raised); } td { border-left: 0; }
  tbody tr:last-child > :not(:last-child) { border-bottom: 1px solid var(--line); }
  .side { display: block; font-size: .85em; font-weight: 650; color: var(--muted); font-style: normal; }
}
.sources { margin-top: .9em; padding-top: .6em; border-top: 1px solid var(--line); font-size: .875em; line-height: 1.45; }
summary { cursor: pointer; width: fit-content; font-weight: 600; color: var(--muted); padding: .2em 0; }
.sources li { display: flex; gap: .6em; margin-top: .55em; }
.sources li > a { flex: none; min-width: 2em; height: 2em; margin: 0; display: grid; place-items: center; }
.sources q { quotes: "“" "”"; } .from { display: block; color: var(--muted); font-size: .93em; }
.abstained, .failed { border: 1px solid var(--unsure); border-left-width: 4px; border-radius: 10px; padding: .8em .9em; }
.verdict { font-weight: 650; color: var(--unsure); }
.failed { border-color: var(--wrong); } .failed .verdict { color: var(--wrong); }
.again { margin-top: .3em; margin-right: .6em; }
.pending { color: var(--muted); }
.pending::before { content: ""; display: inline-block; width: .55em; height: .55em; margin-right: .5em; border-radius: 50%; background: currentColor; animation: breathe 1.2s infinite; }
@keyframes breathe { 50% { opacity: .25; } }
.helpful { display: flex; align-items: center; gap: .5em; margin: .9em 0 0; }
.helpful button { padding: .25em .7em; border: 1px solid var(--line); border-radius: 999px; color: var(--ink); }
.helpful button:hover { border-color: var(--link); }
form { display: flex; align-items: end; gap: .5em; padding: .6em .75em; border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; resize: none; field-sizing: content; min-height: 2.75em; max-height: 8em; padding: .6em .75em; border: 1px solid var(--edge); border-radius: 10px; background: var(--ground); color: var(--ink); }
textarea:focus-visible { outline-offset: -1px; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { flex: none; width: 2.75em; height: 2.75em; display: grid; place-items: center; border-radius: 10px; background: var(--accent); color: var(--on); }
.send:hover { filter: brightness(1.12); }
.foot { padding: 0 1em .7em; font-size: .8125em; }
@media (max-width: 480px), (max-height: 480px) {
  .floating.panel { inset: 0; width: auto; height: auto; max-width: none; border: 0; border-radius: 0; padding-bottom: env(safe-area-inset-bottom); }
  .launcher[aria-expanded=true] { display: none; }
  .log { min-height: 0; }
}
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; } }
@media (forced-colors: active) { .launcher, .send, header { border: 1px solid; } }
`);

  const ICONS = {
    launcher: "M4 5h16v11H11l-4 4v-4H4z M8 9h8 M8 12h5",
    close: "M6 6l12 12 M18 6L6 18",
    reset: "M5 12a7 7 0 1 0 2-5 M7 3v4h4",
    send: "M4 12h15 M13 6l6 6-6 6",
    stop: "M7 7h10v10H7z",
  };

  // ------------------------------------------------------------------------------------------------ small helpers

  function make(tag, given = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(space, "path"));
    svg.firstChild.setAttribute("d", ICONS[name]);
    return svg;
  }

  // A link of the web or of mail, or null: no address that comes from outside can be a script.
  function safeLink(address) {
    try {
      const url = new URL(address, location.href);
      return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  // A quote as it is read: without the marks of Markdown.
  function plain(markdown) {
    const lines = String(markdown).split("\n").filter((line) => line.trim());
    const joined = lines.reduce((before, line) => {
      const item = /^\s*[-*+]\s+/.test(line);
      const between = !before ? "" : item && !before.endsWith(":") ? "; " : " ";
      return before + between + line.replace(/^\s*(#{1,6}\s+|>\s?|[-*+]\s+)/, "").trim();
    }, "");
    return joined.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/(\*\*|__|`)/g, "").replace(/\s*\|\s*/g, " · ").trim();
  }

  async function* events(body) {
    // Read without a pipe, which would drop what came just before a connection was lost.
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const field = (name) => block.split("\n").filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
          if (field("event")) yield [field("event"), JSON.parse(field("data"))];
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  // What went wrong, in the form of the server's own problems (RFC 9457).
  class Trouble extends Error {
    constructor(problem) {
      super(problem.detail);
      this.problem = problem;
    }
  }

  async function troubleOf(response) {
    try {
      return new Trouble({ status: response.status, ...(await response.json()) });
    } catch {
      return new Trouble({ status: response.status, type: "about:blank", title: TEXTS.failed, detail: TEXTS.away });
    }
  }

  // -------------------------------------------------------------------------------------------------- the element

  class BpoKpoAssistant extends HTMLElement {
    static observedAttributes = OPTIONS;

    #turns = [];
    #config = null;
    #forbidden = null;
    #asking = null; // the AbortController of the question that is being answered
    #isOpen = false;
    #returnTo = null;
    #queued = false;
    #key = "";
    #parts = {};
    #texts = TEXTS;

    constructor() {
      super();
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [SHEET];
    }

    connectedCallback() {
      this.#key = `${TAG}:${this.#server}:${this.id || [...document.querySelectorAll(TAG)].indexOf(this)}`;
      this.#turns = this.#remembered();
      document.addEventListener("securitypolicyviolation", this.#onPolicy);
      this.#build();
      this.#ready();
      const small = matchMedia("(max-width: 480px), (max-height: 480px)").matches;
      if (this.hasAttribute("open") && !this.#isOpen && !small) this.#show(false);
    }

    disconnectedCallback() {
      document.removeEventListener("securitypolicyviolation", this.#onPolicy);
      this.#asking?.abort();
      this.#isOpen = false;
    }

    attributeChangedCallback() {
      if (!this.isConnected || this.#queued) return;
      this.#queued = true; // several changes at once are one
      queueMicrotask(() => {
        this.#queued = false;
        if (this.isConnected) this.#build();
      });
    }

    // ------------------------------------------------------------------------------------------ for the host page

    /** Ask a question; return its answer as the server gives it, or throw what went wrong. */
    async ask(question) {
      question = String(question).trim();
      if (!this.isConnected) throw new Error(`${TAG}: put the element into a page before it is asked`);
      if (this.#asking) throw new Error(`${TAG}: the question before is still being answered`);
      if (!question) throw new Error(`${TAG}: the question is empty`);
      if (this.#floating) this.#show(false);
      const turn = { question };
      this.#turns.push(turn);
      return this.#answer(turn);
    }

    /** Open the panel of a launcher and move the focus into it. */
    open() {
      if (this.#floating) this.#show(true);
    }

    /** Close the panel of a launcher and give the focus back. */
    close() {
      if (!this.#isOpen) return;
      const inside = this.shadowRoot.activeElement;
      this.#isOpen = false;
      this.#sync();
      const back = this.#returnTo;
      this.#returnTo = null;
      if (inside) (back?.isConnected ? back : this.#parts.launcher)?.focus();
      this.#tell("close");
    }

    /** Forget the conversation and begin a new one. */
    reset() {
      this.#asking?.abort();
      this.#turns = [];
      this.#remember();
      this.#showTurns();
    }

    // --------------------------------------------------------------------------------------------------- options

    get #server() {
      return (this.getAttribute("server") || HOME).replace(/\/+$/, "");
    }

    get #floating() {
      return this.getAttribute("mode") !== "inline";
    }

    #json(name, fits, otherwise) {
      if (!this.hasAttribute(name)) return otherwise;
      try {
        const value = JSON.parse(this.getAttribute(name));
        if (fits(value)) return value;
      } catch { /* said below */ }
      console.error(`${TAG}: the option ${name} is not the JSON it should be: ${this.getAttribute(name)}`);
      return otherwise;
    }

    #tell(name, detail = {}) {
      this.dispatchEvent(new CustomEvent(name, { detail }));
    }

    // ------------------------------------------------------------------------------------------------- the server

    // Learn what the server offers; say clearly what to change where this page may not use it.
    async #ready() {
      if (this.#config || this.#forbidden) return;
      try {
        const response = await fetch(`${this.#server}/embed/config`, { credentials: "omit" });
        if (response.ok) this.#config = await response.json();
        else if (response.status === 403) this.#forbid(await troubleOf(response));
      } catch { /* not there now; asked again with the next question */ }
      if (!this.#config || !this.isConnected) return;
      this.#fill();
      if (!this.#turns.length) this.#showTurns();
    }

    #forbid(trouble) {
      this.#forbidden = trouble.problem;
      console.error(`${TAG}: ${trouble.problem.detail}`);
      this.#tell("error", trouble.problem);
      if (this.isConnected) this.#build();
    }

    #onPolicy = (violation) => {
      if (!violation.blockedURI.startsWith(this.#server)) return;
      console.error(`${TAG}: this page's Content-Security-Policy blocks the assistant; add ${this.#server} to its ${violation.effectiveDirective}`);
    };

    async #answer(turn) {
      const asking = (this.#asking = new AbortController());
      delete turn.problem;
      const view = this.#showTurn(turn);
      this.#sync();
      try {
        turn.answer = await this.#stream(turn, view, asking.signal);
        this.#tell("answer", { question: turn.question, answer: turn.answer });
        return turn.answer;
      } catch (error) {
        turn.problem = await this.#problem(error, asking.signal);
        if (!asking.signal.aborted) this.#tell("error", turn.problem);
        throw new Trouble(turn.problem);
      } finally {
        if (this.#asking === asking) this.#asking = null;
        this.#remember();
        this.#sync();
        if (view.answer.isConnected) this.#finish(turn, view);
        else if (this.isConnected) this.#showTurns(); // the box was built anew meanwhile
      }
    }

    async #stream(turn, view, signal) {
      const before = this.#turns.slice(0, this.#turns.indexOf(turn)).filter((one) => one.answer).slice(-SENT_TURNS);
      const history = before.map((one) => ({ question: one.question, answer: one.answer.text }));
      const response = await fetch(`${this.#server}/api/ask/stream`, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ question: turn.question, history }),
        signal,
      });
      if (!response.ok) throw await troubleOf(response);
      for await (const [name, data] of events(response.body)) {
        if (name === "done") return data;
        if (name === "error") throw new Trouble(data);
        this.#showPart(view, name, data);
      }
      throw new Trouble({ status: 502, type: "about:blank", title: TEXTS.failed, detail: this.#texts.broken });
    }

    // A fetch that fails does not say why; asking the server once more tells a refusal from a server that is away.
    async #problem(error, signal) {
      const own = (detail) => ({ status: 0, type: "about:blank", title: this.#texts.failed, detail });
      if (signal.aborted) return own(this.#texts.stopped);
      if (error instanceof Trouble) return error.problem;
      await this.#ready();
      return this.#forbidden ?? own(this.#texts.away);
    }

    // ---------------------------------------------------------------------------------------------------- memory

    #remembered() {
      try {
        const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
        return kept.filter((turn) => typeof turn.question === "string" && Array.isArray(turn.answer?.statements));
      } catch {
        return []; // a page may forbid storage; the conversation then ends with it
      }
    }

    #remember() {
      const answered = this.#turns.filter((turn) => turn.answer).slice(-KEPT_TURNS);
      try {
        sessionStorage.setItem(this.#key, JSON.stringify(answered.map(({ question, answer }) => ({ question, answer }))));
      } catch { /* as above */ }
    }

    // --------------------------------------------------------------------------------------------------- the box

    #build() {
      const isText = (value) => value && typeof value === "object" && !Array.isArray(value);
      const texts = (this.#texts = { ...TEXTS, ...this.#json("texts", isText, {}) });
      const floating = this.#floating;
      const corner = /^(top|bottom)-(left|right)$/.test(this.getAttribute("position") ?? "") ? this.getAttribute("position") : "bottom-right";
      const place = floating ? ` ${corner.replace("-", " ")}` : "";
      for (const name of ["accent", "width", "height", "z-index"]) {
        const value = this.getAttribute(name);
        const none = name === "height" && value === "auto" ? "none" : value;
        if (value) this.style.setProperty(`--bpo-${name}`, none);
        else this.style.removeProperty(`--bpo-${name}`);
      }

      const parts = (this.#parts = {});
      parts.heading = make("h2", { id: "heading", part: "heading" });
      parts.log = make("div", { class: "log", part: "log", role: "log", "aria-live": "polite", "aria-label": texts.log, tabindex: "0" });
      parts.input = make("textarea", {
        part: "input", rows: "1", id: "input", enterkeyhint: "send", autocomplete: "off",
        keydown: (event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          this.#submit();
        },
      });
      parts.send = make("button", { class: "send", part: "send", type: "submit" });
      const support = safeLink(this.getAttribute("support") || "javascript:");
      parts.panel = make(
        "section",
        {
          class: `panel${floating ? " floating" : ""}${place}`, part: "panel", "aria-labelledby": "heading", id: "panel",
          role: floating ? "dialog" : null, "aria-modal": floating ? "true" : null, keydown: (event) => this.#onKey(event),
        },
        make(
          "header",
          { part: "header" },
          parts.heading,
          make("button", { type: "button", part: "reset", "aria-label": texts.reset, title: texts.reset, click: () => { this.reset(); parts.input.focus(); } }, icon("reset")),
          floating ? make("button", { type: "button", part: "close", "aria-label": texts.close, title: texts.close, click: () => this.close() }, icon("close")) : null,
        ),
        parts.log,
        make(
          "form",
          { part: "form", submit: (event) => { event.preventDefault(); this.#submit(); } },
          make("label", { class: "sr", for: "input" }, texts.question),
          parts.input,
          parts.send,
        ),
        support ? make("p", { class: "foot" }, make("a", { part: "support", href: support, target: "_blank", rel: "noopener" }, texts.support)) : null,
      );
      if (floating) {
        parts.launcher = make(
          "button",
          { class: `launcher${place}`, part: "launcher", type: "button", "aria-haspopup": "dialog", "aria-label": texts.launcher, click: () => (this.#isOpen ? this.close() : this.open()) },
        );
      }
      this.shadowRoot.replaceChildren(...[parts.launcher, parts.panel].filter(Boolean));
      this.#fill();
      this.#sync();
      this.#showTurns();
    }

    // Put in what the server may have told.
    #fill() {
      const { heading, input } = this.#parts;
      heading.textContent = this.getAttribute("heading") || this.#config?.title || this.#texts.launcher;
      input.placeholder = this.getAttribute("placeholder") || `${this.#texts.question}…`;
      if (this.#config) input.maxLength = this.#config.max_question_chars;
    }

    // Bring what shows a state in line with it.
    #sync() {
      const { launcher, panel, send, input, log } = this.#parts;
      const verb = this.#asking ? "stop" : "send";
      send.replaceChildren(icon(verb));
      send.setAttribute("aria-label", this.#texts[verb]);
      log.setAttribute("aria-busy", String(Boolean(this.#asking)));
      input.disabled = send.disabled = Boolean(this.#forbidden);
      if (!launcher) return;
      panel.hidden = !this.#isOpen;
      launcher.setAttribute("aria-expanded", String(this.#isOpen));
      launcher.replaceChildren(icon(this.#isOpen ? "close" : "launcher"));
      launcher.setAttribute("aria-label", this.#isOpen ? this.#texts.close : this.#texts.launcher);
    }

    #show(focus) {
      const was = this.#isOpen;
      if (!was) {
        const active = this.getRootNode().activeElement;
        this.#returnTo = active && active !== document.body && active !== this ? active : null;
        this.#isOpen = true;
        this.#sync();
        this.#ready();
      }
      if (focus) (this.#forbidden ? this.#parts.log : this.#parts.input).focus();
      if (!was) this.#tell("open");
    }

    #submit() {
      if (this.#asking) {
        this.#asking.abort();
        return;
      }
      const question = this.#parts.input.value;
      if (!question.trim()) return;
      this.#parts.input.value = "";
      this.ask(question).catch(() => {}); // what went wrong is shown, and told by the event
    }

    #pick(question) {
      if (this.#asking) return;
      this.#parts.input.focus();
      this.ask(question).catch(() => {});
    }

    #onKey(event) {
      if (!this.#floating) return;
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      } else if (event.key === "Tab") {
        const all = [...this.#parts.panel.querySelectorAll("button, a[href], textarea, summary, [tabindex]")];
        const stops = all.filter((node) => !node.disabled && node.checkVisibility());
        const edge = event.shiftKey ? stops[0] : stops.at(-1);
        if (this.shadowRoot.activeElement !== edge) return;
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      }
    }

    // ------------------------------------------------------------------------------------------- the conversation

    #showTurns() {
      const { log } = this.#parts;
      log.replaceChildren();
      if (this.#forbidden) {
        log.append(make("div", { class: "failed", part: "error", role: "alert" }, make("p", { class: "verdict" }, this.#texts.forbidden)));
      } else if (this.#turns.length) {
        for (const turn of this.#turns) this.#finish(turn, this.#showTurn(turn));
      } else {
        log.append(this.#welcome());
      }
    }

    #welcome() {
      const isList = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");
      const greeting = this.getAttribute("greeting") ?? this.#config?.greeting ?? "";
      const starters = this.#json("starters", isList, this.#config?.starters ?? []);
      return make("div", { class: "welcome", part: "welcome" }, greeting ? make("p", {}, greeting) : null, this.#asks("", starters));
    }

    #asks(label, questions) {
      if (!questions?.length) return null;
      const buttons = questions.map((question) => make("li", {}, make("button", { type: "button", part: "suggestion", click: () => this.#pick(question) }, question)));
      return make("div", { class: "asks" }, label ? make("p", {}, label) : null, make("ul", {}, buttons));
    }

    #showTurn(turn) {
      const { log } = this.#parts;
      if (!log.querySelector(".turn")) log.replaceChildren();
      const view = { citations: new Map(), shown: [], answer: make("div", { class: "answer", part: "answer" }) };
      view.pending = make("p", { class: "pending" }, this.#texts.searching);
      view.answer.append(view.pending);
      const said = make("span", { class: "sr" }, `${this.#texts.asked}: `);
      const node = make("div", { class: "turn", part: "turn" }, make("p", { class: "asked", part: "question" }, said, turn.question), view.answer);
      turn.node?.replaceWith(node);
      if (!node.isConnected) log.append(node);
      Object.defineProperty(turn, "node", { value: node, enumerable: false, configurable: true });
      this.#bringUp(view);
      return view;
    }

    // Scroll the conversation, never the page, until the question is at its top; not against a reader who scrolls.
    #bringUp(view) {
      const { log } = this.#parts;
      if (view.top !== undefined && Math.abs(log.scrollTop - view.top) > 2) return;
      log.scrollTop = view.answer.parentElement.offsetTop - 12;
      view.top = log.scrollTop;
    }

    #showPart(view, name, data) {
      if (name === "citations") {
        for (const citation of data) view.citations.set(citation.number, citation);
        return;
      }
      const nodes = name === "statement" ? this.#statement(data, view.citations) : name === "table" ? [this.#table(data, view.citations)] : [];
      view.shown.push(data);
      view.pending.before(...nodes);
      this.#bringUp(view);
    }

    // Show the whole answer, or what went wrong. What was streamed stays, unless the answer became another one.
    #finish(turn, view) {
      const { answer, problem } = turn;
      if (answer || problem) view.pending.remove();
      if (!answer) {
        if (problem) {
          const failure = this.#failure(turn, problem);
          view.answer.replaceWith(failure);
          view.answer = failure;
          this.#bringUp(view);
        }
        return;
      }
      const parts = [...answer.statements, ...(answer.table ? [answer.table] : [])];
      if (answer.abstained) {
        const invites = answer.text === INVITATION;
        view.answer.className = invites ? "invited" : "abstained";
        if (!invites) view.answer.part.add("abstention");
        const verdict = invites ? [] : [make("p", { class: "verdict" }, this.#texts.noAnswer)];
        view.answer.replaceChildren(...verdict, make("p", {}, answer.text));
      } else if (JSON.stringify(parts) !== JSON.stringify(view.shown)) {
        for (const citation of answer.citations) view.citations.set(citation.number, citation);
        view.answer.replaceChildren(...answer.statements.flatMap((one) => this.#statement(one, view.citations)));
        if (answer.table) view.answer.append(this.#table(answer.table, view.citations));
      }
      const words = (text) => text.toLowerCase().replace(/[?.!\s]+$/, "").trim().replace(/\s+/g, " ");
      const resolved = answer.query && words(answer.query) !== words(answer.question);
      if (resolved) view.answer.prepend(make("p", { class: "understood" }, `${this.#texts.understood}: ${answer.query}`));
      const tail = [this.#sources(answer), this.#helpful(turn), this.#asks(answer.abstained ? this.#texts.instead : this.#texts.next, answer.suggestions)];
      view.answer.append(...tail.filter(Boolean));
      this.#bringUp(view);
    }

    #failure(turn, problem) {
      const again = problem.status === 422 ? null : make("button", {
        type: "button", class: "again", part: "retry",
        click: () => { if (!this.#asking) { this.#parts.input.focus(); this.#answer(turn).catch(() => {}); } },
      }, this.#texts.again);
      const verdict = problem.status === 422 ? this.#texts.refused : this.#texts.failed;
      return make("div", { class: "failed", part: "error", role: "alert" }, make("p", { class: "verdict" }, verdict), make("p", {}, problem.detail), again);
    }

    // A sentence with its citations; a list below it stays a list.
    #statement(statement, citations) {
      const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+/;
      const lead = [];
      const items = [];
      for (const line of statement.text.split("\n")) {
        if (item.test(line)) items.push(line.replace(item, ""));
        else if (items.length) items.push(`${items.pop()} ${line.trim()}`);
        else lead.push(line);
      }
      const marks = statement.citations.map((number) => this.#mark(citations.get(number), number));
      const nodes = [];
      if (lead.join("").trim()) nodes.push(make("p", { part: "statement" }, lead.join(" "), items.length ? [] : marks));
      if (items.length) nodes.push(make("ul", { class: "items" }, items.map((text, n) => make("li", {}, text, n === items.length - 1 ? marks : []))));
      return nodes;
    }

    #mark(citation, number) {
      if (!citation) return null;
      const label = [citation.title, citation.publisher].filter(Boolean).join(", ");
      return make("a", {
        class: "cite", part: "citation", target: "_blank", rel: "noopener", href: this.#proof(citation),
        title: `${label}: “${plain(citation.quote)}”`, "aria-label": `${this.#texts.source} ${number}: ${label}`,
      }, String(number));
    }

    // The article with the quote marked.
    #proof({ article_id: article, start, end }) {
      return `${this.#server}/articles/${encodeURIComponent(article)}?start=${Number(start)}&end=${Number(end)}#quote`;
    }

    #table({ columns, rows }, citations) {
      const cell = (one, n) => {
        if (n === 0) return make("th", { scope: "row", role: "rowheader" }, one.text);
        const side = make("span", { class: "side", "aria-hidden": "true" }, columns[n]);
        return make("td", { role: "cell", class: one.citations.length ? null : "missing" }, side, this.#statement(one, citations));
      };
      const head = make("tr", { role: "row" }, columns.map((name) => make("th", { scope: "col", role: "columnheader" }, name)));
      // The roles are said, because a table that is laid out as blocks loses them.
      return make(
        "table",
        { part: "table", role: "table" },
        make("caption", { class: "sr" }, this.#texts.table),
        make("thead", { role: "rowgroup" }, head),
        make("tbody", { role: "rowgroup" }, rows.map((row) => make("tr", { role: "row" }, row.map(cell)))),
      );
    }

    #sources(answer) {
      const wish = this.getAttribute("sources") ?? "auto";
      if (wish === "hidden" || !answer.citations.length) return null;
      const items = answer.citations.map((citation) => {
        const original = citation.url && /^https?:/i.test(citation.url) ? safeLink(citation.url) : null;
        const from = [citation.title, citation.publisher].filter(Boolean).join(" · ");
        const link = original ? make("a", { href: original, target: "_blank", rel: "noopener" }, this.#texts.original) : null;
        return make("li", { part: "source" }, this.#mark(citation, citation.number), make("div", {}, make("q", { part: "quote" }, plain(citation.quote)), make("span", { class: "from" }, from, link ? [" · ", link] : [])));
      });
      const open = wish === "open" || (wish !== "folded" && items.length <= OPEN_SOURCES);
      return make("details", { class: "sources", part: "sources", open }, make("summary", {}, `${this.#texts.sources} (${items.length})`), make("ul", {}, items));
    }

    #helpful(turn) {
      if (!this.#config?.feedback) return null;
      const box = make("div", { class: "helpful", part: "feedback", role: "group", "aria-label": this.#texts.helpful }, make("span", {}, this.#texts.helpful));
      const send = async (helpful) => {
        const { question, answer } = turn;
        const body = JSON.stringify({ question, answer, helpful, comment: null });
        const headers = { "Content-Type": "application/json" };
        try {
          const response = await fetch(`${this.#server}/api/feedback`, { method: "POST", credentials: "omit", headers, body });
          if (!response.ok) throw await troubleOf(response);
          box.replaceChildren(make("span", { role: "status", tabindex: "-1" }, this.#texts.thanks));
          box.firstChild.focus();
          this.#tell("feedback", { question, answer, helpful });
        } catch (error) {
          box.querySelector("[role=status]")?.remove();
          box.append(make("span", { role: "status" }, this.#texts.unsaved));
          this.#tell("error", error.problem ?? { status: 0, type: "about:blank", title: this.#texts.failed, detail: this.#texts.away });
        }
      };
      box.append(...[["yes", true], ["no", false]].map(([text, helpful]) => make("button", { type: "button", click: () => send(helpful) }, this.#texts[text])));
      return box;
    }
  }

  if (!customElements.get(TAG)) customElements.define(TAG, BpoKpoAssistant);

  // A script tag places a launcher by itself: with its own options, once, when the page is there.
  function place() {
    if (document.querySelector(`${TAG}[placed="${CSS.escape(HOME)}"]`)) return;
    const launcher = document.createElement(TAG);
    for (const { name, value } of SCRIPT.attributes) if (name.startsWith("data-")) launcher.setAttribute(name.slice(5), value);
    if (!launcher.hasAttribute("server")) launcher.setAttribute("server", HOME);
    launcher.setAttribute("placed", HOME);
    document.body.append(launcher);
  }

  if (SCRIPT && !SCRIPT.hasAttribute("data-manual")) {
    if (document.body && document.readyState !== "loading") place();
    else document.addEventListener("DOMContentLoaded", place, { once: true });
  }
})();
