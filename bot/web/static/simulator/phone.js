// One phone: whose it is, its chat, and how its messages are delivered.

import { deliver, history } from "./api.js";
import { Chat } from "./chat.js";
import { wireComposer } from "./composer.js";
import { el } from "./dom.js";
import { fillMenu } from "./menu.js";

const EVENTS = new Set(["click", "scan", "subscribe", "unsubscribe"]);

export class Phone {
  /** `town` is what the server told of the community; `story` the clock; `on` has changed, closed and news. */
  constructor(town, { story, on }) {
    const template = document.getElementById("phone-template");
    this.root = template.content.cloneNode(true).firstElementChild;
    this.chooser = this.root.querySelector(".person");
    Object.assign(this, { town, story, on, onTheWay: 0 });
    const names = namesOf(town);
    this.chat = new Chat(this.root.querySelector(".chat"), {
      names, now: () => story.now(), onSuggestion: (text) => this.composer.propose(text),
    });
    this.composer = wireComposer(this.root, { onSend: (fields) => this.send(fields), buildings: town.buildings });
    fillMenu(this.root.querySelector(".menu"), town.menu, { onClick: (entry) => this.send({ kind: "click", event_key: entry.key }) });
    this.root.querySelector(".title h2").textContent = names.account;
    this.root.querySelector(".follow-again").addEventListener("click", () => this.send({ kind: "subscribe" }));
    this.root.querySelector(".close").addEventListener("click", () => on.closed(this));
    this.chooser.addEventListener("change", () => { this.open(this.chooser.value); on.changed(this); });
    this.chooser.append(...choicesOf(town.residents));
  }

  /** Take this resident's phone in hand: load and show their chat. */
  async open(sender) {
    this.person = this.town.residents.find((one) => one.sender === sender);
    this.chooser.value = sender;
    this.root.setAttribute("aria-label", `${this.person.name}的手机`);
    this.root.querySelector(".title p").textContent =
      `公众号 · 我是${this.person.name}${this.person.note && `（${this.person.note}）`}`;
    this.#follow(true);
    this.chat.open(this.person);
    await this.refresh();
  }

  /** Show what is new in the history. Raises Failure. */
  async refresh() {
    const person = this.person;
    const opened = this.chat.ids;
    const { now, turns } = await history(person.sender);
    this.story.set(now);
    // Another person was chosen meanwhile; or a reply is on its way here and would be shown twice.
    if (opened !== this.chat.ids || this.onTheWay > 0) return;
    const isFirst = opened.size === 0;
    const fresh = this.chat.merge(turns);
    const last = turns.findLast((turn) => turn.mine && (turn.kind === "subscribe" || turn.kind === "unsubscribe"));
    if (last && isFirst) this.#follow(last.kind === "subscribe");
    if (fresh && !isFirst) this.on.news(this);
  }

  /** Send something from this phone: show it, wait as WeChat waits, show the reply or what went wrong. */
  async send(fields) {
    const message = { ...fields, sender: this.person.sender, key: crypto.randomUUID() };
    const shown = EVENTS.has(fields.kind) ? fields.event_key ?? "" : fields.text ?? "";
    this.chat.expect({ mine: true, kind: fields.kind, text: shown, at: this.story.now() });
    await this.#deliver(message);
  }

  /** Whose phones the others are, so that nobody has two. */
  forbid(senders) {
    for (const choice of this.chooser.querySelectorAll("option")) {
      choice.disabled = choice.value !== this.person.sender && senders.has(choice.value);
    }
  }

  async #deliver(message) {
    const mine = this.chat.ids;
    const waiting = this.chat.showWaiting();
    this.onTheWay += 1;
    try {
      const { now, reply } = await deliver(message, { onTry: (n) => n > 1 && waiting.say(`还没有回复，微信第 ${n} 次送出`) });
      this.story.set(now);
      waiting.remove();
      if (mine !== this.chat.ids) return;
      const canBeTold = message.kind !== "unsubscribe"; // WeChat brings nothing to who has left
      if (reply && canBeTold) this.chat.expect({ mine: false, kind: "text", text: reply, at: this.story.now() });
      if (message.kind === "unsubscribe" || message.kind === "subscribe") this.#follow(message.kind === "subscribe");
      this.on.news(this);
    } catch (failure) {
      waiting.remove();
      if (mine === this.chat.ids) this.chat.showFailure(failure, () => this.#deliver(message));
    } finally {
      this.onTheWay -= 1;
    }
  }

  #follow(following) {
    this.root.querySelector(".left-note").hidden = following;
    this.root.querySelector(".composer").hidden = !following;
    this.root.querySelector(".menu").hidden = !following;
    if (!following) this.root.querySelector(".extras").hidden = true;
  }
}

function namesOf(town) {
  const entries = town.menu.flatMap((group) => group.entries);
  return {
    account: `${town.community}邻哨`,
    buttons: new Map(entries.map((entry) => [entry.key, entry.label])),
    buildings: new Map(town.buildings.map((one) => [one.scene, one.name])),
  };
}

function choicesOf(residents) {
  const groups = new Map();
  for (const person of residents) {
    const note = person.note || "居民";
    if (!groups.has(note)) groups.set(note, el("optgroup", { label: note }));
    groups.get(note).append(el("option", { value: person.sender, textContent: `${person.name} · ${person.home}` }));
  }
  return [...groups.values()];
}
