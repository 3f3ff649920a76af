import type { Page } from "@playwright/test";
import { expect, type Koina } from "./koina";
import type { Language } from "./words";

/** A phone, as a president holds it. */
export const HAND = { width: 360, height: 740 };

/** The president of Litochoro with a new phone, which has heard everything of the community. It stands behind the window `community@new`. */
export async function community(koina: Koina, options: { language?: Language; size?: { width: number; height: number } } = {}): Promise<Page> {
  const { server, code } = await koina.bridge.control<{ server: string; code: string }>("new-device", { role: "community" });
  const enrolled = await koina.bridge.command("start", "enrol", { server, code });
  expect(enrolled.status).toBe(200);
  await expect
    .poll(
      async () => {
        const { said } = await koina.bridge.command<{ rows: { open: number }[] }>("community@new", "communities_now");
        const state = await koina.bridge.command<{ last_at: number | null; running: boolean }>("community@new", "exchange_state");
        return said.rows.length === 1 && state.said.last_at !== null && !state.said.running;
      },
      { timeout: 40_000 },
    )
    .toBe(true);
  return koina.window("community@new", { size: HAND, ...options });
}
