/** The one door to the replica: typed commands in, records or a `Problem` out. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWindow } from "@tauri-apps/api/window";
import type { Commands, Problem } from "./commands";
import { askedInTurn, signInFirst } from "./signing.svelte";

/** Calls a command. Rejects with a `Problem`, whatever went wrong. `quiet`: nobody asked for it, so nobody is asked to sign in. */
export async function call<K extends keyof Commands>(name: K, input: Commands[K][0], quiet = false): Promise<Commands[K][1]> {
  const asked = askedInTurn();
  try {
    return await invoke<Commands[K][1]>(name, { input });
  } catch (failure) {
    const problem = asProblem(failure);
    // Whoever signs in again goes on where they were; nothing that was typed is asked for again. Somebody else begins anew.
    if (!quiet && problem.code === "sign_in_needed" && (await signInFirst(asked))) return call(name, input);
    throw problem;
  }
}

/** Whether this is the window of a device that is locked, which knows nothing else. */
export function isLocked(): boolean {
  return getCurrentWindow().label === "lock";
}

/** Reads any failure as a `Problem`; what has no code becomes an internal one. */
export function asProblem(failure: unknown): Problem {
  if (typeof failure === "object" && failure !== null && "code" in failure && typeof failure.code === "string") {
    return failure as Problem;
  }
  console.error(failure);
  return { code: "internal", incident: "window" };
}

const DEBOUNCE_MS = 150;

/** Tells that something a window shows has changed. Bursts arrive as one call. Returns the way to stop. */
export function onChanged(heard: (revision: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let stop: (() => void) | undefined;
  listen<{ revision: number }>("changed", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => heard(event.payload.revision), DEBOUNCE_MS);
  }).then(
    (unlisten) => {
      if (stopped) unlisten();
      else stop = unlisten;
    },
    (failure: unknown) => console.error("Listening for changes", failure),
  );
  return () => {
    stopped = true;
    clearTimeout(timer);
    stop?.();
  };
}
