// What can be done with an answer: say whether it helped, copy it with its citations, copy a link that asks again.

import { data, h, iconButton, texts } from "./dom.js";
import { answerMarkdown } from "./text.js";

export function answerActions(turn, answer) {
  const said = h("span", { class: "told", role: "status" });
  const tell = (text) => {
    said.textContent = text;
  };
  const row = h(
    "div",
    { class: "actions", role: "group", "aria-label": texts.ABOUT_ANSWER },
    data.feedback ? thumbs(turn, answer, tell) : null,
    iconButton("copy", texts.COPY, async () =>
      tell((await copy(answerMarkdown(answer))) ? texts.COPIED : texts.NOT_COPIED),
    ),
    iconButton("link", texts.COPY_LINK, async () =>
      tell((await copy(link(turn))) ? texts.LINK_COPIED : texts.NOT_COPIED),
    ),
    said,
  );
  return row;
}

/** Return the address that asks a question anew. */
function link(turn) {
  return `${location.origin}${location.pathname}?${new URLSearchParams({ q: turn.question })}`;
}

function thumbs(turn, answer, tell) {
  // Made up for this answer alone, so that a changed mind or a sentence does not count twice.
  const id = crypto.randomUUID?.() ?? null;
  let comment = null;
  const buttons = {};
  const send = async (helpful, sentence) => {
    const body = { question: turn.question, answer, helpful, comment: sentence };
    if (id) body.id = id;
    const sent = await post(body);
    tell(sent ? texts.THANKS : texts.NOT_STORED);
    if (!sent) return false;
    for (const [name, button] of Object.entries(buttons)) {
      button.setAttribute("aria-pressed", String((name === "up") === helpful));
    }
    return true;
  };
  const press = (helpful) => async (event) => {
    const row = event.currentTarget.closest(".actions");
    if (!(await send(helpful, comment))) return;
    row.nextElementSibling?.classList.contains("comment") && row.nextElementSibling.remove();
    row.after(
      sentenceForm(helpful, row, async (sentence) => {
        const sent = await send(helpful, sentence);
        if (sent) comment = sentence;
        return sent;
      }),
    );
  };
  buttons.up = iconButton("up", texts.HELPFUL, press(true), { "aria-pressed": "false" });
  buttons.down = iconButton("down", texts.NOT_HELPFUL, press(false), { "aria-pressed": "false" });
  return [buttons.up, buttons.down];
}

/** Ask for a sentence that is optional; the focus goes back to the row of buttons. */
function sentenceForm(helpful, row, send) {
  const field = h("input", {
    type: "text",
    maxlength: 1000,
    "aria-label": texts.COMMENT,
    placeholder: helpful ? texts.COMMENT_GOOD : texts.COMMENT_BAD,
  });
  const close = () => {
    form.remove();
    row.querySelector("[aria-pressed=true]")?.focus();
  };
  const form = h(
    "form",
    {
      class: "comment",
      onsubmit: async (event) => {
        event.preventDefault();
        const sentence = field.value.trim();
        if (!sentence || (await send(sentence))) close();
      },
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      },
    },
    field,
    h("button", { type: "submit", class: "plain" }, texts.SEND),
  );
  return form;
}

async function post(body) {
  try {
    const response = await fetch("/api/feedback", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** Copy a text; where the browser has no clipboard for this page, by the old way. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h("textarea", { class: "sr", "aria-hidden": "true" });
    const before = document.activeElement;
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    before?.focus();
    return copied;
  }
}
