// 大字 and 朗读. Both stay hidden where the browser cannot do them.

const root = document.documentElement;
const large = document.getElementById("large");
const aloud = document.getElementById("aloud");
const KEY = "linshao-large";

/** What was kept; private windows may forbid keeping anything. */
function remembered() {
  try { return localStorage.getItem(KEY) === "1"; } catch { return false; }
}

function remember(wish) {
  try { localStorage.setItem(KEY, wish ? "1" : "0"); } catch { /* then it holds for this page only */ }
}

function showLarge(wish) {
  root.classList.toggle("large", wish);
  large.setAttribute("aria-pressed", String(wish));
}

large.hidden = false;
showLarge(remembered());
large.addEventListener("click", () => {
  const wish = large.getAttribute("aria-pressed") !== "true";
  remember(wish);
  showLarge(wish);
});

/** Read piece by piece: some phones stop in the middle of a long text. */
function readFrom(pieces, position) {
  pieces.forEach((piece, index) => piece.classList.toggle("reading", index === position));
  if (position >= pieces.length) return showReading(false);
  const words = new SpeechSynthesisUtterance(pieces[position].textContent);
  words.lang = "zh-CN";
  words.rate = 0.9;
  words.onend = () => { if (isReading()) readFrom(pieces, position + 1); };
  words.onerror = () => stop(pieces);
  pieces[position].scrollIntoView({ block: "nearest" });
  speechSynthesis.speak(words);
}

const isReading = () => aloud.getAttribute("aria-pressed") === "true";

function showReading(reading) {
  aloud.setAttribute("aria-pressed", String(reading));
  aloud.textContent = reading ? "停止朗读" : "朗读";
}

function stop(pieces) {
  showReading(false);
  speechSynthesis.cancel();
  pieces.forEach((piece) => piece.classList.remove("reading"));
}

if (aloud && "speechSynthesis" in window) {
  const pieces = [document.querySelector("h1"), ...document.querySelectorAll("#body h2, #body h3, #body p, #body li, #body td")]
    .filter((piece) => !piece.querySelector("p, li")); // what holds other pieces would be read twice
  aloud.hidden = false;
  aloud.addEventListener("click", () => {
    if (isReading()) return stop(pieces);
    showReading(true);
    return readFrom(pieces, 0);
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
}
