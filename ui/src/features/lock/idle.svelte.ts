/** A device that somebody opened and left lying is locked again. */
import { call } from "../../ipc/call";
import type { LockState } from "../../ipc/commands";

/** How often is looked whether the time is over. */
const LOOK_MS = 5_000;
/** What counts as a touch. */
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

let idle = 0;
let touched = 0;

/** Hears how this device is locked now. */
export function locked(state: LockState): void {
  idle = state.people.length ? state.idle_s * 1_000 : 0;
  touched = Date.now();
}

/** Watches for as long as the app is open. Returns the way to stop. */
export function watchIdle(): () => void {
  const over = () => idle > 0 && Math.abs(Date.now() - touched) >= idle;
  const touch = () => {
    // The first touch after a long sleep comes before the clock of the page.
    if (over()) look();
    else touched = Date.now();
  };
  const look = () => {
    // Whatever is being typed is in its draft by now.
    if (over()) void call("lock_now", {}).catch((failure: unknown) => console.error("Locking", failure));
  };
  call("lock_state", {}).then(locked, (failure: unknown) => console.error("Reading the lock", failure));
  const timer = setInterval(look, LOOK_MS);
  // A lid that was closed stops the clock of the page: looked at once when it is seen again.
  document.addEventListener("visibilitychange", look);
  for (const kind of TOUCHES) window.addEventListener(kind, touch, { passive: true, capture: true });
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    for (const kind of TOUCHES) window.removeEventListener(kind, touch, { capture: true });
  };
}
