/** Work without a network, and what becomes of it. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test, type Koina } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 390, height: 780 } };

async function turnNetwork(page: Page, on: boolean): Promise<void> {
  const network = page.getByRole("switch", { name: w("exchange-network") });
  await network.click();
  await expect(network).toBeChecked({ checked: on });
}

/** The job that came in last, in its village. */
async function lampAtTheClinic(page: Page): Promise<void> {
  await tab(page, w, "requests");
  await search(page, w("requests-search"), "ιατρείο");
  await openFirst(page, "Καμένος λαμπτήρας");
  await press(page, w("case-work"));
  await expect(page.getByText("Σβηστή λάμπα έξω από το ιατρείο.").first()).toBeVisible();
}

/** A crew whose network is off has started the job. */
async function startWithoutNetwork(koina: Koina): Promise<Page> {
  const crew = await koina.window("crew", PHONE);
  await turnNetwork(crew, false);
  await lampAtTheClinic(crew);
  await press(crew, w("job-start"));
  await expect(crew.getByText(/Αποθηκεύτηκε σε αυτή τη συσκευή/)).toBeVisible();
  return crew;
}

test("network off, work, «Στη συσκευή»; network on, «Παραλήφθηκε», and the desk sees it", async ({ koina }) => {
  const crew = await startWithoutNetwork(koina);
  await press(crew, w("job-material"));
  // One of those that are used most, and how many.
  await press(crew, "Λαμπτήρας LED 60 W");
  await expect(crew.getByRole("textbox", { name: w("job-material-name") })).toHaveValue("Λαμπτήρας LED 60 W");
  await press(crew, w("job-material-more"));
  await expect(crew.getByRole("textbox", { name: w("job-material-quantity") })).toHaveValue("2");
  await press(crew, w("job-material-save"));
  await expect(crew.getByRole("textbox", { name: w("job-material-name") })).toHaveValue("");
  await press(crew, w("job-material"));
  await press(crew, w("job-done"));
  await expect(crew.getByText("Η εργασία τελείωσε.", { exact: false })).toBeVisible();

  await tab(crew, w, "outbox");
  // What needs a person comes first, then what waits, newest first.
  await expect(rows(crew).nth(0)).toContainText("Χρειάζεται απόφαση");
  for (const [at, did] of [w("did-done"), w("did-material"), w("did-started")].entries()) {
    await expect(rows(crew).nth(at + 1)).toContainText(did);
    await expect(rows(crew).nth(at + 1)).toContainText("Στη συσκευή");
  }
  await expect(crew.getByRole("region", { name: w("exchange-title") })).toContainText("3 προς αποστολή");

  // The desk knows nothing of it yet.
  const desk = await koina.window("desk");
  await search(desk, w("requests-search"), "ιατρείο");
  await openFirst(desk);
  await expect(desk.getByRole("main")).not.toContainText("Λαμπτήρας LED 60 W: 2");

  await crew.bringToFront();
  await turnNetwork(crew, true);
  for (const at of [0, 1, 2]) await expect(rows(crew).nth(at + 1)).toContainText("Παραλήφθηκε", { timeout: 20_000 });

  await desk.bringToFront();
  await tab(desk, w, "outbox");
  await press(desk, w("exchange-now"));
  await desk.goBack();
  await expect(desk.getByRole("main")).toContainText("Λαμπτήρας LED 60 W: 2", { timeout: 20_000 });
  await expect(desk.getByRole("main").getByText(w("status-RESOLVED")).first()).toBeVisible();
  await expect(desk.getByRole("main")).toContainText("Συνεργείο 2 – Ηλεκτροφωτισμός");
});

test("work of a village without a network travels on a stick, and the answer comes back the same way", async ({ koina }) => {
  const crew = await startWithoutNetwork(koina);
  await tab(crew, w, "outbox");
  await crew.getByText(w("courier-title")).click();
  await press(crew, w("courier-export"));
  await expect(crew.getByText(w("courier-written"))).toBeVisible();
  const carried = await pathOf(crew);

  // At the town hall: the desk opens what came, and gives the answer back.
  const desk = await koina.window("desk");
  await tab(desk, w, "outbox");
  await desk.getByText(w("courier-title")).click();
  await desk.getByLabel(w("courier-take")).setInputFiles({ name: "half.koina", mimeType: "application/octet-stream", buffer: readFileSync(carried).subarray(0, 300) });
  await expect(desk.getByRole("alert")).toContainText(w("problem-courier-unreadable"));
  await desk.getByLabel(w("courier-take")).setInputFiles(carried);
  await expect(desk.getByText(w("courier-answer-written"))).toBeVisible({ timeout: 20_000 });
  const answer = await pathOf(desk);
  await tab(desk, w, "inbox");
  await search(desk, w("requests-search"), "ιατρείο");
  await openFirst(desk);
  await expect(desk.getByRole("main").getByText(w("status-IN_PROGRESS")).first()).toBeVisible({ timeout: 20_000 });

  await crew.bringToFront();
  await crew.getByLabel(w("courier-take")).setInputFiles(answer);
  await expect(crew.getByText(w("courier-taken"))).toBeVisible();
  await expect(rows(crew).nth(1)).toContainText("Παραλήφθηκε");
});

/** Where a courier file was written, as the screen says. */
async function pathOf(page: Page): Promise<string> {
  const said = await page.getByText(w("courier-file", { path: "" })).innerText();
  return said.slice(w("courier-file", { path: "" }).length).trim();
}

test("a finding without a network has its number at once, and the desk finds it by that number", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await turnNetwork(crew, false);
  await press(crew, w("finding-new"));
  await crew.getByRole("button", { name: /^Εκτεθειμένα καλώδια/ }).click();
  await expect(crew.getByRole("alert")).toContainText("112");
  await expect(crew.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
  await press(crew, w("continue"));
  await crew.getByRole("textbox", { name: /^Περιγραφή/ }).fill("Κρέμονται στο πεζοδρόμιο");
  await press(crew, w("finding-save"));
  await expect(crew.getByRole("heading", { level: 1, name: w("finding-done-title") })).toBeVisible();
  const number = (await crew.getByText(/^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z*]$/).innerText()).trim();
  await expect(crew.getByText("Στη συσκευή").first()).toBeVisible();
  await press(crew, w("job-back-today"));
  await turnNetwork(crew, true);

  const desk = await koina.window("desk");
  await expect
    .poll(
      async () => {
        await koina.bridge.control("exchange", { window: "desk" });
        return (await koina.bridge.command<{ total: number }>("desk", "requests_page", { search: number, limit: 1 })).said.total;
      },
      { timeout: 20_000 },
    )
    .toBe(1);
  await search(desk, w("requests-search"), number);
  await openFirst(desk, number);
  await expect(desk.getByRole("main")).toContainText("Κρέμονται στο πεζοδρόμιο");
  await expect(desk.getByRole("main")).toContainText(w("channel-crew"));
});

test("the server goes away in the middle of the day and comes back: calm words, nothing lost", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await koina.bridge.control("stop-server");
  await lampAtTheClinic(crew);
  await press(crew, w("job-done-now"));
  await expect(crew.getByText("Η εργασία τελείωσε.", { exact: false })).toBeVisible();
  await tab(crew, w, "outbox");
  await expect(crew.getByText(/Ο διακομιστής του δήμου δεν απαντά/)).toBeVisible({ timeout: 15_000 });
  // Nobody is alarmed by a missing network.
  await expect(crew.getByRole("alert")).toHaveCount(0);
  const done = rows(crew).filter({ hasText: w("did-done") }).first();
  await expect(done).toBeVisible();
  await expect(done).not.toContainText("Παραλήφθηκε");

  await koina.bridge.control("start-server");
  await press(crew, w("exchange-now"));
  await expect(rows(crew).filter({ hasText: w("did-done") }).first()).toContainText("Παραλήφθηκε", { timeout: 20_000 });
  await expect(crew.getByText(/Ο διακομιστής του δήμου δεν απαντά/)).toHaveCount(0);
});

test("on a line that takes seconds nobody waits to save", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await koina.bridge.control("slow", { ms: 4_000 });
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await lampAtTheClinic(crew);
  const begun = Date.now();
  await press(crew, w("job-start"));
  await expect(crew.getByText(/Αποθηκεύτηκε σε αυτή τη συσκευή/)).toBeVisible();
  expect(Date.now() - begun).toBeLessThan(3_000);
  await tab(crew, w, "outbox");
  await expect(rows(crew).filter({ hasText: w("did-started") }).first()).toContainText(/Στη συσκευή|Στάλθηκε/);
  await koina.bridge.control("slow", { ms: 0 });
  await expect(rows(crew).filter({ hasText: w("did-started") }).first()).toContainText("Παραλήφθηκε", { timeout: 25_000 });
});

test("work that the server refuses stays on the device, says why, and the desk sees it", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "outbox");
  await openFirst(crew, "Χρειάζεται απόφαση");
  const dialog = crew.getByRole("dialog");
  await expect(dialog).toContainText("Η συσκευή δεν έχει αυτό το δικαίωμα.");
  await expect(dialog).toContainText(w("outbox-kept"));
  await crew.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  const desk = await koina.window("desk");
  await tab(desk, w, "devices");
  const refused = desk.getByRole("list", { name: w("refusals-title") });
  await expect(refused).toContainText(w("refusal-not_allowed"));
  await expect(refused).toContainText("Συνεργείο 2 – Ηλεκτροφωτισμός");
  await accessible(desk, "what was refused");

  // The desk takes it in after all, and its author hears of it.
  await refused.getByRole("button", { name: w("refusals-take") }).first().click();
  await expect(desk.getByText(/Γράφτηκε μία αλλαγή/)).toBeVisible();
  await expect(refused).toBeHidden();
  await press(crew, w("exchange-now"));
  await expect(rows(crew).filter({ hasText: "Χρειάζεται απόφαση" })).toHaveCount(0, { timeout: 25_000 });
});

test("Back returns to the same place of a list", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "assets");
  await expect(rows(crew).first()).toBeVisible();
  await crew.mouse.wheel(0, 6_000);
  await expect.poll(() => crew.evaluate(() => window.scrollY)).toBeGreaterThan(3_000);
  await crew.waitForTimeout(400);
  const scrolled = await crew.evaluate(() => window.scrollY);
  const row = rows(crew).filter({ hasNotText: "Φορτώνει" });
  const seen = await row.evaluateAll((all) => {
    const one = all.find((element) => element.getBoundingClientRect().top > 150);
    one?.setAttribute("data-chosen", "");
    return one?.textContent?.trim() ?? "";
  });
  await crew.locator("[data-chosen]").click();
  await expect(crew.getByRole("heading", { level: 2, name: w("timeline-title") })).toBeVisible();
  await press(crew, w("back"));
  await expect(crew.getByRole("heading", { level: 1, name: w("assets-title") })).toBeVisible();
  await expect.poll(() => crew.evaluate(() => window.scrollY)).toBeGreaterThan(scrolled - 40);
  await expect(rows(crew).filter({ hasText: seen.slice(0, 30) }).first()).toBeInViewport();
});

test("what never left is not said to have left", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await koina.bridge.control("stop-server");
  await lampAtTheClinic(crew);
  await press(crew, w("job-start"));
  await tab(crew, w, "outbox");
  await expect(crew.getByText(/Ο διακομιστής του δήμου δεν απαντά/)).toBeVisible({ timeout: 15_000 });
  await expect(rows(crew).filter({ hasText: w("did-started") }).first()).toContainText("Στη συσκευή");
});

test("the day comes in the order of the way, from where the crew stands, and back in that of priority", async ({ koina, context, bridge }) => {
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 40.1031, longitude: 22.5028, accuracy: 12 });
  const crew = await koina.window("crew", PHONE);
  await bridge.control("stop-server");
  const jobs = crew.getByRole("list", { name: w("today-jobs") }).getByRole("listitem");
  // Ages grow by the minute.
  const texts = async () => (await jobs.allInnerTexts()).map((text) => text.replace(/πριν .*|μόλις τώρα/g, ""));
  await expect(jobs.first()).toBeVisible();
  const before = await texts();
  await press(crew, w("today-way"));
  await expect(jobs.first()).toContainText(w("today-from-here"));
  await expect(jobs.nth(1)).toContainText(w("today-from-before"));
  await accessible(crew, "the day in the order of the way", true);
  await fits(crew, "the day in the order of the way");
  await crew.screenshot({ path: test.info().outputPath("way.png"), fullPage: true });
  const way = await texts();
  expect(way.length).toBe(before.length);
  // It stays while a job is looked at.
  await jobs.first().getByRole("button").click();
  await expect(jobs).toHaveCount(0);
  await crew.goBack();
  await expect(jobs.first()).toContainText(w("today-from-here"));
  await expect.poll(texts).toEqual(way);
  await press(crew, w("today-way-off"));
  await expect(crew.getByText(w("today-from-here"))).toHaveCount(0);
  await expect.poll(texts).toEqual(before);
});
