// Elements from plain values. Text always arrives as text: only `trusted`, for HTML that the server escaped, parses.

export const $ = (id) => document.getElementById(id);

/** An element with properties and children; strings become text nodes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the icons in icons.svg. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/assets/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and is called by its label. */
export function iconButton(name, label, onclick, properties = {}) {
  return h("button", { type: "button", className: "icon-button", "aria-label": label, title: label, onclick, ...properties }, icon(name));
}

/** Put HTML that the server has escaped into an element. */
export function trusted(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  element.replaceChildren(template.content);
}

/** Say something to those who hear the page. */
export function announce(text) {
  $("announce").textContent = text;
}

/** Put text on the clipboard, also where the page is not served safely enough for the clipboard's own interface. */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = h("textarea", { value: text, className: "hidden" });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
