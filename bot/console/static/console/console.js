// The console's page: clocks that run, a look for new dangers, the sound, bytes that are left.
// Everything works without it; it only saves reloading.

const PULSE_EVERY = 15_000; // milliseconds: somebody in danger waits no longer than this for the sound
const RING_EVERY = 10_000;
const MINUTE = 60_000;

const address = document.body.dataset.pulse;
let mark = null;
let ringing = null;

function lasting(since, now) {
  const minutes = Math.max(1, Math.floor((now - since) / MINUTE));
  if (minutes < 60) return `${minutes} 分钟`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} 小时` : `${Math.floor(minutes / 1440)} 天`;
}

function runClocks() {
  for (const clock of document.querySelectorAll('time[data-running]')) {
    clock.textContent = lasting(Date.parse(clock.dateTime), Date.now());
  }
}

// The sound: two short tones, made here, so that no file has to be loaded when it matters.
let audio = null;
function ring() {
  if (!audio) return;
  for (const [start, pitch] of [[0, 880], [0.25, 660]]) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, audio.currentTime + start);
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.22);
    tone.connect(loudness).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.24);
  }
}

function wantsSound() {
  try { return localStorage.getItem('linshao-sound') === 'on'; } catch { return false; }
}

function showSound() {
  const button = document.getElementById('sound');
  if (!button) return;
  button.hidden = false;
  const heard = audio !== null && audio.state === 'running';
  button.setAttribute('aria-pressed', String(heard));
  button.textContent = heard ? '提示音：开' : '提示音：关';
}

async function switchSound(on) {
  try { localStorage.setItem('linshao-sound', on ? 'on' : 'off'); } catch { /* private window: for this page only */ }
  if (on && !audio) audio = new AudioContext();
  if (on) await audio.resume();
  if (!on && audio) { await audio.close(); audio = null; }
  if (on) ring();
  showSound();
}

function alarm(count) {
  const bar = document.getElementById('alarm');
  bar.hidden = count === 0;
  document.getElementById('alarms').textContent = String(count);
  document.title = document.title.replace(/^（\d+ 件危急）/, '');
  if (count) document.title = `（${count} 件危急）${document.title}`;
  if (count && !ringing) { ring(); ringing = setInterval(ring, RING_EVERY); }
  if (!count && ringing) { clearInterval(ringing); ringing = null; }
}

function showCount(count) {
  const badge = document.querySelector('[data-count=today]');
  if (badge) { badge.textContent = String(count); badge.hidden = count === 0; }
}

// How to find again what somebody has in hand, once the list around it is new.
function sameAgain(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.form) return `form[action="${CSS.escape(element.form.getAttribute('action'))}"] button`;
  return element.getAttribute('href') ? `a.button[href="${CSS.escape(element.getAttribute('href'))}"]` : null;
}

// On the page of today the list itself is taken anew.
async function swapList() {
  const here = document.querySelector('[data-swap]');
  if (!here) return;
  const answer = await fetch(location.href, { headers: { 'X-Linshao-Pulse': '1' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-swap]');
  if (!fresh) return;
  const inHand = here.contains(document.activeElement) ? sameAgain(document.activeElement) : null;
  here.replaceChildren(...fresh.children);
  showSound();
  if (inHand) here.querySelector(inHand)?.focus();
}

async function look() {
  let told;
  try {
    const answer = await fetch(address, { headers: { 'X-Linshao-Pulse': '1' } });
    if (answer.status === 401) { location.reload(); return; }
    told = await answer.json();
  } catch { return; } // the network is away: the next look tries again
  alarm(told.alarms);
  showCount(told.things);
  if (mark !== null && mark !== told.mark) await swapList();
  mark = told.mark;
}

// Bytes, because WeChat counts them: a Chinese character is three.
// A local fact counts as the longest that may stand in its place.
function countBytes(field) {
  const most = Number(field.dataset.most);
  const fills = JSON.parse(field.dataset.fills ?? '{}');
  let filled = 0;
  const plain = field.value.trim().replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => {
    filled += fills[name] ?? whole.length;
    return '';
  });
  const left = most - filled - new TextEncoder().encode(plain).length;
  const shown = field.closest('.field').querySelector('.bytes');
  shown.classList.toggle('over', left < 0);
  shown.textContent = left >= 0 ? `还能写约 ${Math.floor(left / 3)} 个字` : `超了约 ${Math.ceil(-left / 3)} 个字`;
}

document.addEventListener('input', (event) => {
  if (event.target.dataset.most) countBytes(event.target);
});
document.addEventListener('click', (event) => {
  if (event.target.id === 'sound') switchSound(!(audio && audio.state === 'running'));
});
// A browser lets a page sound only after a touch: the first one anywhere takes up what was wished before.
document.addEventListener('pointerdown', () => { if (wantsSound() && !audio) { audio = new AudioContext(); audio.resume().then(showSound); } }, { once: true });

document.querySelectorAll('[data-most]').forEach(countBytes);
runClocks();
setInterval(runClocks, MINUTE / 4);
showSound();
if (address) { look(); setInterval(look, PULSE_EVERY); }
