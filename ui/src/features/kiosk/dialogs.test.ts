import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { KioskMode } from "../../ipc/commands";
import { lists, replica, type Replica } from "../../testing/replica";
import { loadLists } from "../../words/names.svelte";
import Kiosk from "./Kiosk.svelte";
import { setKioskMode } from "./mode.svelte";

// jsdom lays nothing out, so nothing is ever resized.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as unknown as typeof ResizeObserver;

const quiet: KioskMode = { out_of_order: false, called_at: null, call_told: false };

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
  setKioskMode(quiet);
});

const hand = () => userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });

/** A visitor at the first question of a report; with a call when `called`. */
async function visitor(called: boolean): Promise<Replica> {
  let mode: KioskMode = { ...quiet, called_at: called ? Date.now() : null };
  const behind = replica({
    lists: () => lists,
    kiosk_voice: () => ({ languages: [] }),
    kiosk_mode: () => mode,
    kiosk_call: ({ on }) => (mode = { ...quiet, called_at: on ? Date.now() : null }),
    kiosk_end: () => ({ starts_anew: false }),
    staff_end: () => ({}),
  });
  await loadLists();
  render(Kiosk);
  await hand().click(screen.getByRole("button", { name: "Αναφορά βλάβης", hidden: true }));
  await screen.findByRole("heading", { level: 1, name: "Τι χάλασε;", hidden: true });
  return behind;
}
const warning = () => screen.queryByRole("dialog", { name: "Είστε ακόμη εδώ;" });
const sign = () => screen.queryByRole("dialog", { name: "Ζητείται υπάλληλος" });
const pass = (s: number) => vi.advanceTimersByTimeAsync(s * 1_000);

test("a warning that the browser closed by itself was answered, and comes again in time", async () => {
  await visitor(false);
  await pass(95);
  await waitFor(() => expect(warning()).toBeVisible());
  // A second Escape closes a dialog without asking the page.
  (warning() as HTMLDialogElement).close();
  await waitFor(() => expect(warning()).toBeNull());
  await pass(60);
  expect(warning()).toBeNull();
  expect(screen.getByRole("heading", { level: 1, name: "Τι χάλασε;" })).toBeVisible();
  await pass(35);
  await waitFor(() => expect(warning()).toBeVisible());
});

test("nothing covers the sign of a call: the warning stands on it, and can be answered there", async () => {
  await visitor(true);
  await waitFor(() => expect(sign()).toBeVisible());
  await pass(95);
  const group = () => within(sign()!).queryByRole("group", { name: "Είστε ακόμη εδώ;" });
  await waitFor(() => expect(group()).toBeVisible());
  expect(group()).toHaveFocus();
  expect(warning()).toBeNull();
  await hand().click(within(sign()!).getByRole("button", { name: "Θέλω περισσότερο χρόνο" }));
  await waitFor(() => expect(group()).toBeNull());
  expect(sign()).toBeVisible();
  expect(within(sign()!).getByRole("button", { name: "Ήρθε υπάλληλος" })).toHaveFocus();
});

test("a visit ends in time under the sign of a call, which stays", async () => {
  const behind = await visitor(true);
  await pass(125);
  await waitFor(() => expect(behind.times("kiosk_end")).toBe(1));
  await waitFor(() => expect(sign()).toBeVisible());
  expect(warning()).toBeNull();
});

test("whoever ends a call is here: no warning takes the place of the sign", async () => {
  const behind = await visitor(true);
  await pass(95);
  await hand().click(within(sign()!).getByRole("button", { name: "Ήρθε υπάλληλος" }));
  await waitFor(() => expect(sign()).toBeNull());
  await pass(60);
  expect(warning()).toBeNull();
  expect(behind.times("kiosk_end")).toBe(0);
});
