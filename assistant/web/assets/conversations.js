// The list of conversations.
import { call } from "./api.js";
import { $, h, iconButton } from "./dom.js";
import { currentConversation, openConversation, problem } from "./thread.js";

const wide = window.matchMedia("(min-width: 1280px)");

export function startConversations() {
  const button = $("open-conversations");
  button.addEventListener("click", () => toggle($("conversations").hidden));
  $("new").addEventListener("click", () => {
    openConversation("");
    if (!wide.matches) toggle(false);
    $("question").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("conversations").hidden && !wide.matches) toggle(false);
  });
}

/** Show or hide the list; where there is room it stays beside the conversation. */
function toggle(open) {
  $("conversations").hidden = !open;
  $("layout").classList.toggle("with-conversations", open);
  $("open-conversations").setAttribute("aria-expanded", String(open));
  if (open) $("conversations").querySelector("button")?.focus();
  else $("open-conversations").focus();
}

/** Bring the list up to date; the newest id, if any. */
export async function refreshConversations() {
  const found = await call("GET", "/api/conversations");
  const rows = found.map(row);
  if (!rows.length) rows.push(h("li", { className: "empty" }, "None yet."));
  $("conversation-list").replaceChildren(...rows);
  return found[0]?.id || "";
}

function row(conversation) {
  const current = conversation.id === currentConversation();
  const title = h(
    "button",
    {
      type: "button",
      className: "title",
      title: conversation.title,
      "aria-current": current ? "true" : null,
      onclick: () => {
        openConversation(conversation.id);
        if (!wide.matches) toggle(false);
      },
    },
    conversation.title || "Untitled",
  );
  const item = h("li", { className: current ? "current" : "" }, title);
  const tools = h(
    "span",
    { className: "tools" },
    iconButton("edit", `Rename “${conversation.title}”`, () => rename(item, conversation)),
    iconButton("trash", `Delete “${conversation.title}”`, () => confirmDelete(item, conversation)),
  );
  item.append(tools);
  return item;
}

function rename(item, conversation) {
  const field = h("input", { type: "text", value: conversation.title, maxLength: 200, "aria-label": "Name of the conversation" });
  const done = async (keep) => {
    if (keep && field.value.trim()) await attempt(() => call("PATCH", `/api/conversations/${conversation.id}`, { title: field.value.trim() }));
    await refreshConversations();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") done(true);
    if (event.key === "Escape") {
      event.stopPropagation();
      done(false);
    }
  });
  item.replaceChildren(field);
  field.select();
}

function confirmDelete(item, conversation) {
  const no = h("button", { type: "button", className: "title", onclick: refreshConversations }, "Keep it");
  const yes = h(
    "button",
    {
      type: "button",
      className: "title",
      onclick: async () => {
        await attempt(() => call("DELETE", `/api/conversations/${conversation.id}`));
        if (conversation.id === currentConversation()) await openConversation("");
        await refreshConversations();
      },
    },
    "Delete it",
  );
  item.replaceChildren(yes, no);
  no.focus();
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    problem(error.message);
  }
}
