/** Tags: labels on paper, linked in the field, opened by scanner, camera and hand, and what a citizen's telephone sees. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };
/** A label as our sheets have it, photographed; its tag. */
const LABEL = { name: "IMG_0007.png", mimeType: "image/png", buffer: readFileSync(new URL("./lib/label.png", import.meta.url)) };
const TAG = "314159265358";
const ICON = { name: "IMG_0001.png", mimeType: "image/png", buffer: readFileSync(new URL("../../icons/128x128.png", import.meta.url)) };

const scanned = (page: Page) => page.getByLabel(w("tag-typed"));

async function scan(page: Page): Promise<void> {
  await tab(page, w, "assets");
  await press(page, w("tag-scan"));
  await expect(page.getByRole("heading", { level: 1, name: w("tag-scan") })).toBeVisible();
}

test("a blank tag is photographed, linked to a lamp in the field without a network, and opens it from then on", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  await bridge.control("stop-server");
  await scan(crew);
  await accessible(crew, "scan, 1", true);
  await fits(crew, "scan, 1");
  // A picture with nothing on it, and digits of which one is mistyped.
  await crew.getByLabel(w("tag-picture"), { exact: true }).setInputFiles(ICON);
  await expect(crew.getByText(/Σαρώστε πάλι από πιο κοντά/).first()).toBeVisible();
  await scanned(crew).fill("3141 5926 5352");
  await scanned(crew).press("Enter");
  await expect(crew.getByText(/γράψτε τα δώδεκα ψηφία/).first()).toBeVisible();
  await expect(scanned(crew)).toHaveValue("3141 5926 5352");
  await accessible(crew, "scan, 2", true);

  await crew.getByLabel(w("tag-picture"), { exact: true }).setInputFiles(LABEL);
  await expect(crew.getByRole("heading", { name: /3141 5926 5358 δεν είναι σε κανένα πάγιο/ })).toBeVisible();
  await crew.getByRole("searchbox", { name: w("tag-free-search") }).fill("FOT-0");
  const offered = crew.getByRole("main").getByRole("listitem").getByRole("button");
  await expect(offered.first()).toContainText("FOT-0");
  await accessible(crew, "scan, 3", true);
  await crew.screenshot({ path: test.info().outputPath("scan-free.png"), fullPage: true });
  const number = (await offered.first().locator(".what").textContent())?.split(" · ")[0] ?? "";
  await offered.first().click();
  await expect(crew.getByRole("heading", { level: 1, name: new RegExp(number) })).toBeVisible();
  await expect(crew.getByText("3141 5926 5358")).toBeVisible();
  await crew.screenshot({ path: test.info().outputPath("tagged.png"), fullPage: true });

  // A scanner types the address, however its keyboard is set, and ends with Enter.
  await scan(crew);
  await expect(scanned(crew)).toBeFocused();
  await crew.keyboard.type(`ηττπσ://κοινα.εχαμπλε/τ/${TAG}`);
  await crew.keyboard.press("Enter");
  await expect(crew.getByRole("heading", { level: 1, name: new RegExp(number) })).toBeVisible();

  // Another free tag does not take its place unasked.
  await scan(crew);
  await scanned(crew).fill("2718 2818 2847");
  await scanned(crew).press("Enter");
  const free = crew.getByRole("searchbox", { name: w("tag-free-search") });
  await free.fill(number);
  await offered.filter({ hasText: number }).first().click();
  await expect(crew.getByText(new RegExp(`${number}.* έχει ήδη την ετικέτα 3141 5926 5358`))).toBeVisible();
  await accessible(crew, "replace, 1", true);
  await crew.screenshot({ path: test.info().outputPath("replace.png"), fullPage: true });
  await press(crew, w("tag-keep"));
  await expect(crew.getByText(/έχει ήδη την ετικέτα/)).toHaveCount(0);
  await offered.filter({ hasText: number }).first().click();
  await press(crew, w("tag-replace"));
  await expect(crew.getByRole("heading", { level: 1, name: new RegExp(number) })).toBeVisible();
  await expect(crew.getByText("2718 2818 2847")).toBeVisible();
  await press(crew, w("tag-change"));
  await scanned(crew).fill(TAG);
  await scanned(crew).press("Enter");
  await expect(crew.getByText(w("tag-linked", { tag: "3141 5926 5358" }))).toBeVisible();

  // The same tag does not go onto another one; that says which bears it.
  await tab(crew, w, "assets");
  await openFirst(crew, new RegExp(`^(?!.*${number})`));
  await press(crew, w("tag-give"));
  await crew.getByLabel(w("tag-picture"), { exact: true }).setInputFiles(LABEL);
  await expect(crew.getByText(w("problem-tag-taken"))).toBeVisible();
  await accessible(crew, "link, 1", true);
  await press(crew, w("tag-taken-open"));
  await expect(crew.getByRole("heading", { level: 1, name: new RegExp(number) })).toBeVisible();
  await press(crew, w("tag-change"));
  await press(crew, w("tag-off"));
  await expect(crew.getByText(w("tag-off-done"))).toBeVisible();
});

test("the desk prints labels, and each opens its asset on another device", async ({ koina, bridge }) => {
  // A lamp that the crew holds too.
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "assets");
  await search(crew, w("assets-search"), "FOT-0");
  await expect(rows(crew).first()).toContainText("FOT-0");
  const number = /FOT-\d+/.exec((await rows(crew).first().textContent()) ?? "")?.[0] ?? "";
  expect(number).not.toBe("");
  const desk = await koina.window("desk");
  await tab(desk, w, "assets");
  await press(desk, w("labels-title"));
  await desk.getByLabel(w("assets-search"), { exact: false }).fill("FOT-0");
  await expect(desk.getByRole("status").filter({ hasText: /ετικέτες σε/ })).not.toContainText(/^0 /);
  // More than fit is said, and nothing is written.
  await desk.getByLabel(w("labels-blank"), { exact: false }).fill("500");
  await press(desk, w("labels-write"));
  await expect(desk.getByRole("alert")).toContainText("240");
  await expect(desk.getByLabel(w("labels-blank"), { exact: false })).toHaveValue("500");
  await accessible(desk, "labels, 1");
  await desk.getByLabel(w("labels-blank"), { exact: false }).fill("2");
  await press(desk, w("labels-write"));
  const said = desk.getByRole("status").filter({ hasText: /etiketes-.*\.pdf/ });
  await expect(said).toBeVisible({ timeout: 20_000 });
  await desk.screenshot({ path: test.info().outputPath("labels.png"), fullPage: true });
  const path = /(\/\S+\.pdf)/.exec((await said.textContent()) ?? "")?.[1] ?? "";
  expect(readFileSync(path).subarray(0, 5).toString()).toBe("%PDF-");
  await tab(desk, w, "assets");
  await search(desk, w("assets-search"), number);
  await openFirst(desk, number);
  const heading = desk.getByRole("heading", { level: 1, name: new RegExp(number) });
  const title = (await heading.textContent()) ?? "";
  const digits = (await desk.getByText(/^\d{4} \d{4} \d{4}$/).textContent()) ?? "";
  await tab(desk, w, "outbox");
  await press(desk, w("exchange-now"));

  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await expect(async () => {
    await scan(crew);
    await scanned(crew).fill(digits);
    await scanned(crew).press("Enter");
    await expect(crew.getByRole("heading", { level: 1, name: title })).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });

  // A citizen's telephone sees whose it is, and nothing of the asset.
  const { said: about } = await bridge.command<{ station: { server: string } }>("desk", "about");
  const citizen = await koina.context.newPage();
  await citizen.goto(`${about.station.server}/t/${digits.replaceAll(" ", "")}`);
  await expect(citizen.getByText(digits).first()).toBeVisible();
  await expect(citizen.getByRole("heading", { level: 1, name: "Δήμος Δίου-Ολύμπου" })).toBeVisible();
  expect(await citizen.content()).not.toContain("FOT");
  await accessible(citizen, "a citizen's telephone");
  await citizen.screenshot({ path: test.info().outputPath("citizen.png") });
});
