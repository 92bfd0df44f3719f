// Keeps conversations in this browser, each under a key of its own, so that two windows do not undo each other's work.
//
// A conversation is {id, title, updated, turns: [{question, answer | null, problem | null}]}. Where the browser
// keeps nothing (a private window, a widget on another site), they live as long as the page.

const PREFIX = "bpo-kpo:chat:";
const MOST = 200;

export class Chats extends EventTarget {
  constructor() {
    super();
    this.chats = new Map();
    for (const key of keys()) this.#read(key);
    addEventListener("storage", (event) => {
      if (event.key !== null && !event.key.startsWith(PREFIX)) return;
      if (event.key === null) this.chats.clear();
      else this.#read(event.key);
      this.#changed(event.key?.slice(PREFIX.length), true);
    });
  }

  /** All conversations, the one used last coming first. */
  list() {
    return [...this.chats.values()].sort((one, other) => other.updated - one.updated);
  }

  get(id) {
    return this.chats.get(id) ?? null;
  }

  /** Return a conversation without turns; it is kept once it has one. */
  fresh() {
    const random = crypto.getRandomValues(new Uint8Array(9));
    return {
      id: btoa(String.fromCharCode(...random))
        .replaceAll("+", "-")
        .replaceAll("/", "_"),
      title: "",
      updated: 0,
      turns: [],
    };
  }

  save(chat) {
    this.chats.set(chat.id, chat);
    for (const old of this.list().slice(MOST)) this.#forget(old.id);
    // The browser gives a site some megabytes: when they are used up, the oldest conversation goes.
    while (!write(chat)) {
      const oldest = this.list().findLast((one) => one.id !== chat.id && isWritten(one.id));
      if (!oldest) break;
      this.#forget(oldest.id);
    }
    this.#changed(chat.id);
  }

  remove(id) {
    this.#forget(id);
    this.#changed(id);
  }

  #forget(id) {
    this.chats.delete(id);
    try {
      localStorage.removeItem(PREFIX + id);
    } catch {
      /* nothing is kept here */
    }
  }

  #read(key) {
    const id = key.slice(PREFIX.length);
    try {
      const chat = JSON.parse(localStorage.getItem(key));
      if (isChat(chat, id)) this.chats.set(id, chat);
      else this.chats.delete(id);
    } catch {
      this.chats.delete(id);
    }
  }

  #changed(id, elsewhere = false) {
    this.dispatchEvent(new CustomEvent("change", { detail: { id, elsewhere } }));
  }
}

/** Tell a conversation from whatever else may stand under its key, by what showing it relies on. */
function isChat(chat, id) {
  const isText = (value) => typeof value === "string";
  const isTurn = ({ question, answer, problem }) =>
    isText(question) &&
    (!answer || [answer.statements, answer.citations, answer.suggestions].every(Array.isArray)) &&
    (!problem || [problem.title, problem.detail].every(isText));
  return (
    chat?.id === id &&
    isText(chat.title) &&
    Array.isArray(chat.turns) &&
    chat.turns.length > 0 &&
    chat.turns.every(isTurn)
  );
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function isWritten(id) {
  try {
    return localStorage.getItem(PREFIX + id) !== null;
  } catch {
    return false;
  }
}

/** Write a conversation down; false when there is no room for it. */
function write(chat) {
  try {
    localStorage.setItem(PREFIX + chat.id, JSON.stringify(chat));
    return true;
  } catch (error) {
    return error.name !== "QuotaExceededError";
  }
}

/** Read or write one small setting of this browser; null where nothing is kept. */
export function setting(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`bpo-kpo:${name}`, value);
    return localStorage.getItem(`bpo-kpo:${name}`);
  } catch {
    return null;
  }
}
