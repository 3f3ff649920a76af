/** Which screen is shown. A union in state with the window's own history: Back works, and nothing is in an address. */
import type { DocId, Round } from "../ipc/commands";
import type { CommunityScreen } from "../features/community/screens";
import type { DeskScreen } from "../features/desk/screens";

/** Screens of crews, and those that crews, communities and the desk share. */
export type CommonScreen =
  | { at: "today" }
  | { at: "job"; id: DocId }
  /** A new finding, about an asset when one is named. */
  | { at: "finding"; asset?: DocId }
  /** The receipt of a finding that was just saved, or of the request on which it was noted as the same. */
  | { at: "found"; id: DocId; number: string; same?: boolean }
  | { at: "requests" }
  | { at: "request"; id: DocId }
  | { at: "map"; lat?: number; lon?: number }
  | { at: "assets" }
  | { at: "asset"; id: DocId }
  /** What has to be inspected, by community. */
  | { at: "inspections" }
  /** A tag that is free, and the round in which it was met. */
  | { at: "asset_add"; tag?: string; round?: Round }
  | { at: "rounds" }
  | { at: "round"; round: Round }
  | { at: "round_report"; round: Round }
  /** A tag or a number is scanned; with an asset, its tag is. */
  | { at: "scan"; asset?: DocId }
  | { at: "labels" }
  /** Or what opens this device. */
  | { at: "outbox"; people?: boolean };

export type Screen = CommonScreen | CommunityScreen | DeskScreen;
/** The screens called `K`, with their data: the props of a screen component are `{ screen: Of<"job"> }`. */
export type Of<K extends Screen["at"]> = Extract<Screen, { at: K }>;

type Step = { screen: Screen; depth: number };

let step = $state.raw<Step>({ screen: { at: "today" }, depth: 0 });
let moved = false;
let returned = false;

/** The screen that is shown. */
export function screen(): Screen {
  return step.screen;
}

/** Whether there is a screen before this one. */
export function canGoBack(): boolean {
  return step.depth > 0;
}

/** The first screen of a profile, and the ear for the window's Back. */
export function startAt(first: Screen): () => void {
  const kept = history.state as Step | null;
  show(kept?.screen && typeof kept.depth === "number" ? kept : { screen: first, depth: 0 });
  moved = false;
  history.replaceState(plain(step), "");
  const heard = (event: PopStateEvent) => {
    const earlier = event.state as Step | null;
    if (!earlier?.screen) return;
    returned = true;
    show(earlier);
  };
  window.addEventListener("popstate", heard);
  return () => window.removeEventListener("popstate", heard);
}

/** Shows a screen; Back returns to the one before. */
export function go(next: Screen): void {
  keepScroll();
  returned = false;
  show({ screen: next, depth: step.depth + 1 });
  history.pushState(plain(step), "");
}

/** Shows a screen in place of this one, as after saving a form: Back does not return to the form. */
export function goInstead(next: Screen): void {
  returned = false;
  show({ screen: next, depth: step.depth });
  history.replaceState(plain(step), "");
}

export function back(): void {
  if (canGoBack()) history.back();
}

/** Whether the screen was reached with Back: a list then takes up where it was left. */
export function cameBack(): boolean {
  return returned;
}

/** Whether the heading of the new screen should take the focus: yes, once after each change of screen. */
export function takeFocus(): boolean {
  const asked = moved;
  moved = false;
  return asked;
}

/** For a screen that shows its next step itself: the new heading takes the focus, from its top. */
export function askFocus(): void {
  moved = true;
  window.scrollTo(0, 0);
}

function show(next: Step): void {
  step = next;
  moved = true;
  const top = returned ? (scrolls.get(place(next)) ?? 0) : 0;
  requestAnimationFrame(() => scrollBack(top, 20));
}

/** A screen that was left half-way down is as tall as before only once its records are read: try for a few frames. */
function scrollBack(top: number, tries: number): void {
  window.scrollTo(0, top);
  if (top > 0 && tries > 0 && Math.abs(window.scrollY - top) > 1) requestAnimationFrame(() => scrollBack(top, tries - 1));
}

const scrolls = new Map<string, number>();

function keepScroll(): void {
  scrolls.set(place(step), window.scrollY);
}

function place(of: Step): string {
  return `${of.depth}:${JSON.stringify(of.screen)}`;
}

function plain(of: Step): Step {
  return JSON.parse(JSON.stringify(of)) as Step;
}
