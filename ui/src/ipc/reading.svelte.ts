/** Reading and doing, for screens: the latest answer, the last problem, and whether something is under way. */
import { call, asProblem, onChanged } from "./call";
import type { Commands, Problem } from "./commands";

const changes = $state({ count: 0 });

/** How often the replica said that something shown has changed. Reading it inside an effect re-runs the effect. */
export function changeCount(): number {
  return changes.count;
}

/** Starts hearing of changes; called once by the shell. */
export function hearChanges(): () => void {
  return onChanged(() => {
    changes.count += 1;
  });
}

/** For a screen that changed something itself and wants everything shown to be read again. */
export function noteChange(): void {
  changes.count += 1;
}

export class Reading<T> {
  /** The last good answer. It stays while a newer one is on its way, and when the newer one fails. */
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(true);
  #tries = $state(0);
  #turn = 0;

  /** `follows`: it reads again after every change. What is asked of the server is read when somebody wants it. */
  constructor(read: () => Promise<T>, follows = true) {
    $effect(() => {
      if (follows) void changes.count;
      void this.#tries;
      const turn = ++this.#turn;
      this.loading = true;
      read().then(
        (value) => {
          if (turn !== this.#turn) return;
          this.value = value;
          this.problem = null;
          this.loading = false;
        },
        (failure: unknown) => {
          if (turn !== this.#turn) return;
          this.problem = asProblem(failure);
          this.loading = false;
        },
      );
    });
  }

  /** Puts in an answer that another command already gave. */
  set(value: T): void {
    this.#turn += 1;
    this.value = value;
    this.problem = null;
    this.loading = false;
  }

  again(): void {
    this.#tries += 1;
  }
}

/** Reads now, again after every change, and again when what `read` depends on changes. Call while a component starts. */
export function reading<T>(read: () => Promise<T>): Reading<T> {
  return new Reading(read);
}

export class Doing {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** Calls a command. `null` when it failed; the problem is then in `problem`. A second tap while busy does nothing. */
  async call<K extends keyof Commands>(name: K, input: Commands[K][0]): Promise<Commands[K][1] | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await call(name, input);
    } catch (failure) {
      this.problem = asProblem(failure);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

export function doing(): Doing {
  return new Doing();
}
