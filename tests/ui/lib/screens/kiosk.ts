/** A public kiosk, and how a visitor's hand moves on it. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Koina } from "../koina";
import type { Words } from "../words";

export const TOTEM = { width: 1080, height: 1600 };
export const TALL = { width: 1080, height: 1920 };
export const WIDE = { width: 1920, height: 1080 };

/** A kiosk that has just been set up, and has heard the lists. */
export async function kiosk(koina: Koina, size = TOTEM, printer = false): Promise<Page> {
  const { server, code } = await koina.bridge.control<{ server: string; code: string }>("new-device", { role: "kiosk", printer });
  const enrolled = await koina.bridge.command("start", "enrol", { server, code });
  expect(enrolled.status).toBe(200);
  await expect
    .poll(async () => (await koina.bridge.command<{ last_at: number | null }>("kiosk@new", "exchange_state")).said.last_at, { timeout: 40_000 })
    .not.toBeNull();
  return koina.window("kiosk@new", { size });
}

export function main(page: Page, name: string): Locator {
  return page.getByRole("main").getByRole("button", { name, exact: true }).first();
}

export function bar(page: Page, w: Words, name: string): Locator {
  return page.getByRole("group", { name: w("kiosk-bar") }).getByRole("button", { name, exact: true });
}

export function heading(page: Page, name: string): Locator {
  return page.getByRole("heading", { level: 1, name });
}

/** The numbers on the receipt. */
export async function numbers(page: Page): Promise<{ receipt: string; pin: string }> {
  const receipt = await page.getByTestId("receipt-number").innerText();
  const pin = await page.getByTestId("pin").innerText();
  return { receipt, pin };
}
