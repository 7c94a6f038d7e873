// The sources of an answer: cited passages open with the quotes marked, the others folded.
import { $, h, icon } from "./dom.js";

let shownTurn = null;
let opener = null;
const narrow = window.matchMedia("(max-width: 899px)");

/** Show the sources of a turn, without moving to any. */
export function showSources(turn) {
  if (!turn) {
    shownTurn = null;
    $("source-list").replaceChildren(h("p", { className: "empty" }, "The passages behind an answer appear here, with the quoted words marked."));
    $("open-sources").hidden = true;
    return;
  }
  if (shownTurn === turn.id) return;
  shownTurn = turn.id;
  const parts = [h("p", { className: "about" }, turn.question)];
  if (turn.cited.length) parts.push(h("h3", { className: "group" }, "Cited"), ...turn.cited.map((passage) => card(passage, true)));
  if (turn.also.length) {
    parts.push(h("h3", { className: "group" }, turn.cited.length ? "Also read" : "Read, but no answer found"));
    parts.push(...turn.also.map((passage) => card(passage, false)));
  }
  if (!turn.cited.length && !turn.also.length) parts.push(h("p", { className: "empty" }, "No passage was near enough to read."));
  $("source-list").replaceChildren(...parts);
  $("source-list").scrollTop = 0;
  $("open-sources").hidden = false;
}

/** Open the sources at a quote, marked and in view. */
export function goToQuote(turn, number, from) {
  showSources(turn);
  openSheet(from);
  const quote = turn.quotes[number];
  const target = quote && document.getElementById(quote.anchor);
  if (!target) return;
  target.open = true;
  for (const mark of document.querySelectorAll("mark.current")) mark.classList.remove("current");
  const marks = [...target.querySelectorAll("mark")].filter((mark) => mark.dataset.numbers.split(" ").includes(String(number)));
  for (const mark of marks) mark.classList.add("current");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const place = marks[0] || target;
  place.scrollIntoView({ block: target.offsetHeight < $("source-list").clientHeight ? "nearest" : "center", behavior: calm ? "auto" : "smooth" });
  if (target.offsetHeight < $("source-list").clientHeight) target.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  target.querySelector("summary").focus({ preventScroll: true });
}

/** On a narrow screen the sources lie in a sheet over the conversation. */
export function openSheet(from) {
  if (!narrow.matches) return;
  opener = from || document.activeElement;
  $("sources").classList.add("open");
  $("sources").setAttribute("role", "dialog");
  $("sources").setAttribute("aria-modal", "true");
  $("scrim").hidden = false;
  behind(true);
  $("close-sources").focus();
}

export function closeSheet() {
  if (!$("sources").classList.contains("open")) return;
  $("sources").classList.remove("open");
  $("sources").setAttribute("role", "complementary");
  $("sources").removeAttribute("aria-modal");
  $("scrim").hidden = true;
  behind(false);
  opener?.focus();
}

/** Keep the focus out of what lies behind the sheet. */
function behind(inert) {
  for (const part of document.querySelectorAll("header, main")) part.inert = inert;
}

function card(passage, open) {
  const heading = passage.section.at(-1) || passage.title;
  const path = [passage.section.length ? passage.title : null, ...passage.section.slice(0, -1)].filter(Boolean).join(" › ");
  const place = [path, passage.page ? `page ${passage.page}` : null].filter(Boolean).join(", ");
  return h(
    "details",
    { className: "passage", id: passage.anchor, open },
    h(
      "summary",
      {},
      h("span", { className: "numbers" }, passage.numbers.map((number) => h("span", { className: "number" }, String(number)))),
      h(
        "span",
        { className: "where" },
        h("span", { className: "heading" }, heading),
        place ? h("span", { className: "path" }, place) : null,
      ),
    ),
    h("div", { className: "body" }, h("p", { className: "words" }, passage.pieces.map(piece)), links(passage)),
  );
}

function piece({ text, numbers }) {
  if (!numbers.length) return text;
  const mark = h("mark", {}, text);
  mark.dataset.numbers = numbers.join(" ");
  return mark;
}

function links(passage) {
  const found = [];
  if (passage.file) {
    const label = passage.page ? `Open the PDF at page ${passage.page}` : "Open the PDF";
    found.push(h("a", { href: passage.file, target: "_blank", rel: "noopener" }, icon("book"), label));
  }
  if (passage.address) {
    found.push(h("a", { href: passage.address, target: "_blank", rel: "noopener noreferrer" }, icon("out"), new URL(passage.address).hostname));
  } else if (passage.source && passage.source !== passage.title) {
    found.push(h("span", { className: "quiet" }, passage.source));
  }
  return found.length ? h("p", { className: "links" }, found) : null;
}
