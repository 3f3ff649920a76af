/**
 * What is being typed, kept by the replica: a reload, a crash, an error or another language lose nothing.
 *
 * The words are saved 200 ms after the last change and at once when the window goes away.
 * A draft ends with `drop()`, or with `done()` when the command that used it dropped it in its own tx.
 */
import { untrack } from "svelte";
import { asProblem, call } from "../ipc/call";
import type { Problem } from "../ipc/commands";

const DELAY_MS = 200;
/** What a screen was still saving when it closed; the next one with the same key waits for it. */
const underWay = new Map<string, Promise<void>>();

export class DraftStore<T extends object> {
  readonly key: string;
  /** Bind form fields to this. */
  value: T;
  /** What an earlier window had kept is in `value` now. */
  ready = $state(false);
  restored = $state(false);
  /** The replica holds what is typed. */
  kept = $state(false);
  problem = $state.raw<Problem | null>(null);
  #initial: T;
  /** `value` has all that an earlier window kept: it may be saved whole, over what is there. */
  #whole = false;
  #stored: string | null = null;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void>;
  /** Fields that were typed in while it is unknown what the others had. */
  #touched = new Set<string>();

  constructor(key: string, initial: T) {
    this.key = key;
    this.#initial = structuredClone(initial);
    // After what an earlier screen is still saving.
    this.#saving = underWay.get(key) ?? Promise.resolve();
    const value = $state(structuredClone(initial));
    this.value = value;

    $effect(() => {
      JSON.stringify(this.value);
      if (this.#ended) return;
      untrack(() => this.#schedule());
    });
    $effect(() => {
      const leave = () => void this.flush();
      window.addEventListener("pagehide", leave);
      document.addEventListener("visibilitychange", leave);
      return () => {
        window.removeEventListener("pagehide", leave);
        document.removeEventListener("visibilitychange", leave);
        void this.flush();
      };
    });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      await underWay.get(this.key);
      const { json } = await call("draft_load", { key: this.key });
      if (json !== null && !this.#ended) {
        this.#stored = json;
        const kept = JSON.parse(json) as Partial<T>;
        for (const field of Object.keys(this.#initial) as (keyof T)[]) {
          // What was typed while the draft was on its way stands.
          const untouched = !this.#touched.has(field as string) && JSON.stringify(this.value[field]) === JSON.stringify(this.#initial[field]);
          if (untouched && field in kept) this.value[field] = kept[field] as T[keyof T];
        }
        this.restored = JSON.stringify(this.value) !== JSON.stringify(this.#initial);
        this.kept = this.restored;
      }
      this.#whole = true;
    } catch (failure) {
      this.problem = asProblem(failure);
    }
    this.ready = true;
  }

  /** What is to be saved: all fields, or those typed in while it is unknown what the others had. */
  #typed(): { json: string; isNew: boolean } {
    const fields = Object.keys(this.#initial) as (keyof T)[];
    const differ = fields.filter((field) => JSON.stringify(this.value[field]) !== JSON.stringify(this.#initial[field]));
    // One that was emptied again was typed in, too.
    if (!this.#whole) for (const field of differ) this.#touched.add(field as string);
    const json = JSON.stringify(this.#whole ? this.value : Object.fromEntries([...this.#touched].map((field) => [field, this.value[field as keyof T]])));
    return { json, isNew: json !== this.#stored && (this.#stored !== null || differ.length > 0) };
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#typed().isNew) return;
    this.kept = false;
    this.#timer = setTimeout(() => void this.flush(), DELAY_MS);
  }

  /** Saves now what is typed; answers when the replica has it. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    const { json, isNew } = this.#typed();
    if (this.#ended || !isNew) return this.#saving;
    const part = !this.#whole;
    this.#stored = json;
    this.#saving = this.#saving.then(async () => {
      try {
        await call("draft_save", part ? { key: this.key, json, part } : { key: this.key, json });
        this.problem = null;
        this.kept = json === this.#stored;
      } catch (failure) {
        this.#stored = null;
        this.problem = asProblem(failure);
      }
    });
    const saving = this.#saving;
    underWay.set(this.key, saving);
    void saving.then(() => underWay.get(this.key) === saving && underWay.delete(this.key));
    return saving;
  }

  /** The command that took the words has dropped the draft too. */
  done(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  /** Forgets what was typed, here and in the replica. The form is empty and may be used again. */
  async drop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ended = true;
    await this.#saving;
    try {
      await call("draft_drop", { key: this.key });
    } catch (failure) {
      this.problem = asProblem(failure);
    }
    Object.assign(this.value, structuredClone(this.#initial));
    this.#stored = null;
    this.restored = false;
    this.kept = false;
    this.#ended = false;
  }
}

/** A draft under `key`, starting as `initial`. Call while a component starts. */
export function draft<T extends object>(key: string, initial: T): DraftStore<T> {
  return new DraftStore(key, initial);
}
