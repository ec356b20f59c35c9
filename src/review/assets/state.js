// The state of an open page: current and saved regions, undo history, selection, save status. Every change is saved at
// once. While a save is in progress, further changes wait and are sent together.

import * as api from "/assets/api.js";
import { lineOf, printed, regionOf } from "/assets/edit.js";

/** Milliseconds until a failed save is retried. */
const AGAIN = 5000;

/** Events: `change` (regions or done), `choice`, `status`, `conflict`. */
export class PageState extends EventTarget {
  constructor(page, who) {
    super();
    this.page = page;
    this.who = who;
    this.machine = page.machine;
    this.take(page.review);
    this.undone = [];
    this.past = [];
    this.choice = { region: null, line: null, glyph: 0 };
    this.status = { kind: "saved" };
    this.sending = false;
  }

  /** Resets the state to a review from the server. */
  take(review) {
    this.now = { regions: review.regions, done: review.done };
    this.saved = this.now;
    this.revision = review.revision;
    this.history = review.history;
  }

  get regions() { return this.now.regions; }
  get done() { return this.now.done; }
  get isSaved() { return this.now === this.saved; }
  get line() { return this.choice.line ? lineOf(this.regions, this.choice.line) : null; }
  get region() { return this.line?.region ?? regionOf(this.regions, this.choice.region); }

  emit(name, detail = {}) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  /** Applies `change` to the regions. Changes with the same `thread` are undone together. */
  edit(change, thread = null) {
    const regions = change(this.regions);
    if (regions === this.regions) return false;
    return this.become({ ...this.now, regions }, thread);
  }

  setDone(done) { return this.become({ ...this.now, done }, null); }

  become(next, thread) {
    const last = this.past.at(-1);
    if (!(thread && last?.thread === thread)) this.past.push({ ...this.now, thread, choice: this.choice });
    this.undone = [];
    this.show(next);
    return true;
  }

  show(next) {
    this.now = next;
    this.mendChoice();
    this.emit("change");
    this.send();
  }

  undo() { return this.step(this.past, this.undone); }
  redo() { return this.step(this.undone, this.past); }

  step(from, to) {
    const there = from.pop();
    if (!there) return false;
    to.push({ ...this.now, thread: null, choice: this.choice });
    this.choice = there.choice;
    this.show({ regions: there.regions, done: there.done });
    return true;
  }

  choose(choice) {
    this.choice = { region: null, line: null, glyph: 0, ...choice };
    this.emit("choice");
  }

  /** Selects the next or previous line in reading order. */
  chooseLine(step) {
    const all = printed(this.regions);
    const at = all.findIndex(({ line }) => line.id === this.choice.line);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (next) this.choose({ region: next.region.id, line: next.line.id });
    return Boolean(next);
  }

  /** Clears the selection of items that no longer exist. */
  mendChoice() {
    if (this.choice.line && !lineOf(this.regions, this.choice.line)) this.choice = { ...this.choice, line: null, glyph: 0 };
    if (this.choice.region && !regionOf(this.regions, this.choice.region)) this.choice = { ...this.choice, region: null };
  }

  async send() {
    if (this.sending || this.isSaved || this.status.kind === "conflict") return;
    clearTimeout(this.timer);
    this.sending = true;
    this.say({ kind: "saving" });
    const sent = this.now;
    try {
      const by = await this.who();
      const answer = await api.save(this.page.id, { revision: this.revision, by, done: sent.done, regions: sent.regions });
      this.arrived(sent, answer);
    } catch (error) {
      this.failed(error);
    } finally {
      this.sending = false;
    }
    if (this.status.kind === "saving") this.send();
  }

  arrived(sent, answer) {
    this.revision = answer.revision;
    this.history = answer.history;
    const settled = { regions: answer.regions, done: answer.done };
    this.saved = settled;
    if (this.now !== sent) return;
    this.now = settled;
    this.say({ kind: "saved" });
    this.emit("change", { settled: true });
  }

  failed(error) {
    if (error.status === 409) {
      this.say({ kind: "conflict" });
      this.emit("conflict", { theirs: error.review });
      return;
    }
    this.say({ kind: "failed", why: error.message });
    // A refused page would be refused again. Other errors may be temporary: a full disk, a lost connection.
    if (error.status !== 422 && error.code !== "damaged") this.timer = setTimeout(() => this.send(), AGAIN);
  }

  /** Ends a conflict: continues from the other person's revision with these regions. */
  settle(theirs, regions, done) {
    const before = this.now;
    this.take(theirs);
    this.past.push({ ...before, thread: null, choice: this.choice });
    this.status = { kind: "saved" };
    this.mendChoice();
    if (regions) this.now = { regions, done };
    this.say(this.isSaved ? { kind: "saved" } : { kind: "unsaved" });
    this.emit("change", { settled: true });
    this.send();
  }

  say(status) {
    this.status = status;
    this.emit("status");
  }
}
