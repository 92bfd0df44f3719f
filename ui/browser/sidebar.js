// The list of conversations kept in this browser: beside the chat on a wide window, a drawer on a phone.

import { setting } from "./chats.js";
import { fill, h, iconButton, texts, wide } from "./dom.js";
import { chatMarkdown } from "./text.js";

export class Sidebar {
  /** `open(id)` shows a conversation, `gone(id)` is told when one was deleted; `toggle` is the button for the list. */
  constructor(chats, toggle, { open, gone }) {
    this.chats = chats;
    this.toggle = toggle;
    this.act = { open, gone };
    this.list = h("ul");
    this.nav = h(
      "nav",
      { "aria-label": texts.CHATS },
      h("h2", {}, texts.CHATS),
      this.list,
      h("p", { class: "note" }, texts.CHATS_KEPT),
    );
    this.aside = h("div", { class: "side" });
    this.drawer = h("dialog", { class: "drawer", "aria-label": texts.CHATS });
    this.drawer.addEventListener("click", (event) => event.target === this.drawer && this.drawer.close());
    this.drawer.addEventListener("close", () => this.#mark());
    document.body.append(this.aside, this.drawer);
    toggle.addEventListener("click", () => this.#toggle());
    chats.addEventListener("change", () => this.show(this.current));
    wide.addEventListener("change", () => this.#place());
    this.#place();
  }

  /** Show the list, with one conversation as the one that is read. */
  show(current) {
    this.current = current;
    if (this.list.querySelector("input")) return; // a name is being typed
    const entries = this.chats.list().map((chat) => this.#entry(chat));
    if (this.deleted) entries.unshift(this.#undo(this.deleted));
    // Pressing a button can redraw the list: the focus stays on the same button.
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.list.replaceChildren(...(entries.length ? entries : [h("li", { class: "none" }, texts.NO_CHATS)]));
    if (focused) this.list.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Close the drawer, as after a choice; the list beside the chat stays. */
  close() {
    if (this.drawer.open) this.drawer.close();
  }

  #entry(chat) {
    const tool = (name, label, does) =>
      iconButton(name, fill(label, { title: chat.title }), does, { "data-at": `${name} ${chat.id}` });
    return h(
      "li",
      { class: chat.id === this.current ? "current" : null },
      h(
        "button",
        {
          type: "button",
          class: "chat",
          "data-at": chat.id,
          "aria-current": chat.id === this.current ? "true" : null,
          onclick: () => this.#choose(chat.id),
        },
        chat.title,
      ),
      h(
        "span",
        { class: "tools" },
        tool("rename", texts.RENAME, (event) => this.#rename(chat, event.currentTarget.closest("li"))),
        tool("export", texts.EXPORT, () => download(chat)),
        tool("delete", texts.DELETE, () => this.#delete(chat)),
      ),
    );
  }

  #choose(id) {
    this.deleted = null;
    this.close();
    this.act.open(id);
  }

  #rename(chat, entry) {
    const field = h("input", { type: "text", value: chat.title, maxlength: 80, "aria-label": texts.NEW_NAME });
    let ended = false;
    const end = (name) => {
      // Taking the field away takes its focus, which would end it once more.
      if (ended) return;
      ended = true;
      entry.replaceChildren();
      if (name && name !== chat.title) this.chats.save({ ...this.chats.get(chat.id), title: name });
      this.show(this.current);
      this.list.querySelector(`[data-at="${CSS.escape(`rename ${chat.id}`)}"]`)?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      // The key does nothing more: it neither presses the button that has the focus next, nor closes the drawer.
      event.preventDefault();
      end(event.key === "Enter" ? field.value.trim() : "");
    });
    field.addEventListener("blur", () => end(field.value.trim()));
    entry.replaceChildren(field);
    field.select();
  }

  #delete(chat) {
    this.deleted = chat;
    this.chats.remove(chat.id);
    this.act.gone(chat.id);
    this.list.querySelector(".undo button")?.focus();
  }

  #undo(chat) {
    const restore = () => {
      this.deleted = null;
      this.chats.save(chat);
      this.list.querySelector(`[data-at="${CSS.escape(chat.id)}"]`)?.focus();
    };
    return h(
      "li",
      { class: "undo", role: "status" },
      h("span", {}, fill(texts.DELETED, { title: chat.title })),
      h("button", { type: "button", "data-at": "undo", onclick: restore }, texts.UNDO),
    );
  }

  #toggle() {
    if (!wide.matches) {
      if (this.drawer.open) this.drawer.close();
      else this.drawer.showModal();
    } else {
      setting("list", document.body.classList.contains("has-side") ? "closed" : "open");
      this.#place();
      return;
    }
    this.#mark();
  }

  #place() {
    this.close();
    (wide.matches ? this.aside : this.drawer).append(this.nav);
    document.body.classList.toggle("has-side", wide.matches && setting("list") !== "closed");
    this.#mark();
  }

  #mark() {
    this.toggle.setAttribute("aria-expanded", String(this.drawer.open || document.body.classList.contains("has-side")));
  }
}

function download(chat) {
  const name =
    chat.title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 60) || "chat";
  const address = URL.createObjectURL(new Blob([chatMarkdown(chat)], { type: "text/markdown" }));
  h("a", { href: address, download: `${name}.md` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
