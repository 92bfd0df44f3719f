// Reads the little Markdown there is in answers and quotes, and writes conversations as Markdown.

import { data, texts } from "./dom.js";

const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s+/;

/** Split a statement into its sentence and the list items below it, without their marks. */
export function splitItems(text) {
  const lead = [];
  const items = [];
  for (const line of text.split("\n")) {
    const mark = line.match(ITEM);
    if (mark) items.push(line.slice(mark[0].length));
    else if (!items.length) lead.push(line);
    else if (line.trim()) items[items.length - 1] += ` ${line.trim()}`;
  }
  return { lead: lead.join("\n").trim(), items };
}

/** Return a quote on one line: list items after semicolons, cells after dashes, no marks of emphasis. */
export function oneLine(markdown) {
  const lines = markdown.split("\n").map((line) =>
    line
      .replace(/^\s*#{1,6}\s+/, "")
      .replace(/^\s*\|\s*|\s*\|\s*$/g, "")
      .replaceAll(/\s*\|\s*/g, " – ")
      .trim(),
  );
  let joined = "";
  for (const line of lines.filter(Boolean)) {
    const item = line.match(ITEM);
    const text = item ? line.slice(item[0].length) : line;
    const between = !joined ? "" : item && !joined.endsWith(":") ? "; " : " ";
    joined = joined.replace(item ? /[.;,]$/ : /$^/, "") + between + text;
  }
  return joined.replaceAll(/(\*\*|__|`)(.+?)\1/g, "$2").replaceAll(/\[([^\]]+)\]\([^)\s]*\)/g, "$1");
}

/** Tell whether another question was searched for than was typed: a follow-up's full form. */
export function wasResolved(answer) {
  const words = (text) => text.toLowerCase().replace(/[?.!\s]+$/, "").split(/\s+/).filter(Boolean).join(" ");
  return words(answer.question) !== words(answer.query);
}

/** Tell whether an answer shows what the articles differ on. */
export const isDisagreement = (answer) => answer.statements[0]?.text === data.disagreement;

/** Return where a citation's article can be read, the quote marked. */
export function articleLink(citation) {
  const span = new URLSearchParams({ start: citation.start, end: citation.end });
  return `/articles/${encodeURIComponent(citation.article_id)}?${span}#quote`;
}

/** Return an address if it is one of the web: a `javascript:` link must not come out of an article. */
export function webAddress(url) {
  return url && /^https?:\/\//i.test(url) ? url : null;
}

/** Tell whether an answer only invites to ask, as to a greeting: no article was looked into in vain. */
export function invites(answer) {
  return answer.abstained && answer.text === texts.INVITATION;
}

/** Return an answer as a screen reader says it. */
export function spoken(answer) {
  if (invites(answer)) return answer.text;
  if (answer.abstained) return `${texts.NO_ANSWER}. ${answer.text}`;
  const said = answer.statements.map((statement) => oneLine(statement.text));
  return [texts.ANSWER + ":", ...said, answer.table ? `${texts.COMPARISON}.` : ""].join(" ").trim();
}

/** Return an answer as Markdown with numbered sources. */
export function answerMarkdown(answer) {
  const parts = [answer.abstained && !invites(answer) ? `**${texts.NO_ANSWER}.** ${answer.text}` : answer.text];
  if (answer.table) parts.push(tableMarkdown(answer.table));
  if (answer.citations.length) {
    parts.push(`**${texts.SOURCES}**`, answer.citations.map(sourceMarkdown).join("\n"));
  }
  return parts.join("\n\n");
}

/** Return a conversation as Markdown, every answer with its sources. */
export function chatMarkdown(chat) {
  const parts = [`# ${plain(chat.title)}`];
  for (const turn of chat.turns) {
    parts.push(`## ${plain(turn.question)}`);
    parts.push(turn.answer ? answerMarkdown(turn.answer) : `*${turn.problem?.title ?? texts.NOT_ANSWERED}*`);
  }
  return `${parts.join("\n\n")}\n`;
}

function tableMarkdown(table) {
  const cell = (text) => oneLine(text).replaceAll("|", "\\|");
  const marks = (statement) => statement.citations.map((number) => `[${number}]`).join("");
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const body = table.rows.map((cells) => row(cells.map((one) => `${cell(one.text)} ${marks(one)}`.trim())));
  return [row(table.columns.map(cell)), row(table.columns.map(() => "---")), ...body].join("\n");
}

function sourceMarkdown(citation) {
  const named = [citation.title, citation.publisher].filter(Boolean).map(plain).join(", ");
  const place = webAddress(citation.url) ?? new URL(articleLink(citation), location.href).href;
  return `- [${citation.number}] “${plain(oneLine(citation.quote))}” ${named}, <${place}>`;
}

// What readers and articles wrote stays text in the file too.
function plain(text) {
  return text.replaceAll(/\s+/g, " ").trim().replaceAll(/&(?=#?\w+;)/g, "&amp;").replaceAll("<", "&lt;");
}
