// Light, dark, or as the system is: the reader's choice is kept in this browser.

import { setting } from "./chats.js";
import { announce, fill, texts } from "./dom.js";

const CHOICES = ["system", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");

export function followTheme(button) {
  const chosen = () => (CHOICES.includes(setting("theme")) ? setting("theme") : "system");
  let now = chosen();
  const apply = () => {
    const dark = now === "dark" || (now === "system" && system.matches);
    // Until here the page is as the system is.
    document.body.classList.toggle("dark", dark);
    document.body.classList.toggle("light", !dark);
    const label = fill(texts.THEME, { theme: texts.THEMES[now] });
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  button.addEventListener("click", () => {
    now = CHOICES[(CHOICES.indexOf(now) + 1) % CHOICES.length];
    setting("theme", now);
    apply();
    announce(fill(texts.THEME, { theme: texts.THEMES[now] }));
  });
  system.addEventListener("change", apply);
  apply();
}
