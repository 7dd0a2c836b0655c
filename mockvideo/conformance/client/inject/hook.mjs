// Node runs this before a program under the kit: timers and Date go by the account's clock, which sleeps move on.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { request as ask } from "node:http";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { performance } from "node:perf_hooks";
import timers from "node:timers/promises";

const { MOCKVIDEO_CLIENT_CLOCK: url, MOCKVIDEO_CLIENT_LIMIT, MOCKVIDEO_CLIENT_MARK: mark } = process.env;
const real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now, perf: performance.now.bind(performance) };
// Real milliseconds without any news after which nobody but timers is waited for.
const QUIET = 8;
const OVERTIME = 124;
// After so many moves each is so many times as far, or a program without a deadline would take minutes.
const STEADY = 60;
const STRETCH = 20;
const limit = Number(MOCKVIDEO_CLIENT_LIMIT) * 1000;
const waiting = new Map();
let ahead = 0; // milliseconds
let moves = 0;
let news = 0;
let inFlight = 0;
let watch = null;
let last = 0;

class Timer {
  constructor(run, wait, repeat) {
    this.run = run;
    this.wait = Math.max(1, Number(wait) || 1);
    this.repeat = repeat;
    this.kept = true;
    this.id = ++last;
    this.refresh();
  }
  refresh() {
    this.due = elapsed() + this.wait;
    waiting.set(this.id, this);
    news++;
    look();
    return this;
  }
  ref() {
    this.kept = true;
    look();
    return this;
  }
  unref() {
    this.kept = false;
    look();
    return this;
  }
  hasRef() {
    return this.kept;
  }
  close() {
    stop(this);
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
  [Symbol.dispose ?? Symbol("dispose")]() {
    stop(this);
  }
}

const elapsed = () => real.perf() + ahead;

function stop(timer) {
  const known = timer instanceof Timer ? timer : waiting.get(Number(timer));
  if (known) {
    waiting.delete(known.id);
    look();
  }
}

// One real timer watches while there are virtual ones, and keeps the process alive as long as any of them would.
function look() {
  if (waiting.size === 0) {
    real.clearInterval(watch);
    watch = null;
    return;
  }
  watch ??= real.setInterval(turn, QUIET);
  if ([...waiting.values()].some((timer) => timer.kept)) watch.ref();
  else watch.unref();
}

let seen = 0;
let moving = false;

function turn() {
  const first = [...waiting.values()].reduce((one, other) => (other.due < one.due ? other : one));
  if (first.due <= elapsed()) return fire(first);
  if (moving || inFlight > 0 || news !== seen) {
    seen = news;
    return;
  }
  moving = true;
  const wait = (first.due - elapsed()) * (++moves > STEADY ? STRETCH : 1);
  if (moves === STEADY + 1) writeFileSync(mark, String(ahead / 1000));
  if (ahead + wait > limit) process.exit(OVERTIME);
  advance(wait, () => {
    ahead += wait;
    moving = false;
    if (waiting.has(first.id)) fire(first);
  });
}

function fire(timer) {
  news++;
  if (timer.repeat) timer.due = elapsed() + timer.wait;
  else waiting.delete(timer.id);
  timer.run();
  look();
}

function advance(wait, done) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${process.env.MOCKVIDEO_API_KEY}` };
  const asked = ask(url, { method: "POST", headers }, (answer) => answer.resume().on("end", done));
  asked.on("error", () => process.exit(OVERTIME));
  asked.end(JSON.stringify({ seconds: wait / 1000 }));
}

// Node's own timers watch sockets, which are real: it is the caller that tells.
function ours() {
  const calling = new Error().stack.split("\n")[3] ?? "";
  return !calling.includes("node:");
}

function virtual(original, repeat) {
  return Object.assign(
    function (run, wait, ...more) {
      return ours() ? new Timer(() => run(...more), wait, repeat) : original(run, wait, ...more);
    },
    { __proto__: original },
  );
}

function clear(original) {
  return (timer) => (timer instanceof Timer || waiting.has(Number(timer)) ? stop(timer) : original(timer));
}

if (url) {
  const plain = createRequire(import.meta.url)("node:timers");
  globalThis.setTimeout = plain.setTimeout = virtual(real.setTimeout, false);
  globalThis.setInterval = plain.setInterval = virtual(real.setInterval, true);
  globalThis.clearTimeout = plain.clearTimeout = clear(real.clearTimeout);
  globalThis.clearInterval = plain.clearInterval = clear(real.clearInterval);
  timers.setTimeout = (wait, value, { signal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = new Timer(() => resolve(value), wait, false);
      signal?.addEventListener("abort", () => (stop(timer), reject(signal.reason)), { once: true });
    });
  timers.scheduler.wait = (wait, options) => timers.setTimeout(wait, undefined, options);
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...told) {
      super(...(told.length === 0 ? [real.now() + ahead] : told));
    }
    static now() {
      return real.now() + ahead;
    }
  };
  performance.now = () => real.perf() + ahead;
  syncBuiltinESMExports();
  for (const [begun, ended] of [
    ["undici:request:create", ["undici:request:headers", "undici:request:error"]],
    ["http.client.request.start", ["http.client.response.finish", "http.client.request.error"]],
  ]) {
    const open = new WeakSet();
    subscribe(begun, ({ request }) => {
      if (!mine(request)) inFlight++, news++, open.add(request);
    });
    for (const name of ended)
      subscribe(name, ({ request }) => {
        news++;
        if (open.delete(request)) inFlight--;
      });
  }
  // News is also that parts of an answer come.
  subscribe("undici:request:trailers", () => news++);
}

function mine(request) {
  return String(request.path).includes("/_mockvideo/");
}
