// One message of a chat as an element. Texts become text nodes, never markup.

import { el, icon } from "./dom.js";
import { fullTime } from "./times.js";

const ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#@!$&'*+,;=%[\]]+/g;
const SOURCE = /^(来源|核实|出处|全文|详情)[：:]/;

/** What happened, told quietly in the middle, or null if this kind is shown as a bubble. */
export function eventLine(turn, { account, buttons, buildings }) {
  switch (turn.kind) {
    case "subscribe": return turn.text ? `扫码关注了“${account}”` : `关注了“${account}”`;
    case "unsubscribe": return `取消关注了“${account}”`;
    case "scan": return turn.text ? `扫了“${buildings.get(turn.text) ?? turn.text}”的二维码` : "扫了楼栋的二维码";
    case "click": return turn.text ? `点了菜单“${buttons.get(turn.text) ?? turn.text}”` : "点了菜单";
    default: return null;
  }
}

/** A bubble with its face. `person` is whose phone this is. */
export function bubble(turn, { account, person }) {
  const at = new Date(turn.at);
  return row(turn.mine, { account, person }, el("div", { title: fullTime(at) }, ...content(turn)));
}

/** The bubble that waits for a reply. */
export function waiting({ account, person }) {
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const words = el("span", { textContent: "等回复" });
  const box = el("div", { class: "bubble waiting" }, dots, words);
  return { node: row(false, { account, person }, box), say: (text) => { words.textContent = text; } };
}

/** Says what happened and what to do; a button only where sending the same again can help. */
export function failure(error, { onAgain }) {
  const box = el("div", { class: "failed", role: "alert" },
    el("p", {}, el("strong", { textContent: "没有回复。" }), error.message));
  if (error.again) box.append(el("p", { class: "quiet", textContent: "微信已经送了三次。居民在这里会看到“该公众号提供的服务出现故障，请稍后再试”。" }));
  if (error.final) return box;
  const button = el("button", { type: "button", class: "button", textContent: "再发一次", onclick: onAgain });
  box.append(el("p", { class: "quiet", textContent: "再发一次是安全的：同一条消息只算一次。" }), button);
  return box;
}

function row(mine, { account, person }, inside) {
  const name = mine ? person.name : account;
  const face = el("span", { class: "face", "aria-hidden": "true", textContent: mine ? name.slice(0, 1) : "邻哨" });
  const heard = el("span", { class: "only-heard", textContent: `${name}说：` });
  return el("div", { class: mine ? "turn mine" : "turn" }, face, el("div", { class: "said" }, heard, inside));
}

function content(turn) {
  switch (turn.kind) {
    case "voice": return voice(turn.text);
    case "image": return [card("image", "图片")];
    case "video": return [card("image", "视频")];
    case "location": return [card("place", turn.text || "位置", "位置")];
    case "link": return [forwarded(turn.text)];
    default: return [el("div", { class: "bubble" }, ...lines(turn.text))];
  }
}

function voice(heard) {
  const words = heard || "微信没有转出文字";
  return [el("div", { class: "bubble voice" }, "语音", icon("voice")), el("p", { class: "under", textContent: words })];
}

function card(sign, title, foot) {
  return el("div", { class: "bubble card" },
    el("div", { class: "head", textContent: title }),
    el("div", { class: "picture" }, icon(sign)),
    foot ? el("div", { class: "foot", textContent: foot }) : null);
}

function forwarded(text) {
  const [title, ...rest] = text.split("\n");
  return el("div", { class: "bubble card" },
    el("div", { class: "head" }, el("div", { textContent: title || "链接" }),
      el("div", { class: "quiet", textContent: rest.join(" ") })),
    el("div", { class: "foot", textContent: "转来的链接" }));
}

/** Runs of ordinary lines and of source lines, the latter set apart and quieter. */
function lines(text) {
  const runs = [];
  for (const line of text.split("\n")) {
    const kind = SOURCE.test(line) ? "source" : "line";
    if (runs.at(-1)?.kind === kind) runs.at(-1).lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  return runs.map((run) => el("div", { class: run.kind }, ...linked(run.lines.join("\n").trim())));
}

function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = found[0].replace(/[.,;:!?]+$/, "");
    parts.push(text.slice(end, found.index), el("a", { href: address, target: "_blank", rel: "noopener noreferrer", textContent: address }));
    end = found.index + address.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}
