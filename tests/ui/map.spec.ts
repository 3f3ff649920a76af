/** The map: without a network, with a finger, a pin, coordinates, and without any of them. */
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { kiosk, numbers } from "./lib/screens/kiosk";
import { openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };
const LITOCHORO = { latitude: 40.1031, longitude: 22.5028, accuracy: 12 };

/** How many colours the ground has: one where nothing is drawn. */
async function colours(page: Page): Promise<number> {
  return page.evaluate(() => {
    const seen = new Set<string>();
    for (const tile of document.querySelectorAll<HTMLCanvasElement>(".leaflet-tile-pane canvas")) {
      const pixels = tile.width ? tile.getContext("2d")?.getImageData(0, 0, tile.width, tile.height).data : undefined;
      for (let at = 0; pixels && at < pixels.length; at += 4 * 97) seen.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`);
    }
    return seen.size;
  });
}

const map = (page: Page) => page.getByRole("application");

/** Comes closer, wherever there are many, until one thing stands for itself, and touches it. */
async function touchOne(page: Page): Promise<void> {
  for (let tries = 0; tries < 12; tries += 1) {
    const one = map(page).locator(".mark:not(.many)");
    if (await one.count()) {
      await one.first().click({ force: true });
      return;
    }
    await map(page).locator(".mark.many").first().click({ force: true });
    await page.waitForTimeout(400);
  }
  throw new Error("Nothing stands for itself");
}

test("a map brought on a stick is drawn without a network, and what lies on it opens", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "map");
  // Before there is a map: villages, things, and words.
  await expect(crew.getByText(w("map-pack-none"))).toBeVisible();
  await expect(map(crew).locator(".village span").first()).toBeVisible();
  await expect(map(crew).locator(".mark").first()).toBeVisible();
  expect(await colours(crew)).toBe(0);
  await accessible(crew, "map, 1", true);
  await fits(crew, "map, 1");
  await crew.screenshot({ path: test.info().outputPath("map-without.png"), fullPage: true });

  await bridge.control("stop-server");
  // Half of it is refused in words.
  await bridge.control("map-on-stick", { bytes: 30_000 });
  await press(crew, w("map-pack-look-again"));
  await crew.getByRole("button", { name: /χάρτης\.pmtiles/ }).click();
  await expect(crew.getByText(w("map-fault-truncated"))).toBeVisible();
  await bridge.control("map-on-stick");
  await crew.getByRole("button", { name: /χάρτης\.pmtiles/ }).click();
  await expect(crew.getByText(w("map-pack-done"))).toBeVisible();
  await expect.poll(() => colours(crew)).toBeGreaterThan(2);
  await expect(map(crew).locator(".village")).toHaveCount(0);
  await crew.screenshot({ path: test.info().outputPath("map-with.png"), fullPage: true });

  await touchOne(crew);
  const here = crew.getByRole("heading", { level: 2, name: /Στο σημείο αυτό/ });
  await expect(here).toBeFocused();
  await accessible(crew, "map, 2", true);
  await crew.screenshot({ path: test.info().outputPath("map-tapped.png"), fullPage: true });
  await crew.getByRole("main").getByRole("listitem").getByRole("button").first().click();
  await expect(crew.getByText(w("timeline-title"))).toBeVisible();
  // Back comes to the same part of the map.
  await crew.goBack();
  await expect(crew.getByRole("heading", { level: 1, name: w("map-title") })).toBeVisible();
  await expect(map(crew).locator(".mark:not(.many)").first()).toBeVisible();
});

test("the map of the town hall comes by itself, and the desk sees everything on it", async ({ koina, bridge }) => {
  await bridge.control("map-at-town");
  const desk = await koina.window("desk");
  await tab(desk, w, "map");
  await expect(desk.getByText(w("map-pack-none"))).toBeHidden({ timeout: 20_000 });
  await expect.poll(() => colours(desk)).toBeGreaterThan(2);
  await desk.getByRole("checkbox", { name: w("map-assets") }).check();
  await expect(map(desk).locator(".mark.asset").first()).toBeVisible();
  await accessible(desk, "map, 3");
  // Open where the page was there before the map; shut where the map came first.
  const packs = desk.getByRole("group").filter({ hasText: w("map-pack-title") });
  if (!(await packs.evaluate((details: HTMLDetailsElement) => details.open))) await packs.getByText(w("map-pack-title")).click();
  await expect(desk.getByText(w("map-pack-made"))).toBeVisible();
  await press(desk, w("map-pack-ask"));
  await expect(desk.getByText(w("map-pack-same"))).toBeVisible();
  await desk.screenshot({ path: test.info().outputPath("map-desk.png"), fullPage: true });
  await bridge.control("stop-server");
  await press(desk, w("map-pack-ask"));
  await expect(desk.getByRole("alert")).toBeVisible();
});

test("a finding is where the crew stands, corrected by hand, and the desk reads it in both systems", async ({ koina, bridge, context }) => {
  await bridge.control("map-at-town");
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation(LITOCHORO);
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "today");
  await press(crew, w("finding-title"));
  await crew.getByText("Καμένος λαμπτήρας", { exact: true }).first().click();
  await expect(crew.getByRole("heading", { level: 1, name: w("finding-place") })).toBeVisible();
  await press(crew, w("map-me-here"));
  await expect(crew.getByText(/40,10310, 22,50280 · ακρίβεια 12 μ\./)).toBeVisible();
  await expect(crew.getByText(/ΕΓΣΑ87: Α 372\.\d{3}, Β 4\.4\d\d\.\d{3}/)).toBeVisible();
  await press(crew, w("map-pick"));
  await expect(map(crew).locator(".pin")).toBeVisible();
  // A little beside it.
  const box = await map(crew).boundingBox();
  await map(crew).click({ position: { x: (box?.width ?? 0) * 0.75, y: (box?.height ?? 0) * 0.4 } });
  await expect(crew.getByText(/ακρίβεια 12/)).toHaveCount(0);
  await accessible(crew, "pick a place", true);
  await crew.screenshot({ path: test.info().outputPath("pick.png"), fullPage: true });
  // Coordinates from a plan; and what is none of this municipality.
  const typed = crew.getByLabel(w("map-typed"));
  await typed.fill("37,97 23,73");
  await press(crew, w("map-typed-use"));
  await expect(crew.getByText(/μέσα στα όρια του δήμου/)).toBeVisible();
  await expect(typed).toHaveValue("37,97 23,73");
  await typed.fill("372008 4439615");
  await typed.press("Enter");
  await expect(crew.getByText("40,09971, 22,50017")).toBeVisible();
  await press(crew, w("continue"));
  await press(crew, w("finding-save"));
  await expect(crew.getByRole("heading", { level: 1, name: w("finding-done-title") })).toBeVisible();
  const receipt = /\w+-\d\d-\d{6}-\w/.exec((await crew.getByText(/-\d\d-\d{6}-/).first().textContent()) ?? "")?.[0] ?? "";
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));

  const desk = await koina.window("desk");
  await tab(desk, w, "outbox");
  await press(desk, w("exchange-now"));
  await tab(desk, w, "map");
  await expect(map(desk).locator(".mark").first()).toBeVisible({ timeout: 20_000 });
  await tab(desk, w, "inbox");
  await search(desk, w("requests-search"), receipt);
  await expect(rows(desk)).toHaveCount(1);
  await openFirst(desk);
  await expect(desk.getByText("40,09971, 22,50017")).toBeVisible();
  await expect(desk.getByText("ΕΓΣΑ87: Α 372.008, Β 4.439.615")).toBeVisible();
  await press(desk, w("map-show-on"));
  await expect(map(desk).locator(".mark.request").first()).toBeVisible();
});

test("a device that does not know where it is says so, and nothing typed is lost", async ({ koina, context }) => {
  await context.clearPermissions();
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "map");
  await press(crew, w("map-me"));
  await expect(crew.getByText(/Επιτρέψτε το στις ρυθμίσεις|δεν βρίσκει τη θέση/)).toBeVisible({ timeout: 25_000 });
});

test("a visitor at a kiosk points at the place, and the desk sees where", async ({ koina, bridge }) => {
  test.setTimeout(120_000);
  await bridge.control("map-at-town");
  const page = await kiosk(koina);
  // Nobody asks for a map at a kiosk.
  await expect.poll(async () => (await bridge.command<{ map: unknown }>("kiosk@new", "map_pack")).said.map, { timeout: 60_000 }).not.toBeNull();
  expect((await bridge.command("kiosk@new", "map_points", {})).status).toBe(403);
  await press(page, w("kiosk-tile-report"));
  await page.getByRole("button", { name: "Ηλεκτροφωτισμός" }).click();
  await page.getByRole("button", { name: "Καμένος λαμπτήρας" }).first().click();
  await press(page, w("map-pick"));
  await expect.poll(() => colours(page)).toBeGreaterThan(2);
  await accessible(page, "kiosk, map");
  await page.screenshot({ path: test.info().outputPath("kiosk-map.png"), fullPage: true });
  // Far out at sea is refused in words, once, and nothing is lost.
  const box = await map(page).boundingBox();
  await map(page).click({ position: { x: (box?.width ?? 0) - 12, y: 60 } });
  await expect(page.getByRole("alert").filter({ hasText: "όρια του δήμου" })).toBeVisible();
  await expect(map(page).locator(".pin")).toHaveCount(0);
  await map(page).click({ position: { x: (box?.width ?? 0) * 0.5, y: (box?.height ?? 0) * 0.5 } });
  await expect(map(page).locator(".pin")).toBeVisible();
  await expect(page.getByText(w("kiosk-pointed"), { exact: true })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("kiosk-pinned.png"), fullPage: true });
  await press(page, w("kiosk-continue"));
  // Where it is, is enough said about a lamp.
  await press(page, w("kiosk-continue"));
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("main")).toContainText(w("kiosk-pointed"));
  await press(page, w("kiosk-send"));
  const { receipt } = await numbers(page);

  const desk = await koina.window("desk");
  await expect(async () => {
    await tab(desk, w, "outbox");
    await press(desk, w("exchange-now"));
    await tab(desk, w, "inbox");
    await search(desk, w("requests-search"), receipt);
    await expect(rows(desk)).toHaveCount(1, { timeout: 3_000 });
  }).toPass({ timeout: 40_000 });
  await openFirst(desk);
  await expect(desk.getByText(/ΕΓΣΑ87/)).toBeVisible();
});
