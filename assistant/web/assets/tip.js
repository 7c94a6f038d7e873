// The quote behind a citation, shown while it is hovered over or has the focus.
import { $, h } from "./dom.js";

let shown = null;

/** Watch an area for citations; `find` gives the quote behind a link. */
export function watchCitations(area, find) {
  const show = (event) => {
    const link = event.target.closest?.("a.citation");
    if (link && event.pointerType !== "touch") open(link, find(link));
  };
  area.addEventListener("pointerover", show);
  area.addEventListener("focusin", show);
  area.addEventListener("pointerout", (event) => event.target.closest?.("a.citation") && event.target !== document.activeElement && close());
  area.addEventListener("focusout", close);
  area.addEventListener("scroll", close, { passive: true, capture: true });
}

export function close() {
  shown?.removeAttribute("aria-describedby");
  shown = null;
  $("tip").hidden = true;
}

function open(link, quote) {
  if (!quote || link === shown) return;
  close();
  shown = link;
  const tip = $("tip");
  tip.replaceChildren(h("div", { className: "quote" }, `“${quote.quote}”`), h("div", { className: "place" }, quote.place));
  tip.hidden = false;
  link.setAttribute("aria-describedby", "tip");
  const at = link.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(Math.max(12, at.left + at.width / 2 - size.width / 2), window.innerWidth - size.width - 12);
  const above = at.top - size.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 60 ? above : at.bottom + 8}px`;
}
