// One question and its answer.
import { announce, copyText, h, icon, iconButton, trusted } from "./dom.js";

/** The turn as an element. `actions` holds what its buttons do: ask, retry, edit, judge, sources. */
export function turnElement(turn, actions) {
  return h(
    "article",
    { className: "turn", id: `turn-${turn.id}`, "aria-label": turn.question.slice(0, 120) },
    question(turn.question, actions),
    answer(turn, actions),
  );
}

/** A question whose answer is still being written; `show`, `say` and `end` change it. */
export function pendingElement(text) {
  const words = h("div", { className: "text" });
  const working = h("p", { className: "working" }, "Reading the guides…");
  const body = h("div", { className: "answer streaming", "aria-busy": "true" }, working, words);
  const element = h("article", { className: "turn", "aria-label": text.slice(0, 120) }, question(text, null), body);
  return {
    element,
    say: (message) => (working.textContent = message),
    show: (html) => {
      working.hidden = true;
      trusted(words, html);
    },
    end: (message, retry, edit) => {
      working.hidden = true;
      body.classList.remove("streaming");
      body.removeAttribute("aria-busy");
      body.append(
        h("p", { className: "problem note", role: "alert" }, icon("warn"), h("span", {}, message)),
        h("div", { className: "buttons" }, button("Try again", retry), button("Edit the question", edit)),
      );
    },
  };
}

function question(text, actions) {
  const element = h("div", { className: "question" });
  const bubble = h("p", {}, text);
  if (actions) element.append(iconButton("edit", "Edit the question", () => edit(element, text, actions)));
  element.append(bubble);
  return element;
}

function edit(element, text, actions) {
  const before = [...element.childNodes];
  const area = h("textarea", { value: text, "aria-label": "Edit the question" });
  const restore = () => {
    element.replaceChildren(...before);
    before[0].focus();
  };
  const form = h(
    "form",
    {
      className: "edit",
      onsubmit: (event) => {
        event.preventDefault();
        if (area.value.trim()) actions.edit(area.value.trim());
      },
      onkeydown: (event) => {
        if (event.key === "Escape") restore();
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          form.requestSubmit();
        }
      },
    },
    area,
    h("div", {}, button("Cancel", restore), h("button", { type: "submit", className: "primary" }, "Ask again")),
  );
  element.replaceChildren(form);
  area.focus();
}

function answer(turn, actions) {
  // Columns that say all of it need no text beside them.
  const text = h("div", { className: "text", hidden: turn.compare.length > 0 && turn.compare_is_all });
  trusted(text, turn.html);
  if (turn.abstained) text.prepend(h("p", { className: "label" }, icon("unknown"), "Not in the guides"));
  return h(
    "div",
    { className: turn.abstained ? "answer abstained" : "answer" },
    turn.searched_for ? h("p", { className: "searched" }, icon("search"), h("span", {}, `Searched for: ${turn.searched_for}`)) : null,
    text,
    compared(turn),
    unsupported(turn),
    turn.notes.map((note) => h("p", { className: "problem note" }, icon("warn"), h("span", {}, note))),
    buttons(turn, actions),
    suggestions(turn, actions),
  );
}

function compared(turn) {
  if (!turn.compare.length) return null;
  const columns = turn.compare.map((guide) =>
    h(
      "section",
      {},
      h("h3", {}, guide.title),
      guide.claims.map((claim) => h("p", {}, h("span", { className: claim.supported ? "" : "unsupported" }, claim.text), " ", claim.citations.map((number) => citation(turn, number)))),
    ),
  );
  return h("div", { className: "compare" }, h("h2", {}, "What each guide says"), h("div", { className: "columns" }, columns));
}

function citation(turn, number) {
  return h("a", { className: "citation", href: `#${turn.quotes[number].anchor}`, "aria-label": `Source ${number}` }, `[${number}]`);
}

function unsupported(turn) {
  if (!turn.unsupported.length) return null;
  const count = turn.unsupported.length;
  const words = `${count === 1 ? "One sentence is" : `${count} sentences are`} not borne out by what ${count === 1 ? "it cites" : "they cite"}: `;
  return h("p", { className: "problem note unsupported-note" }, icon("warn"), h("span", {}, words, turn.unsupported.map((claim) => `“${claim}”`).join(" ")));
}

function buttons(turn, actions) {
  const copied = iconButton("copy", "Copy with citations", async () => {
    await copyText(turn.markdown);
    copied.replaceChildren(icon("check"));
    announce("Copied with citations");
    setTimeout(() => copied.replaceChildren(icon("copy")), 1600);
  });
  const row = h("div", { className: "actions" }, copied, iconButton("retry", "Ask again", actions.retry));
  const reason = h("div");
  const votes = [["up", true, "Helpful"], ["down", false, "Not helpful"]].map(([name, helpful, label]) => {
    const vote = iconButton(name, label, () => judge(helpful), { "aria-pressed": String(turn.feedback?.helpful === helpful) });
    vote.dataset.helpful = helpful;
    return vote;
  });
  async function judge(helpful) {
    const taken = turn.feedback?.helpful === helpful;
    if (!(await actions.judge(turn, taken ? null : helpful, ""))) return;
    turn.feedback = taken ? null : { helpful, reason: "" };
    for (const vote of votes) vote.setAttribute("aria-pressed", String(turn.feedback?.helpful === (vote.dataset.helpful === "true")));
    reason.replaceChildren(...(taken ? [] : [reasonForm(turn, actions, reason)]));
    announce(taken ? "Taken back" : "Thank you. You can say why.");
  }
  row.append(...votes);
  const count = turn.cited.length;
  row.append(h("button", { type: "button", className: "chip", onclick: (event) => actions.sources(event.currentTarget) }, count ? `${count} ${count === 1 ? "source" : "sources"}` : "What was read"));
  row.append(h("span", { className: "meta quiet" }, `${turn.reader} · ${turn.seconds.toFixed(turn.seconds < 0.1 ? 2 : 1)} s`));
  return h("div", {}, row, reason);
}

function reasonForm(turn, actions, place) {
  const field = h("input", { type: "text", maxLength: 2000, value: turn.feedback.reason });
  return h(
    "form",
    {
      className: "reason",
      onsubmit: async (event) => {
        event.preventDefault();
        if (!(await actions.judge(turn, turn.feedback.helpful, field.value.trim()))) return;
        turn.feedback.reason = field.value.trim();
        place.replaceChildren(h("p", { className: "quiet" }, "Thank you. It is kept with the answer."));
        announce("Kept");
      },
    },
    h("label", {}, turn.feedback.helpful ? "What was good? (optional)" : "What was wrong? (optional)", field),
    h("button", { type: "submit", className: "secondary" }, "Send the reason"),
  );
}

function suggestions(turn, actions) {
  if (!turn.suggestions.length) return null;
  return h(
    "div",
    { className: "next" },
    h("p", { className: "suggestions-title" }, turn.abstained ? "What the guides can answer" : "Ask next"),
    h("ul", { className: "suggestions" }, turn.suggestions.map((text) => h("li", {}, h("button", { type: "button", onclick: () => actions.ask(text) }, text)))),
  );
}

function button(label, onclick) {
  return h("button", { type: "button", className: "secondary", onclick }, label);
}
