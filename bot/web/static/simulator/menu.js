// The account's menu: at most three buttons, each opening its entries upward, as in WeChat.

import { el } from "./dom.js";

/** Fill `nav` with the groups; `onClick(entry)` is called for an entry with a key. */
export function fillMenu(nav, groups, { onClick }) {
  nav.replaceChildren(...groups.map((group) => groupOf(group, nav, onClick)));
  nav.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeAll(nav, { focus: true });
  });
  document.addEventListener("click", (event) => {
    if (!nav.contains(event.target)) closeAll(nav);
  });
}

function groupOf(group, nav, onClick) {
  const entries = el("div", { class: "entries", hidden: true });
  const opener = el("button", { type: "button", class: "opener", "aria-expanded": "false", textContent: group.label });
  entries.append(...group.entries.map((entry) => entryOf(entry, () => { closeAll(nav); onClick(entry); })));
  opener.addEventListener("click", () => {
    const open = entries.hidden;
    closeAll(nav);
    entries.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  });
  return el("div", { class: "group" }, opener, entries);
}

function entryOf(entry, onClick) {
  if (entry.path) return el("a", { href: entry.path, target: "_blank", rel: "noopener", textContent: entry.label });
  return el("button", { type: "button", textContent: entry.label, onclick: onClick });
}

function closeAll(nav, { focus = false } = {}) {
  for (const opener of nav.querySelectorAll('.opener[aria-expanded="true"]')) {
    opener.setAttribute("aria-expanded", "false");
    opener.nextElementSibling.hidden = true;
    if (focus) opener.focus();
  }
}
