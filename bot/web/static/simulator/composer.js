// Writing and the "+" panel: what a resident can send, as WeChat would deliver it.

import { ask, el } from "./dom.js";

/** Wire up the text field and the panel of one phone; `onSend(fields)` gets what is to be delivered. */
export function wireComposer(root, { onSend, buildings }) {
  const form = root.querySelector(".composer");
  const text = form.querySelector("textarea");
  const more = form.querySelector(".more");
  const extras = root.querySelector(".extras");
  const showExtras = (shown) => {
    extras.hidden = !shown;
    more.setAttribute("aria-expanded", String(shown));
  };
  const refresh = () => {
    const empty = text.value.trim() === "";
    more.hidden = !empty;
    form.querySelector(".send").hidden = empty;
    if (!empty) showExtras(false);
  };
  text.addEventListener("input", refresh);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    refresh();
    text.focus();
    onSend({ kind: "text", text: words });
  });
  more.addEventListener("click", () => showExtras(extras.hidden));
  extras.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-send]");
    if (!button) return;
    const fields = await SHEETS[button.dataset.send]({ buildings });
    if (fields) showExtras(false);
    if (fields) onSend(fields);
  });
  return { propose: (words) => { text.value = words; refresh(); text.focus(); } };
}

const media = () => `simulator-${crypto.randomUUID()}`;

const SHEETS = {
  voice: async () => {
    const said = await ask("voice-sheet");
    return said && { kind: "voice", media_id: media(), text: said.unheard ? "" : said.text.trim() };
  },
  image: async () => ({ kind: "image", media_id: media() }),
  location: async () => {
    const place = await ask("location-sheet");
    return place && { kind: "location", text: place.text, latitude: Number(place.latitude), longitude: Number(place.longitude) };
  },
  link: async () => {
    const link = await ask("link-sheet");
    return link && { kind: "link", text: [link.title, link.summary].filter(Boolean).join("\n"), url: link.url };
  },
  scan: async ({ buildings }) => {
    const choice = document.querySelector("#scan-sheet select");
    choice.replaceChildren(...buildings.map((one) => el("option", { value: one.scene, textContent: one.name })));
    const code = await ask("scan-sheet");
    return code && { kind: "scan", event_key: code.scene };
  },
  unsubscribe: async () => (await ask("unsubscribe-sheet")) && { kind: "unsubscribe" },
};
