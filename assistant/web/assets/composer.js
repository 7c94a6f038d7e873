// The field for questions.
import { $ } from "./dom.js";
import { problem, stop, submit } from "./thread.js";

let limit = Infinity;

/** A question may have so many characters. */
export function limitQuestions(characters) {
  limit = characters;
  $("question").dispatchEvent(new Event("input"));
}

/** Begin, at once: who is quick may ask before the rest of the page is there. */
export function startComposer() {
  const field = $("question");
  const send = $("send");
  const changed = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const over = field.value.length > limit;
    send.disabled = !field.value.trim() || over;
    problem(over ? `The question has ${field.value.length.toLocaleString("en")} characters; at most ${limit.toLocaleString("en")} are read. Shorten it.` : "");
  };
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (!question || send.disabled || send.hidden) return;
    field.value = "";
    changed();
    submit(question);
  });
  $("stop").addEventListener("click", () => {
    stop();
    field.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
    }
  });
  changed();
}
