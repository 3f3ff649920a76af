/** Keys of the desk: F2 or Alt+N opens a new request from anywhere; Ctrl+Enter saves a form and Escape leaves it. */
import { go, screen } from "../../shell/screens.svelte";
import { station } from "../../shell/station.svelte";

/** F2 or Alt+N, whatever the keyboard's language. */
export function isNewKey(event: KeyboardEvent): boolean {
  const isAltN = event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyN";
  return event.key === "F2" || isAltN;
}

/** Ctrl+Enter, or Cmd+Enter. */
export function isSaveKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey);
}

let heard = false;

/** Listens from now on; the second call does nothing. */
export function hearKeys(): void {
  if (heard) return;
  heard = true;
  window.addEventListener("keydown", (event) => {
    if (!isNewKey(event) || event.repeat || station()?.profile !== "desk") return;
    event.preventDefault();
    if (screen().at !== "enter") go({ at: "enter" });
  });
}

/** Where the next Enter key would save by accident: a one-line field or a box to tick inside a long form. */
export function isEarlyEnter(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target instanceof HTMLInputElement;
}
