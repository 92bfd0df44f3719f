// The chat page from top to bottom: Gradio has put up the places, this fills them.

import { Chats } from "./chats.js";
import { Conversation } from "./conversation.js";
import { h, keyboard } from "./dom.js";
import { Sidebar } from "./sidebar.js";
import { SourcePanel } from "./source.js";
import { followTheme } from "./theme.js";

/** Start the chat in the place where the conversation is shown. Runs once, when Gradio has shown the page. */
export function start(place) {
  document.body.append(
    h("div", { id: "announcer", class: "sr", role: "status", "aria-live": "polite", "aria-atomic": "true" }),
  );
  const chats = new Chats();
  const panel = new SourcePanel();
  let sidebar = null;
  const conversation = new Conversation(place, chats, panel, { changed: (chat) => goTo(chat.id) });
  const field = () => document.querySelector("#question textarea");

  // The address names the conversation: a reload and the way back work, and two windows are two conversations.
  const named = () => new URLSearchParams(location.hash.slice(1)).get("chat") ?? "";
  const goTo = (id) => {
    if (named() !== id) history.pushState(null, "", id ? `#chat=${id}` : location.pathname + location.search);
    sidebar.show(id);
  };
  const open = (id) => {
    goTo(chats.get(id) ? id : "");
    conversation.show(chats.get(id) ?? chats.fresh());
    if (keyboard.matches) field()?.focus();
  };
  addEventListener("popstate", () => named() !== conversation.chat.id && open(named()));
  addEventListener("pagehide", () => conversation.leave());

  const gone = (id) => id === conversation.chat.id && open("");
  sidebar = new Sidebar(chats, document.getElementById("toggle-chats"), { open, gone });
  followTheme(document.getElementById("theme"));
  document.getElementById("new-chat").addEventListener("click", () => {
    sidebar.close();
    open("");
  });
  document.getElementById("skip").addEventListener("click", () => field()?.focus());

  // Gradio's field and button hand over what was typed, and take back what is left in the field.
  window.bpoKpoSend = (question) => (conversation.send(question) ? "" : question);

  open(named());
  askFromAddress(conversation);
}

/** Ask the question of `/?q=…`, once: a reload shows the conversation and does not ask again. */
function askFromAddress(conversation) {
  const address = new URL(location.href);
  const question = address.searchParams.get("q");
  if (question === null) return;
  address.searchParams.delete("q");
  history.replaceState(null, "", address.pathname + address.search);
  conversation.send(question);
}
