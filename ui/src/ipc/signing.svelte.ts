import type { SignedIn } from "./commands";

/** Somebody has to sign in before the server does what was asked: the shell asks them, and whoever asked goes on. */
const state = $state({ wanted: false, turn: 0 });
let waiting: ((done: boolean) => void)[] = [];
let last = "";

/** Waits until somebody has signed in; `false` when they would not, or are somebody else than whoever asked. */
export function signInFirst(): Promise<boolean> {
  state.wanted = true;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Whether somebody is to sign in. */
export function signInWanted(): boolean {
  return state.wanted;
}

/** Grows when somebody else sits down at this desk: what was shown to the one before goes. */
export function turnAtDesk(): number {
  return state.turn;
}

/** Whoever waits goes on as the same person, or hears that nobody, or somebody else, signed in. */
export function signInEnds(who: SignedIn | null): void {
  const heard = waiting;
  const before = last;
  if (who) last = JSON.stringify([who.name, who.role]);
  const other = before !== "" && who !== null && before !== last;
  waiting = [];
  state.wanted = false;
  if (other) state.turn += 1;
  for (const resolve of heard) resolve(who !== null && !other);
}

/** Whoever was signed in has gone. */
export function signedOut(): void {
  last = "";
  state.turn += 1;
}
