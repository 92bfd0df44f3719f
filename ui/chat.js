// Runs once when the conversation is shown. `element`, `trigger` and `watch` come from Gradio's HTML component.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const keyboard = matchMedia("(pointer: fine)");
const question = () => document.querySelector("#question textarea");

// Starter questions, suggestions and "try again" are buttons with the question to ask.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-ask]");
  if (!button || element.querySelector(".pending")) return;
  trigger("ask", { question: button.dataset.ask });
  // The pressed button goes away; focus must not go with it. On a phone that would open the keyboard.
  if (keyboard.matches) question()?.focus();
});

// Keep the newest question in view, its answer below it.
watch("value", () => {
  const turns = element.querySelectorAll(".turn");
  const behavior = calm.matches ? "auto" : "smooth";
  if (turns.length) turns[turns.length - 1].scrollIntoView({ block: "start", behavior });
  else scrollTo({ top: 0 });
});

if (keyboard.matches) question()?.focus();
