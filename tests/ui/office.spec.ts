/** The desk: decisions, devices, and lists of any length. */
import { expect, test } from "./lib/koina";
import { openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { accessible } from "./lib/look";
import { words } from "./lib/words";

const w = words.el;
const ROWS = Number(process.env.KOINA_UI_ROWS ?? 50_000);

test("a conflict shows both versions with who and when, is decided once, and both stay in the history", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "conflicts");
  await expect(rows(page)).toHaveCount(8);
  await openFirst(page, "υπόστεγο");
  const versions = page.getByRole("group", { name: "Περιγραφή: ποια εκδοχή ισχύει;" }).getByRole("radio");
  await expect(versions).toHaveCount(2);
  const ours = page.getByRole("radio", { name: /καφενείο/ });
  await expect(ours).toHaveAccessibleName(/Γραφείο εξυπηρέτησης/);
  await expect(page.getByRole("radio", { name: /φαρμακείο/ })).toHaveAccessibleName(/ΚΕΠ Λιτοχώρου/);
  await expect(ours).not.toBeChecked();
  await ours.check();
  await page.getByRole("textbox", { name: w("conflict-note") }).fill("Το επιβεβαίωσε ο καφετζής");
  await press(page, w("conflict-save"));
  await expect(page.getByText(/Η απόφαση αποθηκεύτηκε/)).toBeVisible();
  await press(page, w("conflict-record"));
  await expect(page.getByRole("main")).toContainText("Σβηστή λάμπα στο υπόστεγο, απέναντι από το καφενείο.");
  await expect(page.getByRole("main")).toContainText(w("did-decided"));
  await expect(page.getByRole("main")).toContainText("Το επιβεβαίωσε ο καφετζής");
  await expect(page.getByText("Δύο εκδοχές περιμένουν απόφαση")).toHaveCount(0);
  await tab(page, w, "conflicts");
  await expect(rows(page)).toHaveCount(7);
  await tab(page, w, "outbox");
  await expect(rows(page).first()).toContainText(w("did-decided"));
  await expect(rows(page).first()).toContainText("Παραλήφθηκε", { timeout: 20_000 });
});

test("a decision for the version that is shown now is received too", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "conflicts");
  await openFirst(page, "υπόστεγο");
  await page.getByRole("radio", { name: new RegExp(w("conflict-now")) }).check();
  await press(page, w("conflict-save"));
  await expect(page.getByText(/Η απόφαση αποθηκεύτηκε/)).toBeVisible();
  await tab(page, w, "outbox");
  await expect(rows(page).first()).toContainText("Παραλήφθηκε", { timeout: 15_000 });
});

test("several fields of one record are decided together", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "conflicts");
  await openFirst(page, w("recordfield-cat"));
  const groups = page.getByRole("group", { name: /ποια εκδοχή ισχύει;/ });
  await expect(groups).toHaveCount(3);
  for (const at of [0, 1, 2]) await groups.nth(at).getByRole("radio").first().check();
  await press(page, w("conflict-save"));
  await expect(page.getByText(/Η απόφαση αποθηκεύτηκε/)).toBeVisible();
  await expect(groups).toHaveCount(0);
});

test("the devices page without a server is calm, keeps what it knew, and comes back", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "devices");
  await expect(page.getByRole("heading", { name: "Κινητό παλιού συνεργείου" })).toBeVisible();
  await koina.bridge.control("stop-server");
  await press(page, w("devices-refresh"));
  await expect(page.getByText(w("devices-offline"))).toBeVisible();
  await expect(page.getByRole("heading", { name: "Κινητό παλιού συνεργείου" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page).not.toHaveTitle(/Πρόβλημα/);
  await koina.bridge.control("start-server");
  await press(page, w("retry"));
  await expect(page.getByText(w("devices-offline"))).toHaveCount(0);
});

test("a device is revoked with a second tap, and its next exchange ends in words", async ({ koina }) => {
  const page = await koina.window("desk");
  const crew = await koina.window("crew");
  await page.bringToFront();
  await tab(page, w, "devices");
  const device = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Συνεργείο 2 – Ηλεκτροφωτισμός" }) });
  await device.getByRole("button", { name: w("device-revoke"), exact: true }).click();
  // A double tap does nothing: «Όχι» stands where the first button was.
  await device.getByRole("button", { name: w("second-tap-no") }).click();
  await device.getByRole("button", { name: w("device-revoke"), exact: true }).click();
  await device.getByRole("button", { name: w("device-revoke-confirm") }).click();
  await expect(page.getByText("Η συσκευή «Συνεργείο 2 – Ηλεκτροφωτισμός» ανακλήθηκε.")).toBeVisible();
  await crew.bringToFront();
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await expect(crew.getByText(/Το γραφείο έχει ανακαλέσει αυτή τη συσκευή/)).toBeVisible({ timeout: 15_000 });
});

test("a crew is given other communities: it hears of it, and holds theirs", async ({ koina }) => {
  const page = await koina.window("desk");
  const crew = await koina.window("crew");
  const here = () => rows(crew).filter({ hasText: "Λιτόχωρο" }).count();
  await tab(crew, w, "assets");
  await expect.poll(here, { timeout: 15_000 }).toBeGreaterThan(0);
  await page.bringToFront();
  await tab(page, w, "devices");
  const device = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Συνεργείο 2 – Ηλεκτροφωτισμός" }) });
  await device.getByRole("button", { name: w("device-change"), exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Αλλαγή: Συνεργείο 2 – Ηλεκτροφωτισμός" })).toBeVisible();
  await accessible(page, "changing a device");
  await page.getByRole("checkbox", { name: "Λιτόχωρο" }).uncheck();
  await page.getByRole("checkbox", { name: "Δίο" }).check();
  await press(page, w("device-change-save"));
  await expect(page.getByText(/Η συσκευή «Συνεργείο 2 – Ηλεκτροφωτισμός» άλλαξε/)).toBeVisible();
  await crew.bringToFront();
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await tab(crew, w, "assets");
  await expect.poll(here, { timeout: 20_000 }).toBe(0);
  await expect(rows(crew).first()).toContainText(/Δίο|Λεπτοκαρυά/);
});

test("a request is charged to a crew, done in the field, answered and closed", async ({ koina }) => {
  const desk = await koina.window("desk");
  await search(desk, w("requests-search"), "κούνια");
  await openFirst(desk, w("status-RECEIVED"));
  await press(desk, w("file-assign"));
  const form = desk.getByRole("form", { name: w("file-assign-title") });
  await form.getByRole("combobox", { name: w("case-department") }).selectOption({ label: "Τμήμα Ηλεκτροφωτισμού & Ηλεκτρομηχανολογικών" });
  await form.getByRole("combobox", { name: w("device-crew") }).selectOption({ label: "Συνεργείο ηλεκτροφωτισμού" });
  await press(desk, w("file-assign-save"));
  await expect(desk.getByRole("main")).toContainText("Συνεργείο ηλεκτροφωτισμού");
  await press(desk, w("file-answer"));
  await desk.getByRole("textbox", { name: w("file-answer-text") }).fill("Το συνεργείο έρχεται.");
  await press(desk, w("file-answer-save"));
  await expect(desk.getByRole("heading", { name: w("case-answer") })).toBeVisible();
  await press(desk, w("file-close"));
  await desk.getByRole("radio", { name: /^Διαβιβάστηκε/ }).check();
  await desk.getByRole("textbox", { name: w("file-close-to") }).fill("Σχολική επιτροπή");
  await desk.getByRole("form", { name: w("file-close-title") }).getByRole("button", { name: w("file-close-save"), exact: true }).click();
  await expect(desk.getByRole("main").getByText(w("status-FORWARDED")).first()).toBeVisible();
  await expect(desk.getByRole("button", { name: w("file-reopen") })).toBeVisible();
});

test.describe("long lists", () => {
  test.use({ fixture: "own" });
  test(`a list of ${ROWS} rows scrolls with at most 60 rows in the document`, async ({ koina }) => {
    test.setTimeout(60_000 + ROWS * 10);
    await koina.bridge.control("reset", { fixture: "many", rows: ROWS });
    const page = await koina.window("desk");
    await press(page, w("inbox-view-every"));
    const inDocument = async () => {
      const count = await page.getByRole("row").count();
      expect(count).toBeLessThanOrEqual(60);
      return count;
    };
    let total = 0;
    await expect(async () => {
      total = Number((await page.getByText(/^[\d.]+ εγγραφές$/).innerText()).replace(/\D/g, ""));
      expect(total).toBeGreaterThan(ROWS);
    }).toPass();
    await inDocument();

    // To the end with one key, and every step of the way back is drawn.
    await rows(page).first().focus();
    await page.keyboard.press("End");
    const last = page.locator(`[role=row][aria-rowindex="${total + 1}"]`);
    await expect(last).toBeInViewport();
    await expect(last).toContainText(/ARX|ΑΜ|-/);
    await expect(last).toBeFocused();
    await inDocument();

    for (const part of [0.75, 0.5, 0.25, 0.9, 0]) {
      await page.evaluate((part) => window.scrollTo(0, document.documentElement.scrollHeight * part), part);
      const shown = rows(page).filter({ hasNotText: "Φορτώνει" });
      await expect.poll(async () => shown.evaluateAll((all) => all.filter((row) => row.getBoundingClientRect().top < innerHeight && row.getBoundingClientRect().bottom > 0).length)).toBeGreaterThan(5);
      await inDocument();
    }

    // Fast scrolling never leaves more behind.
    let most = 0;
    for (let step = 0; step < 40; step += 1) {
      await page.mouse.wheel(0, 4_000);
      most = Math.max(most, await inDocument());
    }
    expect(most).toBeLessThanOrEqual(60);

    const begun = Date.now();
    await search(page, w("requests-search"), "litoxoro lampa");
    await expect(page.getByText(/^[\d.]+ εγγραφές$/)).toBeVisible();
    expect(Date.now() - begun).toBeLessThan(8_000);
  });
});
