// The page: the bar, up to four phones, tabs where there is room for one, and looking for news.

import { restart, town as loadTown } from "./api.js";
import { ask, el } from "./dom.js";
import { Phone } from "./phone.js";
import { storyTime } from "./times.js";

const MOST = 4;
const LOOK_EVERY = 3000; // milliseconds: how soon a pushed message appears
const NEWCOMER = { sender: "newcomer", name: "新邻居", home: "还没说住哪", note: "刚搬来" };
const phones = [];
const story = storyClock(document.getElementById("clock"));
const place = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const addButton = document.getElementById("add-phone");
const state = document.getElementById("state");
let town;
let chosen;

async function begin() {
  try {
    town = await loadTown();
  } catch (failure) {
    place.replaceChildren(el("p", { class: "notice soon", role: "alert", textContent: `${failure.message}好了以后刷新这一页。` }));
    return;
  }
  if (!town.residents.some((one) => one.sender === NEWCOMER.sender)) town.residents.push(NEWCOMER);
  story.set(town.now);
  for (const sender of firstSenders()) addPhone(sender);
  choose(phones[0]);
  addButton.addEventListener("click", () => choose(addPhone(nextSender())));
  document.getElementById("restart").addEventListener("click", startAgain);
  setTimeout(look, LOOK_EVERY);
}

/** Those named in the address, so that a set of phones can be kept; else one of each kind of resident. */
function firstSenders() {
  const known = new Set(town.residents.map((one) => one.sender));
  const named = new URLSearchParams(location.hash.slice(1)).getAll("phone").filter((one) => known.has(one));
  if (named.length) return [...new Set(named)].slice(0, MOST);
  const roomFor = Math.max(1, Math.min(3, Math.floor(innerWidth / 380)));
  const kinds = new Map();
  for (const one of town.residents) if (!kinds.has(one.note)) kinds.set(one.note, one.sender);
  return [...kinds.values()].slice(0, innerWidth < 720 ? 2 : roomFor);
}

function nextSender() {
  const taken = new Set(phones.map((one) => one.person.sender));
  return town.residents.find((one) => !taken.has(one.sender)).sender;
}

function addPhone(sender) {
  const phone = new Phone(town, { story, on: { changed: arrange, closed: removePhone, news: markNews } });
  phones.push(phone);
  place.append(phone.root);
  phone.open(sender).then(() => tellState(""), tellTrouble);
  arrange();
  return phone;
}

function removePhone(phone) {
  phones.splice(phones.indexOf(phone), 1);
  phone.root.remove();
  choose(phones[0]);
  addButton.focus();
}

function choose(phone) {
  chosen = phone;
  phone.hasNews = false;
  arrange();
}

/** Put tabs, choosers, the add button and the address in step with the phones. */
function arrange() {
  const senders = new Set(phones.map((one) => one.person.sender));
  for (const phone of phones) {
    phone.forbid(senders);
    phone.root.classList.toggle("chosen", phone === chosen);
  }
  const focused = [...tabs.children].indexOf(document.activeElement);
  tabs.replaceChildren(...phones.map(tabOf));
  tabs.children[focused]?.focus();
  addButton.disabled = phones.length >= Math.min(MOST, town.residents.length);
  history.replaceState(null, "", `#${new URLSearchParams([...senders].map((one) => ["phone", one]))}`);
}

function tabOf(phone) {
  const news = phone.hasNews ? el("span", { class: "badge good news", textContent: "新" }) : null;
  const tab = el("button", { type: "button", "aria-pressed": String(phone === chosen) }, phone.person.name, news);
  tab.addEventListener("click", () => choose(phone));
  return tab;
}

function markNews(phone) {
  if (phone === chosen) return;
  phone.hasNews = true;
  arrange();
}

async function startAgain() {
  if (!(await ask("restart-sheet"))) return;
  try {
    await restart();
    await Promise.all(phones.map((phone) => phone.open(phone.person.sender)));
    tellState("");
  } catch (failure) {
    tellTrouble(failure);
  }
}

/** Look for what was pushed meanwhile; not while nobody looks at the page. */
async function look() {
  if (!document.hidden) {
    await Promise.all(phones.map((phone) => phone.refresh())).then(() => tellState(""), tellTrouble);
  }
  setTimeout(look, LOOK_EVERY);
}

const tellTrouble = (failure) => tellState(failure.message);

function tellState(words) {
  if (state.textContent !== words) state.textContent = words;
  state.hidden = !words;
}

/** The time in the story: what the server said last, going on from there. */
function storyClock(face) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const show = () => {
    const { day, clock } = storyTime(now());
    face.replaceChildren(el("span", { class: "day", textContent: `${day} ` }), clock);
    face.dateTime = now().toISOString();
  };
  setInterval(show, 1000);
  return { now, set: (at) => { ahead = Date.parse(at) - Date.now(); show(); } };
}

begin();
