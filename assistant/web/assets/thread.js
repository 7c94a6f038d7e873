// The conversation: asking, stopping, retrying, editing, and what is shown of it.
import { ask, call, Refusal } from "./api.js";
import { $, announce, h } from "./dom.js";
import { goToQuote, openSheet, showSources } from "./sources.js";
import { pendingElement, turnElement } from "./turn.js";
import { close as closeTip, watchCitations } from "./tip.js";

const state = { conversation: "", turns: [], running: null };
let preferences = () => ({});
let onchange = () => {};
let examples = [];

/** Begin; `choose` gives the model and the number of passages, `changed` is called when a conversation was added to. */
export function startThread({ choose, changed }) {
  preferences = choose;
  onchange = changed;
  const scroller = $("scroller");
  watchCitations(scroller, (link) => quoteOf(link)?.quote);
  scroller.addEventListener("click", (event) => {
    const link = event.target.closest("a.citation");
    if (!link) return;
    event.preventDefault();
    closeTip();
    const found = quoteOf(link);
    if (found) goToQuote(found.turn, found.number, link);
  });
}

export const currentConversation = () => state.conversation;

/** Whether something was asked since the page was opened, or is shown. */
export const hasBegun = () => Boolean(state.running || state.turns.length);

/** Offer these questions where a conversation is empty. */
export function offer(questions) {
  examples = questions;
  if (!state.turns.length && !state.running) render();
}

/** Show a conversation, or, without an id, an empty one. */
export async function openConversation(id, { push = true } = {}) {
  stop();
  let found = { id: "", turns: [] };
  if (id) {
    try {
      found = await call("GET", `/api/conversations/${encodeURIComponent(id)}`);
    } catch (error) {
      problem(error.message);
    }
  }
  state.conversation = found.id;
  state.turns = found.turns;
  if (push) history.pushState(null, "", found.id ? `/c/${found.id}` : "/new");
  render();
  $("thread").lastElementChild?.scrollIntoView({ block: "start" });
  onchange();
}

/** Ask a question; with `keep`, in place of the turns from there on. */
export async function submit(question, keep = null) {
  if (state.running) return;
  const before = state.turns;
  const position = keep ?? before.length;
  state.turns = before.slice(0, position);
  const pending = pendingElement(question);
  const control = new AbortController();
  state.running = control;
  render();
  $("thread").append(pending.element);
  pending.element.scrollIntoView({ block: "start" });
  busy(true);
  let answered = false;
  const again = (text) => () => {
    state.turns = before;
    return text === null ? editAgain(question, position, before) : submit(text, keep);
  };
  try {
    await ask(
      { question, conversation: state.conversation, keep, ...preferences() },
      {
        signal: control.signal,
        onevent: (event) => {
          if (event.type === "status") pending.say(event.text);
          if (event.type === "text") pending.show(event.html);
          if (event.type === "error") throw new Refusal(event.message);
          if (event.type === "answer") {
            answered = true;
            state.conversation = event.conversation;
            state.turns.push(event.turn);
          }
        },
      },
    );
    if (!answered) throw new Refusal("The answer broke off. Is the server still running?");
    const turn = state.turns.at(-1);
    pending.element.replaceWith(element(turn, position));
    showSources(turn);
    history.replaceState(null, "", `/c/${state.conversation}`);
    announce(turn.abstained ? "The guides do not say." : `Answer with ${turn.cited.length} sources.`);
    onchange();
  } catch (error) {
    const stopped = error.name === "AbortError";
    const lost = error instanceof TypeError ? "The page’s server does not answer. Is it still running?" : error.message;
    pending.end(stopped ? "Stopped. This answer is not kept." : lost, again(question), again(null));
  } finally {
    state.running = null;
    busy(false);
  }
}

export function stop() {
  state.running?.abort();
}

/** Say beside the field what is wrong. */
export function problem(text) {
  $("composer-message").textContent = text;
  $("composer-message").hidden = !text;
}

function editAgain(question, position, before) {
  state.turns = before.slice(0, position);
  render();
  $("question").value = question;
  $("question").dispatchEvent(new Event("input"));
  $("question").focus();
}

function render() {
  const thread = $("thread");
  if (!state.turns.length && !state.running) {
    thread.replaceChildren(welcome());
    showSources(null);
    return;
  }
  thread.replaceChildren(...state.turns.map(element));
  showSources(state.turns.at(-1) || null);
}

function element(turn, position) {
  return turnElement(turn, {
    ask: (text) => submit(text),
    retry: () => submit(turn.question, position),
    edit: (text) => submit(text, position),
    sources: (from) => {
      showSources(turn);
      openSheet(from);
    },
    judge: async (judged, helpful, reason) => {
      try {
        await call("POST", "/api/feedback", { conversation: state.conversation, turn: judged.id, helpful, reason });
        return true;
      } catch (error) {
        problem(error.message);
        return false;
      }
    },
  });
}

function welcome() {
  return h(
    "section",
    { className: "welcome" },
    h("h2", {}, "What would you like to know?"),
    h("p", {}, "Every sentence of an answer cites the passage it came from. What the guides do not say, they do not answer."),
    examples.length
      ? h("ul", { className: "examples", "aria-label": "Example questions" }, examples.map((text) => h("li", {}, h("button", { type: "button", onclick: () => submit(text) }, text))))
      : null,
  );
}

function quoteOf(link) {
  const number = link.textContent.replace(/\D/g, "");
  const turn = state.turns.find((other) => link.closest(".turn")?.id === `turn-${other.id}`);
  return turn && turn.quotes[number] ? { turn, number, quote: turn.quotes[number] } : null;
}

function busy(on) {
  $("send").hidden = on;
  $("stop").hidden = !on;
}
