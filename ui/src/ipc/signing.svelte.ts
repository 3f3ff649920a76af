import type { SignedIn } from "./commands";

/** Somebody has to sign in before the server does what was asked: the shell asks them, and whoever asked goes on. */
const state = $state({ wanted: false, turn: 0, putAway: false });
let waiting: { turn: number; resolve: (done: boolean) => void }[] = [];
let last = "";
/** The same as `state.turn`, for whoever only wants to know. */
let turn = 0;

/** Whose turn it is when something is asked: who signs in later does not do it for whoever was here. */
export function askedInTurn(): number {
  return turn;
}

/** Waits until somebody has signed in; `false` when they would not, or are somebody else than whoever asked. */
export function signInFirst(asked: number): Promise<boolean> {
  if (asked !== turn) return Promise.resolve(false);
  state.wanted = true;
  return new Promise((resolve) => waiting.push({ turn: asked, resolve }));
}

/** Whether somebody is to sign in. */
export function signInWanted(): boolean {
  return state.wanted;
}

/** Grows when somebody else sits down at this desk: what was shown to the one before goes. */
export function turnAtDesk(): number {
  return state.turn;
}

/** Whether something that was on the screen went because somebody else signed in, until they go on. */
export function wasPutAway(): boolean {
  return state.putAway;
}

export function wentOn(): void {
  state.putAway = false;
}

/** Whoever is signed in, as this desk says. */
export function isHere(who: SignedIn): void {
  last = JSON.stringify([who.name, who.role]);
}

/** Whoever waits goes on as the same person, or hears that nobody, or somebody else, signed in. */
export function signInEnds(who: SignedIn | null): void {
  const before = last;
  if (who) isHere(who);
  const other = who !== null && before !== "" && before !== last;
  if (other) {
    next();
    state.putAway = true;
  }
  answer(who !== null);
}

/** Whoever was signed in has gone, and what they asked for is not done for the next one. */
export function signedOut(): void {
  last = "";
  state.putAway = false;
  next();
  answer(false);
}

function next(): void {
  turn += 1;
  state.turn = turn;
}

function answer(done: boolean): void {
  const heard = waiting;
  waiting = [];
  state.wanted = false;
  for (const one of heard) one.resolve(done && one.turn === turn);
}
