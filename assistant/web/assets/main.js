// Begin: show what the server is doing until it is ready, then the conversation.
import { call } from "./api.js";
import { limitQuestions, startComposer } from "./composer.js";
import { refreshConversations, startConversations } from "./conversations.js";
import { $, h, icon } from "./dom.js";
import { refreshGuides, startGuides } from "./guides.js";
import { preferences, startSettings } from "./settings.js";
import { closeSheet, openSheet, showSources } from "./sources.js";
import { close as closeTip } from "./tip.js";
import { hasBegun, offer, openConversation, startThread } from "./thread.js";

const loadExamples = async () => offer(await call("GET", "/api/examples"));

async function begin() {
  showSources(null);
  startThread({ choose: preferences, changed: () => refreshConversations().catch(() => {}) });
  startConversations();
  $("open-sources").addEventListener("click", (event) => openSheet(event.currentTarget));
  $("close-sources").addEventListener("click", closeSheet);
  $("scrim").addEventListener("click", closeSheet);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closeTip();
    closeSheet();
  });
  offer([]);
  startComposer();
  const start = await call("GET", "/api/page");
  limitQuestions(start.question_limit);
  startSettings(start);
  startGuides(start, loadExamples);
  $("question").focus({ preventScroll: true });
  await ready(start.status);
}

/** Wait until the server is ready, and say meanwhile what it does or what is wrong. */
async function ready(status) {
  while (status.phase === "starting") {
    starting(status);
    await new Promise((resolve) => setTimeout(resolve, 300));
    try {
      status = await call("GET", "/api/status");
    } catch (error) {
      status = { phase: "starting", message: error.message, done: 0, total: 0 };
    }
  }
  if (status.phase === "broken") return broken(status);
  const warnings = (status.warnings || []).map((text) => h("li", { className: "problem note" }, icon("warn"), h("span", {}, text)));
  $("banner").replaceChildren(...(warnings.length ? [h("ul", { className: "warnings" }, warnings)] : []));
  const newest = await refreshConversations();
  refreshGuides().catch(() => {});
  loadExamples().catch(() => {});
  if (!hasBegun()) await route(newest);
  document.documentElement.dataset.ready = "true";
  addEventListener("popstate", () => route(""));
}

async function route(newest) {
  const named = location.pathname.match(/^\/c\/([\w-]+)$/)?.[1];
  const id = named || (location.pathname === "/" ? newest : "");
  if (id) await openConversation(id, { push: false });
}

function starting(status) {
  const bar = status.total ? h("progress", { max: status.total, value: status.done, "aria-label": status.message }) : null;
  const text = status.total ? `${status.message} ${status.done} of ${status.total} passages` : status.message;
  $("banner").replaceChildren(h("div", { className: "starting" }, h("span", {}, text), bar));
}

function broken(status) {
  const again = h("button", { type: "button", className: "secondary", onclick: async () => {
    await call("POST", "/api/retry");
    await ready({ phase: "starting", message: "Trying again…", done: 0, total: 0 });
  } }, "Try again");
  document.documentElement.dataset.ready = "true";
  $("banner").replaceChildren(h("div", { className: "broken", role: "alert" }, h("h2", {}, "The page cannot answer yet"), h("p", {}, status.message), again));
}

begin().catch((error) => {
  $("banner").replaceChildren(h("div", { className: "broken", role: "alert" }, h("h2", {}, "The page could not be loaded"), h("p", {}, error.message)));
});
