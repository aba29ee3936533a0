// The chat of one phone: what is shown, in order, once.

import { bubble, eventLine, failure, waiting } from "./bubbles.js";
import { el } from "./dom.js";
import { stamp } from "./times.js";

const GAP = 5 * 60 * 1000; // WeChat stamps the time again after five minutes
const STAND_IN = /^\[[^\]]*\]$/; // "[图片]": the server's word for what has no text; here it is drawn
const TRY_SAYING = ["厨房里闻到煤气味怎么办", "听说明天停水三天，是真的吗", "我们楼的电梯又停了"];

/** Is `shown` what the history calls `turn`? A card's text may be kept differently; a reply may be kept uncut. */
function sameTurn(shown, turn) {
  if (shown.mine !== turn.mine) return false;
  if (!shown.mine) return turn.text.trim().startsWith(shown.text.trim());
  const isWritten = turn.kind === "text" || turn.kind === "voice";
  return shown.kind === turn.kind && (!isWritten || shown.text.trim() === turn.text.trim());
}

function withoutStandIn(turn) {
  return turn.kind !== "text" && STAND_IN.test(turn.text) ? { ...turn, text: "" } : turn;
}

export class Chat {
  /** `box` is the log element; `names` has account, buttons, buildings; `now()` gives the story's time. */
  constructor(box, { names, now, onSuggestion }) {
    Object.assign(this, { box, names, now, onSuggestion });
    this.open(null);
    this.#stayAtEnd();
  }

  /** Begin the chat of another person, with nothing in it. */
  open(person) {
    this.person = person;
    this.ids = new Set();
    this.unconfirmed = []; // shown before the server's history named them
    this.last = null;
    this.box.replaceChildren();
  }

  /** Lay the server's history over what is shown: only what is new appears. Returns how much that was. */
  merge(turns) {
    const fresh = turns.map(withoutStandIn).filter((turn) => !this.ids.has(turn.id) && !this.#confirms(turn));
    fresh.forEach((turn) => { this.ids.add(turn.id); this.show(turn); });
    if (!this.box.childElementCount) this.#showEmpty();
    return fresh.length;
  }

  /** Show a turn that has no id yet; the history will confirm it later. */
  expect(turn) {
    this.unconfirmed.push({ mine: turn.mine, kind: turn.kind, text: turn.text });
    return this.show(turn);
  }

  show(turn) {
    this.box.querySelector(".empty")?.remove();
    this.#stamp(new Date(turn.at));
    const line = turn.mine ? eventLine(turn, this.names) : null;
    return this.#add(line ? el("p", { class: "event", textContent: line }) : bubble(turn, this.#people()));
  }

  showWaiting() {
    const bubbleWaiting = waiting(this.#people());
    this.#add(bubbleWaiting.node);
    return { remove: () => bubbleWaiting.node.remove(), say: bubbleWaiting.say };
  }

  showFailure(error, onAgain) {
    const node = failure(error, { onAgain: () => { node.remove(); onAgain(); } });
    this.#add(node);
  }

  /** When the panel or the keyboard takes room, the last words stay in sight. */
  #stayAtEnd() {
    let atEnd = true;
    this.box.addEventListener("scroll", () => { atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 8; });
    new ResizeObserver(() => { if (atEnd) this.box.scrollTop = this.box.scrollHeight; }).observe(this.box);
  }

  #people() {
    return { account: this.names.account, person: this.person };
  }

  #confirms(turn) {
    const found = this.unconfirmed.findIndex((one) => sameTurn(one, turn));
    if (found < 0) return false;
    this.unconfirmed.splice(found, 1);
    this.ids.add(turn.id);
    return true;
  }

  #stamp(at) {
    if (this.last === null || at - this.last > GAP) this.#add(el("p", { class: "stamp", textContent: stamp(at, this.now()) }));
    this.last = at;
  }

  #add(node) {
    const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 160;
    this.box.append(node);
    if (atEnd || node.classList.contains("mine")) this.box.scrollTop = this.box.scrollHeight;
    return node;
  }

  #showEmpty() {
    const tries = TRY_SAYING.map((text) =>
      el("button", { type: "button", class: "button", textContent: text, onclick: () => this.onSuggestion(text) }));
    this.box.append(el("div", { class: "empty" },
      el("p", { textContent: `${this.person.name}和“${this.names.account}”的对话会在这里。先写一句试试：` }), ...tries));
  }
}
