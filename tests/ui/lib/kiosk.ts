import type { Page } from "@playwright/test";
import { expect, type Koina } from "./koina";

export const TOTEM = { width: 1080, height: 1600 };

/** A kiosk that has just been set up, and has heard the lists. It stands behind the window `kiosk@new`. */
export async function kiosk(koina: Koina): Promise<Page> {
  const { server, code } = await koina.bridge.control<{ server: string; code: string }>("new-device", { role: "kiosk" });
  const enrolled = await koina.bridge.command("start", "enrol", { server, code });
  expect(enrolled.status).toBe(200);
  await expect
    .poll(async () => (await koina.bridge.command<{ last_at: number | null }>("kiosk@new", "exchange_state")).said.last_at, { timeout: 40_000 })
    .not.toBeNull();
  return koina.window("kiosk@new", { size: TOTEM });
}
