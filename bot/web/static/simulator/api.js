// What the page asks of the server, and how it insists: as WeChat does, three tries of five seconds.

const ROOT = "/simulator/api";
const TRIES = 3;
export const PATIENCE = 5000; // milliseconds; WeChat cuts the connection then and sends the message again

/** Something did not work, and `message` says it to a person. `again`: WeChat would try once more by itself;
 *  `final`: the same message will never be taken. */
export class Failure extends Error {
  constructor(message, { again = false, final = false } = {}) {
    super(message);
    Object.assign(this, { again, final });
  }
}

export const town = () => request("/town");
export const restart = () => request("/restart", { body: {} });
export const history = (sender) => request(`/history?sender=${encodeURIComponent(sender)}`);

/** Deliver one message. `onTry(n)` is called as each try begins. The key stays the same, so that it counts once. */
export async function deliver(message, { onTry = () => {} } = {}) {
  let failure;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    onTry(attempt);
    try {
      return await request("/messages", { body: message });
    } catch (error) {
      failure = error;
      if (!error.again) break;
    }
  }
  throw failure;
}

async function request(path, { body } = {}) {
  const answer = await knock(path, body);
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 503) {
    throw new Failure(said.error || "服务正忙，这条消息还没有办理。", { again: true });
  }
  if (said.error) throw new Failure(said.error, { final: true });
  throw new Failure(`程序出错了（${answer.status}），原因写在运行邻哨的那个窗口里。`);
}

async function knock(path, body) {
  const post = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Linshao-Simulator": "1" },
    body: JSON.stringify(body),
  };
  try {
    return await fetch(ROOT + path, { ...post, signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    if (error.name === "TimeoutError") throw new Failure("5 秒内没有等到回复。", { again: true });
    throw new Failure("连不上邻哨：它可能停了。请看看运行它的那个窗口，启动后再发。");
  }
}
