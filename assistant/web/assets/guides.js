// The guides: what is searched, and the reader's own, dropped on the page.
import { call, upload } from "./api.js";
import { $, announce, h, icon, iconButton } from "./dom.js";

const ACCEPTED = ".pdf,.md,.markdown,.txt,.html,.htm,.docx";
let page = {};
let timer = null;
let changed = () => {};
const FORMATS = { pdf: "PDF", markdown: "Markdown", html: "HTML", docx: "Word", text: "text" };
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const sending = new Map();
const refused = new Map();
let serial = 0;

export function startGuides(start, onchange) {
  page = start;
  changed = onchange;
  $("open-guides").addEventListener("click", open);
  if (!page.read_only) watchDrops();
}

/** Bring the count beside the button up to date. */
export async function refreshGuides() {
  const found = await call("GET", "/api/guides");
  const on = found.guides.filter((guide) => guide.enabled).length;
  $("guide-count").textContent = on === found.guides.length ? String(on) : `${on}/${found.guides.length}`;
  $("guide-count").hidden = false;
  if ($("guides").open) list(found);
  clearTimeout(timer);
  if (working(found.uploads)) timer = setTimeout(() => refreshGuides().then(changed), 400);
  return found;
}

/** Whether an upload, or any, is still being read. */
function working(uploads, id = null) {
  return uploads.some((one) => (id === null || one.id === id) && (one.phase === "reading" || one.phase === "indexing"));
}

async function open() {
  const dialog = $("guides");
  dialog.replaceChildren(
    h("div", { className: "dialog-head" }, h("h2", { id: "guides-title" }, "Guides"), iconButton("close", "Close", () => dialog.close())),
    h("div", { className: "dialog-body" }, page.read_only ? h("p", { className: "quiet" }, "This page is read-only: its guides are chosen by whoever runs it.") : dropArea(), h("ul", { className: "rows", id: "upload-list", "aria-live": "polite" }), h("ul", { className: "rows", id: "guide-list" }), h("p", { className: "quiet", id: "index-state" })),
  );
  if (!dialog.open) dialog.showModal();
  try {
    await refreshGuides();
  } catch (error) {
    $("index-state").textContent = error.message;
  }
}

function dropArea() {
  const input = h("input", { type: "file", multiple: true, accept: ACCEPTED, className: "hidden", id: "files", tabIndex: -1, "aria-label": "Guide files", onchange: () => take([...input.files]) });
  return h(
    "div",
    { className: "drop-area" },
    icon("upload"),
    h("p", {}, "Drop guides of your own here: PDF, Markdown, HTML, Word or text, up to ", `${page.upload_limit_mb} MB each. Only you can see them.`),
    h("button", { type: "button", className: "secondary", onclick: () => input.click() }, "Choose files"),
    input,
  );
}

function watchDrops() {
  let depth = 0;
  const files = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const show = (on) => ($("drop").hidden = !on);
  addEventListener("dragenter", (event) => files(event) && (depth++, show(true)));
  addEventListener("dragleave", (event) => files(event) && (--depth <= 0) && show(false));
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    const dropped = [...event.dataTransfer.files];
    await open();
    take(dropped);
  });
}

async function take(files) {
  for (const file of files) {
    const key = ++serial;
    if (file.size > page.upload_limit_mb * 1e6) {
      refused.set(key, `${file.name} is larger than ${page.upload_limit_mb} MB, which is the most that is taken here. Split it, or leave out its pictures.`);
      await refreshGuides();
      continue;
    }
    sending.set(key, { name: file.name, share: 0 });
    await refreshGuides();
    let taken = null;
    try {
      taken = await upload(file, (share) => {
        sending.get(key).share = share;
        const bar = document.getElementById(`sending-${key}`);
        if (bar) bar.value = share;
      });
    } catch (error) {
      refused.set(key, error.message);
    }
    sending.delete(key);
    await refreshGuides();
    while (taken && working((await refreshGuides()).uploads, taken.id)) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function list({ guides, uploads, index }) {
  const rows = [...sending].map(([key, one]) => progressRow(`Sending ${one.name}`, one.share, `sending-${key}`));
  for (const one of uploads) {
    if (one.phase === "failed") rows.push(problemRow(one.message, () => call("DELETE", `/api/uploads/${one.id}`)));
    else if (one.phase === "learnt") rows.push(learntRow(one));
    else rows.push(progressRow(one.phase === "reading" ? `Reading ${one.name}` : `Indexing ${one.name}: ${one.done} of ${one.total} passages`, one.total ? one.done / one.total : undefined));
  }
  for (const [key, message] of refused) rows.push(problemRow(message, async () => refused.delete(key)));
  $("upload-list").replaceChildren(...rows);
  const focused = document.activeElement?.id;
  $("guide-list").replaceChildren(...guides.map(guideRow));
  if (focused) document.getElementById(focused)?.focus();
  $("index-state").textContent = `The index holds ${count(index.passages, "passage")} of ${count(index.guides, "guide")}, embedded by ${index.embedder}${index.folder ? `, in ${index.folder}` : ""}.`;
}

function progressRow(label, value, id) {
  const bar = h("progress", { max: 1, id, "aria-label": label });
  if (value !== undefined) bar.value = value;
  return h("li", {}, h("span"), h("span", { className: "name" }, label), h("span"), bar);
}

function learntRow(one) {
  return h("li", {}, icon("check"), h("span", {}, h("span", { className: "name" }, "Learnt "), one.message), dismiss(() => call("DELETE", `/api/uploads/${one.id}`)));
}

function problemRow(message, forget) {
  return h("li", {}, h("div", { className: "problem", role: "alert" }, h("span", {}, message), dismiss(forget)));
}

function dismiss(forget) {
  return iconButton("close", "Dismiss", async () => {
    await forget();
    await refreshGuides();
  });
}

function guideRow(guide, position) {
  const id = `guide-switch-${position}`;
  const toggle = h("input", {
    type: "checkbox",
    role: "switch",
    className: "switch",
    id,
    checked: guide.enabled,
    onchange: async () => {
      await call("PUT", "/api/guides/switch", { id: guide.id, enabled: toggle.checked });
      announce(`${guide.title} is ${toggle.checked ? "searched" : "not searched"}`);
      await refreshGuides();
      changed();
    },
  });
  const facts = [guide.own ? "yours" : null, count(guide.sections, "section"), count(guide.passages, "passage"), guide.pages ? count(guide.pages, "page") : null, FORMATS[guide.format]];
  const tools = h("span", { className: "tools" });
  if (guide.file) tools.append(h("a", { className: "icon-button", href: guide.file, target: "_blank", rel: "noopener", "aria-label": `Open ${guide.title}`, title: "Open the PDF" }, icon("out")));
  if (guide.own && !page.read_only) tools.append(iconButton("trash", `Remove ${guide.title}`, () => remove(guide)));
  return h("li", {}, toggle, h("label", { htmlFor: id }, h("span", { className: "name" }, guide.title), h("br"), h("span", { className: "quiet" }, facts.filter(Boolean).join(" · "))), tools);
}

async function remove(guide) {
  if (!confirm(`Remove “${guide.title}” and everything learnt from it?`)) return;
  await call("POST", "/api/guides/remove", { id: guide.id });
  announce(`${guide.title} is removed`);
  await refreshGuides();
  changed();
}
