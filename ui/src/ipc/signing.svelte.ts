/** Somebody has to sign in before the server does what was asked: the shell asks them, and whoever asked goes on. */
const state = $state({ wanted: false });
let waiting: ((done: boolean) => void)[] = [];

/** Waits until somebody has signed in; `false` when they would not. */
export function signInFirst(): Promise<boolean> {
  state.wanted = true;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Whether somebody is to sign in. */
export function signInWanted(): boolean {
  return state.wanted;
}

/** Everybody who waits goes on, or hears that nobody signed in. */
export function signInEnds(done: boolean): void {
  const heard = waiting;
  waiting = [];
  state.wanted = false;
  for (const resolve of heard) resolve(done);
}
