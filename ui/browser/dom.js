// Builds elements, and reads what the server put into the page. Text only ever becomes text: nothing takes HTML.

/** What the page knows of its server: `texts`, `title`, `greeting`, `starters` and settings. */
export const data = JSON.parse(document.getElementById("chat-data").textContent);
export const texts = data.texts;

/** Whether the window has room for panels beside the conversation, and whether a keyboard is at hand. */
export const wide = matchMedia("(min-width: 64rem)");
export const keyboard = matchMedia("(pointer: fine)");
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Make an element. An attribute that is null, undefined or false is left out; `onclick` and the like take a function.
 * Children may be nested lists; what is null, undefined, false or "" is left out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

/** Return a text with its {places} filled. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

// Drawn in a square of 24, by strokes.
const ICONS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  up: "M7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 17.6 20H7zM7 11v9H3v-9z",
  down: "M17 13l-4 8a2.5 2.5 0 0 1-2.5-2.5V15H5a2 2 0 0 1-2-2.4l1.4-7A2 2 0 0 1 6.4 4H17zM17 13V4h4v9z",
  rename: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  export: "M12 4v11M7 10l5 5 5-5M4 20h16",
  delete: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  before: "M15 5l-7 7 7 7",
  after: "M9 5l7 7-7 7",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
};

/** Return a drawing that says nothing to screen readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  for (const [key, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ]) {
    drawing.setAttribute(key, value);
  }
  return drawing;
}

/** Return a button that shows an icon and is called by its label. */
export function iconButton(name, label, onclick, more = {}) {
  return h(
    "button",
    { type: "button", class: "tool", "aria-label": label, title: label, onclick, ...more },
    icon(name),
  );
}

/** Put the focus on something that is no control, such as a heading. */
export function focusOn(element) {
  element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}

/** Say something to screen readers, and show nothing. */
export function announce(text) {
  const place = document.getElementById("announcer");
  // The same text twice would not be read out again.
  place.textContent = place.textContent === text ? `${text} ` : text;
}
