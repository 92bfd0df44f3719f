// The chat within another page (`/?embed=1`): compact, and its height told to the pages that are allowed to know it.

const MESSAGE = "bpo-kpo:height";

export const isEmbedded = () => new URLSearchParams(location.search).get("embed") === "1";

/** Tell the height of the chat whenever it changes; only a page of one of the origins is told. */
export function tellHeight(origins) {
  if (parent === window) return;
  const content = document.querySelector("#conversation");
  const composer = document.querySelector("#composer");
  let told = 0;
  const tell = () => {
    const height = Math.ceil(content.getBoundingClientRect().height + composer.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    for (const origin of new Set([location.origin, ...origins])) parent.postMessage({ type: MESSAGE, height }, origin);
  };
  const observer = new ResizeObserver(tell);
  observer.observe(content);
  observer.observe(composer);
}
