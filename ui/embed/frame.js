// Tell the page around this frame how high the conversation is, so that it can make the frame that high.
//
// The message goes to the parent's own origin, never to any: only pages on the server's list may frame this one
// (frame-ancestors), and a browser delivers a message to the origin that it is addressed to alone.
(() => {
  "use strict";
  if (window.parent === window) return;
  const known = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  if (!known) return;
  const assistant = document.querySelector("bpo-kpo-assistant");
  // For the theme that the page around chooses: ?embed=1&theme=dark
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme) assistant.setAttribute("theme", theme);
  let told = 0;

  function tell() {
    const [log, header, form] = ["log", "header", "form"].map((part) => assistant.shadowRoot.querySelector(`[part=${part}]`));
    const last = log.lastElementChild;
    const content = last ? last.getBoundingClientRect().bottom - log.getBoundingClientRect().top + log.scrollTop + 16 : 0;
    const height = Math.ceil(header.offsetHeight + content + form.offsetHeight);
    if (height === told) return;
    told = height;
    window.parent.postMessage({ type: "bpo-kpo:height", height }, known);
  }

  new MutationObserver(tell).observe(assistant.shadowRoot, { childList: true, subtree: true, attributes: true });
  new ResizeObserver(tell).observe(assistant);
  tell();
})();
