/** The desk: decisions, devices, and lists of any length. */
import { expect, test } from "./lib/koina";
import { openFirst, press, rows, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const ROWS = Number(process.env.KOINA_UI_ROWS ?? 5_000);

test("a conflict shows both versions with who and when, is decided once, and both stay in the history", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "conflicts");
  await expect(page.getByText("8 εγγραφές")).toBeVisible();
  await openFirst(page, "υπόστεγο");
  const versions = page.getByRole("group", { name: "Περιγραφή: ποια εκδοχή ισχύει;" }).getByRole("radio");
  await expect(versions).toHaveCount(2);
  const theirs = page.getByRole("radio", { name: /φαρμακείο/ });
  await expect(theirs).toHaveAccessibleName(/ΚΕΠ Λιτοχώρου/);
  await expect(page.getByRole("radio", { name: /καφενείο/ })).toHaveAccessibleName(/Γραφείο εξυπηρέτησης/);
  await expect(theirs).not.toBeChecked();
  await theirs.check();
  await page.getByRole("textbox", { name: "Γιατί αυτή;" }).fill("Το επιβεβαίωσε ο φαρμακοποιός");
  await press(page, "Αποθήκευση επιλογής");
  await expect(page.getByText(/Η απόφαση αποθηκεύτηκε/)).toBeVisible();
  await press(page, "Άνοιγμα εγγραφής");
  await expect(page.getByRole("main")).toContainText("Σβηστή λάμπα στο υπόστεγο, απέναντι από το φαρμακείο.");
  await expect(page.getByRole("main")).toContainText("Απόφαση σε σύγκρουση");
  await expect(page.getByRole("main")).toContainText("Το επιβεβαίωσε ο φαρμακοποιός");
  await expect(page.getByText("Δύο εκδοχές περιμένουν απόφαση")).toHaveCount(0);
  await tab(page, w, "conflicts");
  await expect(page.getByText("7 εγγραφές")).toBeVisible();
  await tab(page, w, "outbox");
  await expect(rows(page).first()).toContainText("Παραλήφθηκε", { timeout: 20_000 });
});

test("several fields of one record are decided together", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "conflicts");
  await openFirst(page, w("recordfield-cat"));
  const groups = page.getByRole("group", { name: /ποια εκδοχή ισχύει;/ });
  await expect(groups).toHaveCount(3);
  for (const at of [0, 1, 2]) await groups.nth(at).getByRole("radio").first().check();
  await press(page, "Αποθήκευση επιλογής");
  await expect(page.getByText(/Η απόφαση αποθηκεύτηκε/)).toBeVisible();
  await expect(groups).toHaveCount(0);
});

test("the devices page without a server is calm, keeps what it knew, and comes back", async ({ koina }) => {
  const page = await koina.window("desk");
  await tab(page, w, "devices");
  await expect(page.getByRole("heading", { name: "Κινητό παλιού συνεργείου" })).toBeVisible();
  await koina.bridge.control("stop-server");
  await press(page, "Ανανέωση");
  await expect(page.getByText("Δεν μπορούμε να ρωτήσουμε τώρα")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Κινητό παλιού συνεργείου" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page).not.toHaveTitle(/Πρόβλημα/);
  await koina.bridge.control("start-server");
  await press(page, "Δοκίμασε ξανά");
  await expect(page.getByText("Δεν μπορούμε να ρωτήσουμε τώρα")).toHaveCount(0);
});

test("a device is revoked with a second tap, and its next exchange ends in words", async ({ koina }) => {
  const page = await koina.window("desk");
  const crew = await koina.window("crew");
  await tab(page, w, "devices");
  const device = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Συνεργείο 2 – Ηλεκτροφωτισμός" }) });
  await device.getByRole("button", { name: "Ανάκληση", exact: true }).click();
  // A double tap does nothing: «Όχι» stands where the first button was.
  await device.getByRole("button", { name: "Όχι, πίσω" }).click();
  await device.getByRole("button", { name: "Ανάκληση", exact: true }).click();
  await device.getByRole("button", { name: "Ναι, ανάκληση" }).click();
  await expect(page.getByText("Η συσκευή «Συνεργείο 2 – Ηλεκτροφωτισμός» ανακλήθηκε.")).toBeVisible();
  await tab(crew, w, "outbox");
  await press(crew, "Στείλε τώρα");
  await expect(crew.getByText(/Το γραφείο έχει ανακαλέσει αυτή τη συσκευή/)).toBeVisible({ timeout: 15_000 });
});

test("a request is charged to a crew, done in the field, answered and closed", async ({ koina }) => {
  const desk = await koina.window("desk");
  await search(desk, w("requests-search"), "κούνια");
  await openFirst(desk, w("status-RECEIVED"));
  await press(desk, "Χρέωση");
  const form = desk.getByRole("form", { name: "Χρέωση σε υπηρεσία" });
  await form.getByRole("combobox", { name: "Υπηρεσία" }).selectOption({ label: "Τμήμα Ηλεκτροφωτισμού & Ηλεκτρομηχανολογικών" });
  await form.getByRole("combobox", { name: "Συνεργείο" }).selectOption({ label: "Συνεργείο ηλεκτροφωτισμού" });
  await press(desk, "Αποθήκευση χρέωσης");
  await expect(desk.getByRole("main")).toContainText("Συνεργείο ηλεκτροφωτισμού");
  await press(desk, "Απάντηση");
  await desk.getByRole("textbox", { name: "Κείμενο απάντησης" }).fill("Το συνεργείο έρχεται.");
  await press(desk, "Αποθήκευση απάντησης");
  await expect(desk.getByRole("heading", { name: "Δημόσια απάντηση" })).toBeVisible();
  await press(desk, "Κλείσιμο αιτήματος");
  await desk.getByRole("radio", { name: /^Διαβιβάστηκε/ }).check();
  await desk.getByRole("textbox", { name: "Σε ποιον διαβιβάζεται;" }).fill("Σχολική επιτροπή");
  await desk.getByRole("form", { name: "Κλείσιμο αιτήματος" }).getByRole("button", { name: "Κλείσιμο αιτήματος" }).click();
  await expect(desk.getByRole("main").getByText("Διαβιβάστηκε").first()).toBeVisible();
  await expect(desk.getByRole("button", { name: "Άνοιγμα ξανά" })).toBeVisible();
});

test.describe("long lists", () => {
  test.use({ fixture: "own" });
  test(`a list of ${ROWS} rows scrolls with at most 60 rows in the document`, async ({ koina }) => {
    test.setTimeout(60_000 + ROWS * 10);
    await koina.bridge.control("reset", { fixture: "many", rows: ROWS });
    const page = await koina.window("desk");
    await press(page, "Όλα");
    const inDocument = async () => {
      const count = await page.getByRole("row").count();
      expect(count).toBeLessThanOrEqual(60);
      return count;
    };
    await expect(page.getByRole("main")).toContainText(/εγγραφές/);
    const total = Number((await page.getByText(/^[\d.]+ εγγραφές$/).innerText()).replace(/\D/g, ""));
    expect(total).toBeGreaterThan(ROWS);
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
