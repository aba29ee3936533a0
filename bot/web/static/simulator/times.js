// Times as people say them, always on the community's clock.

const ZONE = "Asia/Shanghai";
const part = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour12: false, ...options });
const CLOCK = part({ hour: "2-digit", minute: "2-digit" });
const DAY = part({ month: "long", day: "numeric" });
const WEEKDAY = part({ weekday: "long" });
const FULL = part({ year: "numeric", month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });

/** The day ("11月20日 星期五") and the clock ("16:38"). */
export const storyTime = (at) => ({ day: `${DAY.format(at)} ${WEEKDAY.format(at)}`, clock: CLOCK.format(at) });

/** The full time, for hovering. */
export const fullTime = (at) => FULL.format(at);

/** As WeChat stamps a chat: "16:38", "昨天 16:38", "星期三 16:38", "11月3日 16:38". */
export function stamp(at, now) {
  const days = Math.round((Date.parse(DATE.format(now)) - Date.parse(DATE.format(at))) / 86400000);
  const clock = CLOCK.format(at);
  if (days <= 0) return clock;
  if (days === 1) return `昨天 ${clock}`;
  return days < 7 ? `${WEEKDAY.format(at)} ${clock}` : `${DAY.format(at)} ${clock}`;
}
