/** A community's president: enters for a resident, files memos and urgent faults without a network, and shows the month. */
import type { Page } from "@playwright/test";
import { community } from "./lib/community";
import { expect, PHONE, SCREEN, test } from "./lib/koina";
import { accessible, lookAt } from "./lib/look";
import { back, openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const NUMBER = /^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z*]$/;

const look = (page: Page, where: string) => lookAt(page, where, [SCREEN, PHONE, { width: 360, height: 740 }]);

/** Kind and place; the community is filled in. */
async function placed(page: Page, kind: string): Promise<void> {
  await search(page, w("category-search"), kind);
  await page.locator("ul.choices button").first().click();
  await expect(page.getByRole("combobox", { name: w("place-community") })).toHaveValue("11020101");
  await page.getByRole("textbox", { name: w("place-words") }).fill("Κάτω από την πλατεία");
  await press(page, w("continue"));
}

async function saved(page: Page, title: string): Promise<string> {
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  return (await page.getByText(NUMBER).innerText()).trim();
}

test("a resident's request carries who is to be told to the desk, and nobody in the village reads it again", async ({ koina }) => {
  test.setTimeout(120_000);
  const page = await community(koina);
  await expect(page.getByRole("heading", { level: 1, name: "Λιτόχωρο" })).toBeVisible();
  await look(page, "home");
  await press(page, w("community-resident"));
  await look(page, "resident, kind");
  await placed(page, "πεζοδρομιο");
  await page.getByRole("textbox", { name: w("finding-text") }).fill("Σηκώθηκαν οι πλάκες");
  await page.getByRole("textbox", { name: w("kiosk-phone") }).fill("123");
  await press(page, w("community-resident-save"));
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page, "resident, wrong phone");
  await page.getByRole("textbox", { name: w("kiosk-name") }).fill("Ευτυχία Δοκιμαστική");
  await page.getByRole("textbox", { name: w("kiosk-phone") }).fill("6912345678");
  await press(page, w("community-resident-save"));
  const number = await saved(page, w("community-done-resident"));
  await look(page, "resident, receipt");

  // What was typed of a person is in no draft and in no answer of this device, and the tracking code only on its receipt.
  const told = await koina.bridge.command<{ rows: { id: string }[] }>("community@new", "requests_page", { search: number });
  const kept = await Promise.all([
    koina.bridge.command("community@new", "draft_load", { key: "community:resident" }),
    koina.bridge.command("community@new", "request_case", { id: told.said.rows[0]?.id }),
    koina.bridge.command("community@new", "outbox_page", { offset: 0, limit: 50 }),
  ]);
  expect(kept.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(JSON.stringify(kept)).toContain("Σηκώθηκαν οι πλάκες");
  expect(JSON.stringify(kept)).not.toMatch(/Ευτυχία|6912345678/);
  await expect(page.getByText(w("community-pin"))).toBeVisible();
  await press(page, w("community-again"));
  await expect(page.getByRole("heading", { level: 1, name: w("community-resident-kind") })).toBeVisible();

  const desk = await koina.window("desk");
  await expect
    .poll(async () => (await koina.bridge.command<{ total: number }>("desk", "requests_page", { search: number })).said.total, { timeout: 40_000 })
    .toBe(1);
  await search(desk, w("requests-search"), number);
  await openFirst(desk);
  await expect(desk.getByText(w("channel-community")).first()).toBeVisible();
  await desk.getByRole("radio", { name: w("read-reach") }).check();
  await press(desk, w("reporter-read"));
  await expect(desk.getByText("Ευτυχία Δοκιμαστική")).toBeVisible();
});

test("without a network: a memo, an urgent fault, a memo on somebody's request; the desk finds them, and the month tells", async ({ koina }) => {
  test.setTimeout(150_000);
  const page = await community(koina);
  await koina.bridge.command("community@new", "set_cable", { cable: false });

  await press(page, w("community-memo"));
  await placed(page, "λακκουβα");
  await press(page, w("community-memo-save"));
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(w("community-memo-on-missing"));
  await expect(alert).toContainText(w("community-memo-by-missing"));
  await look(page, "memo, nothing typed");
  await page.getByRole("textbox", { name: w("community-memo-on") }).fill("1/1/2020");
  await page.getByRole("textbox", { name: w("community-memo-by") }).fill("Εθελοντές του χωριού");
  await page.getByRole("textbox", { name: w("community-memo-text") }).fill("Μπαζώθηκε με θραυστό");
  await press(page, w("community-memo-save"));
  await expect(alert).toContainText("Δώστε ημερομηνία όχι πριν από");
  await press(page, w("community-memo-today"));
  await page.reload();
  await expect(page.getByRole("textbox", { name: w("community-memo-by") })).toHaveValue("Εθελοντές του χωριού");
  await press(page, w("community-memo-save"));
  const memo = await saved(page, w("community-done-memo"));
  await press(page, w("finding-open"));
  await expect(page.getByText(w("did-executed"))).toBeVisible();
  await expect(page.getByText(/Εθελοντές του χωριού/)).toBeVisible();
  await look(page, "memo, request");

  await tab(page, w, "community");
  await press(page, w("community-urgent"));
  // Only water and sewers.
  await expect(page.locator("ul.choices button")).toHaveCount(2);
  await look(page, "urgent, kind");
  await placed(page, "διαρροη");
  await page.getByRole("textbox", { name: w("community-urgent-text") }).fill("Έσπασε ο αγωγός");
  await press(page, w("community-urgent-save"));
  await expect(page.getByRole("alert")).toContainText(w("community-urgent-measures-missing"));
  await page.getByRole("textbox", { name: w("community-urgent-measures") }).fill("Έκλεισε η βάνα");
  await look(page, "urgent, measures");
  await press(page, w("community-urgent-save"));
  const urgent = await saved(page, w("community-done-urgent"));
  await look(page, "urgent, receipt");

  // On a request that waits.
  await press(page, w("community-home"));
  await page.getByRole("button", { name: /^\d+ Ανοιχτά/ }).click();
  await openFirst(page);
  await page.getByRole("textbox", { name: w("community-note") }).fill("Το είδα και σήμερα");
  await press(page, w("community-note-save"));
  await expect(page.getByText("Το είδα και σήμερα")).toBeVisible();
  await look(page, "request, open");
  await press(page, w("community-memo-here"));
  await press(page, w("community-memo-yesterday"));
  await page.getByRole("textbox", { name: w("community-memo-by") }).fill("Συνεργείο του Δήμου");
  await look(page, "memo on a request");
  await press(page, w("community-memo-save"));
  await expect(page.getByText(w("did-executed"))).toBeVisible();
  await back(page, w);
  await tab(page, w, "community");
  await press(page, w("community-report"));
  await expect(page.getByText("Εθελοντές του χωριού")).toBeVisible();
  await expect(page.getByText(memo)).toBeVisible();
  await look(page, "report");
  await page.getByRole("combobox", { name: w("report-month") }).selectOption({ index: 20 });
  await expect(page.getByText(w("report-memos-none"))).toBeVisible();

  await koina.bridge.command("community@new", "set_cable", { cable: true });
  await koina.bridge.command("community@new", "exchange_now");
  const desk = await koina.window("desk");
  await expect
    .poll(async () => (await koina.bridge.command<{ total: number }>("desk", "requests_page", { executed: true })).said.total, { timeout: 60_000 })
    .toBe(2);
  await desk.getByRole("button", { name: /^Υπομνήματα κοινοτήτων/ }).click();
  await expect(rows(desk)).toHaveCount(2);
  await accessible(desk, "desk, memos");
  await desk.screenshot({ path: test.info().outputPath("desk-memos.png") });
  await search(desk, w("requests-search"), urgent);
  await expect(desk.getByText(w("priority-1")).first()).toBeVisible();
});

test("a president reads English too, and the window of a community may not do the works of others", async ({ koina }) => {
  const page = await community(koina, { language: "en" });
  await expect(page.getByRole("button", { name: words.en("community-resident") })).toBeVisible();
  await look(page, "home, en");
  await press(page, words.en("community-report"));
  await look(page, "report, en");
  for (const name of ["request_assign", "request_close", "asset_add", "today", "contacts_read", "kiosk_report", "device_invite", "request_enter"]) {
    const { status } = await koina.bridge.command("community@new", name);
    expect(status, name).toBe(403);
  }
});

test("the council's proposals: entered, put into an order by taps alone, saved with its decision, read at the desk", async ({ koina }) => {
  test.setTimeout(150_000);
  const page = await community(koina);
  await press(page, w("proposals-title"));
  await expect(page.getByText(w("proposals-none"))).toBeVisible();
  await look(page, "proposals, none");
  // There is one kind: Back from the place leads out.
  await press(page, w("proposals-new"));
  await expect(page.getByRole("heading", { level: 1, name: w("community-proposal-place") })).toBeVisible();
  await back(page, w);
  await expect(page.getByText(w("proposals-none"))).toBeVisible();
  const propose = async (text: string, cost: string) => {
    await press(page, w("proposals-new"));
    await expect(page.getByRole("heading", { level: 1, name: w("community-proposal-place") })).toBeVisible();
    await press(page, w("continue"));
    await page.getByRole("textbox", { name: w("community-proposal-text") }).fill(text);
    await page.getByRole("textbox", { name: w("proposals-cost") }).fill(cost);
    await press(page, w("community-proposal-save"));
  };
  await propose("Νέος αγωγός ύδρευσης", "δέκα");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByRole("textbox", { name: w("proposals-cost") }).fill("12.500,50");
  await look(page, "proposal, words");
  await press(page, w("community-proposal-save"));
  const first = await saved(page, w("community-done-proposal"));
  await press(page, w("community-home"));
  await press(page, w("proposals-title"));
  await propose("Πλατεία με δέντρα", "");
  await saved(page, w("community-done-proposal"));
  await press(page, w("community-home"));
  await press(page, w("proposals-title"));

  const lines = page.getByRole("main").locator("ol > li");
  await expect(lines).toHaveCount(2);
  await expect(lines.first()).toContainText("Πλατεία");
  await lines.last().getByRole("button", { name: /^Πιο πάνω/ }).click();
  await expect(lines.first()).toContainText("Νέος αγωγός");
  await expect(lines.first()).toContainText("12.500,50 €");
  await expect(page.getByText("Θέση 1 από 2")).toBeAttached();
  // At the top it goes no further up: the button that leads back has the focus.
  await expect(lines.first().getByRole("button", { name: /^Πιο κάτω/ })).toBeFocused();
  await press(page, w("proposals-save"));
  await expect(page.getByRole("alert")).toContainText(w("proposals-decision-missing"));
  await look(page, "proposals, order");
  // What was moved is kept like what was typed.
  await page.reload();
  await expect(lines.first()).toContainText("Νέος αγωγός");
  await expect(page.getByText(w("proposals-unsaved"))).toBeVisible();
  await press(page, w("draft-clear"));
  await expect(page.getByText(w("proposals-unsaved"))).toHaveCount(0);
  await expect(lines.first()).toContainText("Πλατεία");
  await lines.last().getByRole("button", { name: /^Πιο πάνω/ }).click();
  await page.getByRole("textbox", { name: w("proposals-decision") }).fill("Απόφαση 5/2026");
  await press(page, w("proposals-save"));
  await expect(page.getByText(/^Αποθηκεύτηκε σε αυτή τη συσκευή/).first()).toBeVisible();
  await look(page, "proposals, saved");

  await koina.bridge.command("community@new", "exchange_now");
  const desk = await koina.window("desk");
  await expect
    .poll(async () => (await koina.bridge.command<{ total: number }>("desk", "requests_page", { search: first })).said.total, { timeout: 40_000 })
    .toBe(1);
  await search(desk, w("requests-search"), first);
  await openFirst(desk, "Πρόταση έργου");
  await expect(desk.getByText("12.500,50 €")).toBeVisible();
  await expect(desk.getByText(/θέση 1 · Απόφαση 5\/2026/)).toBeVisible();
  await press(desk, w("file-edit"));
  await expect(desk.getByRole("combobox", { name: w("category-chosen") })).toHaveValue(/Πρόταση έργου/);
  await press(desk, w("cancel"));
  // Nobody else files one.
  await tab(desk, w, "enter");
  await desk.getByRole("combobox", { name: w("enter-kind") }).fill("πρόταση έργου");
  await expect(desk.getByRole("option", { name: /Πρόταση έργου/ })).toHaveCount(0);
});

test("work that was asked for: the memo goes with that request, and nothing on the screens of a community is refused to it", async ({ koina }) => {
  test.setTimeout(150_000);
  const page = await community(koina);
  const refused: string[] = [];
  page.on("response", (response) => {
    if (response.status() === 403) refused.push(response.url());
  });
  // A resident asks; the president reports the same as done.
  await press(page, w("community-resident"));
  await placed(page, "πεζοδρομιο");
  await page.getByRole("textbox", { name: w("kiosk-name") }).fill("Ευτυχία Δοκιμαστική");
  // Somebody looks something up in between.
  await tab(page, w, "community");
  await press(page, w("community-resident"));
  await expect(page.getByRole("textbox", { name: w("kiosk-name") })).toHaveValue("Ευτυχία Δοκιμαστική");
  await page.getByRole("textbox", { name: w("kiosk-name") }).fill("");
  await press(page, w("community-resident-save"));
  const number = await saved(page, w("community-done-resident"));
  await press(page, w("community-home"));
  await press(page, w("community-memo"));
  await placed(page, "πεζοδρομιο");
  await press(page, w("community-memo-today"));
  await page.getByRole("textbox", { name: w("community-memo-by") }).fill("Εθελοντές");
  await page.getByRole("textbox", { name: w("community-memo-text") }).fill("Μπήκαν νέες πλάκες");
  const offer = page.getByRole("region", { name: w("similar-title") });
  await offer.locator("summary").click();
  await offer.getByRole("button", { name: `${w("similar-same")} ${number}` }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("community-memo-title") })).toBeVisible();
  await expect(page.getByRole("textbox", { name: w("community-memo-by") })).toHaveValue("Εθελοντές");
  await expect(page.getByRole("textbox", { name: w("community-memo-note") })).toHaveValue(/Μπήκαν νέες πλάκες/);
  await press(page, w("community-memo-save"));
  expect(await saved(page, w("similar-done-title"))).toBe(number);
  // It broke again, and was mended again: both memos stand in the month.
  const told = await koina.bridge.command<{ rows: { id: string }[] }>("community@new", "requests_page", { search: number });
  const id = told.said.rows[0]?.id;
  const reopened = await koina.bridge.command("community@new", "request_reopen", { id, reason: "Ξαναέσπασαν" });
  const today = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Athens", day: "2-digit", month: "2-digit", year: "numeric" }).format(Date.now());
  const again = await koina.bridge.command("community@new", "community_memo", { id, memo: { on: today, by: "Συνεργείο", note: "Στερεώθηκαν" }, photos: [], draft: null });
  expect([reopened.status, again.status]).toEqual([200, 200]);
  await press(page, w("community-home"));
  await press(page, w("community-report"));
  await expect(page.getByText(/Μπήκαν νέες πλάκες/)).toBeVisible();
  await expect(page.getByText(/Στερεώθηκαν/)).toBeVisible();
  await expect(page.getByText(number)).toHaveCount(2);

  await tab(page, w, "assets");
  await expect(page.getByRole("button", { name: w("rounds-title") })).toHaveCount(0);
  await search(page, w("assets-search"), "FOT-0001");
  await openFirst(page, "FOT-0001");
  await press(page, w("asset-finding"));
  await expect(page.getByRole("heading", { level: 1, name: w("community-resident-kind") })).toBeVisible();
  await back(page, w);
  await tab(page, w, "assets");
  await press(page, w("due-title"));
  await expect(page.getByRole("heading", { level: 1, name: w("due-title") })).toBeVisible();
  await back(page, w);
  await press(page, w("tag-scan"));
  await page.getByLabel(w("tag-typed")).fill("314159265358");
  await press(page, w("tag-open"));
  await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
  await look(page, "tag that is free");
  await tab(page, w, "map");
  await tab(page, w, "outbox");
  await tab(page, w, "requests");
  await openFirst(page);
  await expect(page.getByRole("heading", { level: 2, name: w("timeline-title") })).toBeVisible();
  expect(refused).toEqual([]);
});
