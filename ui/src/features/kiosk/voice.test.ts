import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { lists, replica, type Replica } from "../../testing/replica";
import { loadLists } from "../../words/names.svelte";
import Kiosk from "./Kiosk.svelte";

// jsdom lays nothing out, so nothing is ever resized.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as unknown as typeof ResizeObserver;

async function kiosk(languages: string[]): Promise<Replica> {
  const behind = replica({
    lists: () => lists,
    kiosk_voice: () => ({ languages }),
    kiosk_speak: () => ({}),
    kiosk_hush: () => ({}),
    kiosk_asset: () => ({ rows: [] }),
  });
  await loadLists();
  render(Kiosk);
  return behind;
}
const listen = () => screen.findByRole("button", { name: "Ακούστε" });
const spoken = (behind: Replica) => behind.asked.filter((one) => one.name === "kiosk_speak").map((one) => one.input as { text: string; rate: number; volume: number });
const last = (behind: Replica) => spoken(behind).at(-1);

test("a kiosk without a voice offers none", async () => {
  const behind = await kiosk([]);
  await waitFor(() => expect(behind.times("kiosk_voice")).toBe(1));
  expect(screen.queryByRole("button", { name: "Ακούστε" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Αναφορά βλάβης" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Τι χάλασε;" })).toBeVisible();
  expect(behind.times("kiosk_speak")).toBe(0);
});

test("the first touch says what is there, the second does it, and the new screen is read", async () => {
  const behind = await kiosk(["el", "en"]);
  await userEvent.click(await listen());
  await waitFor(() => expect(last(behind)?.text).toContain("Τι θέλετε να κάνετε;"));
  const tile = screen.getByRole("button", { name: "Αναφορά βλάβης" });
  await userEvent.click(tile);
  await waitFor(() => expect(last(behind)?.text).toBe("Αναφορά βλάβης, κουμπί."));
  expect(tile).toHaveFocus();
  await userEvent.click(tile);
  expect(await screen.findByRole("heading", { level: 1, name: "Τι χάλασε;" })).toBeVisible();
  await waitFor(() => expect(last(behind)?.text).toContain("Τι χάλασε; Βήμα 1 από 5."));
});

test("Tab says where one is, and keys act at once", async () => {
  const behind = await kiosk(["el", "en"]);
  await userEvent.click(await listen());
  screen.getByRole("button", { name: "Αναφορά βλάβης" }).focus();
  await userEvent.tab();
  await waitFor(() => expect(last(behind)?.text).toBe("Πορεία αιτήματος, κουμπί."));
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "Πορεία αιτήματος" })).toBeVisible();
});

test("again, slower, louder, stop act at the first touch", async () => {
  const behind = await kiosk(["el", "en"]);
  await userEvent.click(await listen());
  await waitFor(() => expect(spoken(behind)).toHaveLength(1));
  const first = last(behind)?.text;
  await userEvent.click(screen.getByRole("button", { name: "Πιο αργά" }));
  await waitFor(() => expect(last(behind)).toMatchObject({ text: first, rate: 2, volume: 3 }));
  await userEvent.click(screen.getByRole("button", { name: "Πιο δυνατά" }));
  await waitFor(() => expect(last(behind)).toMatchObject({ text: first, rate: 2, volume: 4 }));
  await userEvent.click(screen.getByRole("button", { name: "Ξανά" }));
  await waitFor(() => expect(spoken(behind)).toHaveLength(4));
  await userEvent.click(screen.getByRole("button", { name: "Σταμάτα" }));
  await waitFor(() => expect(behind.asked.at(-1)?.name).toBe("kiosk_hush"));
  for (let at = 0; at < 9; at += 1) await userEvent.click(screen.getByRole("button", { name: "Πιο γρήγορα" }));
  await waitFor(() => expect(last(behind)?.rate).toBe(5));
});

test("the end of a visit is silent, and the next one begins without a voice", async () => {
  const behind = await kiosk(["el", "en"]);
  await userEvent.click(await listen());
  await userEvent.click(screen.getByRole("button", { name: "Πιο αργά" }));
  await waitFor(() => expect(last(behind)?.rate).toBe(2));
  const end = screen.getByRole("button", { name: "Τέλος" });
  await userEvent.click(end);
  await waitFor(() => expect(last(behind)?.text).toBe("Τέλος, κουμπί."));
  await userEvent.click(end);
  await waitFor(() => expect(behind.asked.at(-1)?.name).toBe("kiosk_hush"));
  expect(await listen()).toHaveAttribute("aria-pressed", "false");
  expect(screen.queryByRole("button", { name: "Ξανά" })).toBeNull();
  await userEvent.click(await listen());
  await waitFor(() => expect(last(behind)).toMatchObject({ rate: 3, volume: 3 }));
});

test("a voice that is gone is told in words, and the rest goes on", async () => {
  const behind = replica({
    lists: () => lists,
    kiosk_voice: () => ({ languages: ["el"] }),
    kiosk_speak: () => {
      throw { code: "no_voice" };
    },
    kiosk_hush: () => ({}),
  });
  await loadLists();
  render(Kiosk);
  await userEvent.click(await listen());
  expect(await screen.findByRole("alert")).toHaveTextContent("Το κιόσκι δεν μπορεί να μιλήσει τώρα");
  expect(behind.times("kiosk_speak")).toBe(1);
  await userEvent.click(screen.getByRole("button", { name: "Αναφορά βλάβης" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Τι χάλασε;" })).toBeVisible();
});
