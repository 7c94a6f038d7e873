// Settings on the page: kept in this browser.
import { $, h, icon, iconButton } from "./dom.js";
import { currentConversation } from "./thread.js";

let page = {};

export function startSettings(start) {
  page = start;
  $("open-settings").addEventListener("click", open);
}

/** What a question is asked with. */
export function preferences() {
  const model = read("model");
  const passages = Number(read("passages"));
  return {
    model: page.models?.some((one) => one.name === model) ? model : null,
    passages: passages >= 1 && passages <= 20 ? passages : null,
  };
}

function open() {
  const dialog = $("settings");
  dialog.replaceChildren(
    h("div", { className: "dialog-head" }, h("h2", { id: "settings-title" }, "Settings"), iconButton("close", "Close", () => dialog.close())),
    h("div", { className: "dialog-body" }, model(), passages(), theme(), exports(), account()),
  );
  dialog.showModal();
}

function model() {
  const chosen = preferences().model ?? page.models[0].name;
  const options = page.models.map((one) => h("option", { value: one.name, selected: one.name === chosen }, one.label));
  const only = page.models.length === 1;
  return h(
    "div",
    { className: "setting" },
    h("label", { htmlFor: "model" }, "Who answers"),
    h("select", { id: "model", onchange: (event) => write("model", event.target.value) }, options),
    only ? h("p", { className: "quiet" }, "No language model is set up: answers are the guides’ own sentences. ASSISTANT_LLM names one.") : null,
  );
}

function passages() {
  const value = preferences().passages ?? page.passages;
  const shown = h("output", {}, String(value));
  const input = h("input", { type: "range", id: "passages", min: 1, max: 20, value, oninput: () => {
    shown.textContent = input.value;
    write("passages", input.value);
  } });
  return h("div", { className: "setting" }, h("label", { htmlFor: "passages" }, "Passages read for an answer: ", shown), input);
}

function theme() {
  const chosen = read("theme") || "system";
  const choice = (name, label) => h("label", {}, h("input", { type: "radio", name: "theme", value: name, checked: chosen === name, onchange: () => {
    write("theme", name);
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  } }), label);
  return h("fieldset", { className: "setting" }, h("legend", {}, "Appearance"), h("div", { className: "choices" }, choice("system", "As the system"), choice("light", "Light"), choice("dark", "Dark")));
}

function exports() {
  const id = currentConversation();
  if (!id) return h("p", { className: "quiet" }, "A conversation can be exported here once there is one.");
  const link = (kind, label) => h("a", { className: "secondary", href: `/api/conversations/${id}/export.${kind}`, download: "" }, icon("download"), label);
  return h("div", { className: "setting" }, h("h3", {}, "Export this conversation, with quotes, pages and addresses"), h("div", { className: "buttons" }, link("md", "Markdown"), link("json", "JSON")));
}

function account() {
  if (!page.user) return null;
  return h("form", { method: "post", action: "/logout", className: "setting" }, h("p", { className: "quiet" }, `Logged in as ${page.user}.`), h("div", {}, h("button", { type: "submit", className: "secondary" }, "Log out")));
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing forgets the choice at the next load.
  }
}
