import { expect, type Page } from "@playwright/test";
import type { Koina } from "../koina";
import type { Words } from "../words";

/** A screen in one of its states, and the way a person gets there. */
export type Shown = {
  name: string;
  fixture?: "empty";
  /** The language is chosen before the screen is reached: a dialog covers the switch. */
  covered?: boolean;
  reach: (page: Page, w: Words, koina: Koina) => Promise<void>;
};

/** Goes to one of the main screens by its tab. */
export async function tab(page: Page, w: Words, id: "today" | "requests" | "map" | "assets" | "outbox" | "inbox" | "enter" | "conflicts" | "devices" | "community"): Promise<void> {
  await page.getByRole("navigation", { name: w("navigation") }).getByRole("button", { name: w(`nav-${id}`) }).click();
  if (id === "community") return expect(page.getByRole("button", { name: w("community-resident"), exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: w(id === "today" || id === "requests" || id === "map" || id === "assets" || id === "outbox" ? `${id}-title` : `nav-${id}`) })).toBeVisible();
}

export async function press(page: Page, word: string): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: word, exact: true }).first().click();
}

/** The rows of the list in sight, without its head. */
export function rows(page: Page) {
  return page.getByRole("grid").getByRole("row").filter({ has: page.getByRole("gridcell") });
}

/** Opens the first row of a list. */
export async function openFirst(page: Page, having?: string | RegExp): Promise<void> {
  const all = rows(page).filter({ hasNotText: /…$/ });
  await (having === undefined ? all : all.filter({ hasText: having })).first().click();
}

/** Searches a list and waits until it shows what was found. */
export async function search(page: Page, label: string, words: string): Promise<void> {
  await page.getByRole("searchbox", { name: label }).fill(words);
  await page.getByRole("searchbox", { name: label }).press("Enter");
}

export async function back(page: Page, w: Words): Promise<void> {
  await page.getByRole("button", { name: w("back"), exact: true }).click();
}
