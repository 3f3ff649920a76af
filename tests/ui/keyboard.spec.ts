/** The desk without a mouse. */
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { words } from "./lib/words";

const w = words.el;

/** Goes on with Tab until something of this name has the focus; every stop on the way shows that it has it. */
async function tabTo(page: Page, role: "button" | "textbox" | "radio" | "checkbox" | "combobox", name: string | RegExp, most = 25): Promise<void> {
  const wanted = page.getByRole(role, { name });
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return "nothing has the focus";
      const shown = [at, at.closest("label")].some((element) => element && getComputedStyle(element).outlineStyle !== "none");
      return at.matches(":focus-visible") && shown ? "" : `no ring on ${at.outerHTML.slice(0, 120)}`;
    });
    expect(seen).toBe("");
    if (await wanted.evaluateAll((all) => all.some((one) => one === document.activeElement))) return;
  }
  throw new Error(`${role} ${String(name)} was not reached in ${most} steps`);
}

test("a phone request, from start to receipt, without the mouse", async ({ koina }) => {
  const page = await koina.window("desk");
  const keys = page.keyboard;

  await keys.press("F2");
  const kind = page.getByRole("combobox", { name: w("enter-kind") });
  await expect(kind).toBeFocused();
  await keys.type("kamenos");
  await expect(page.getByRole("option", { name: /Καμένος λαμπτήρας/ })).toBeVisible();
  await keys.press("Tab");
  await expect(kind).toHaveValue("Καμένος λαμπτήρας");

  const where = page.getByRole("combobox", { name: w("enter-where") });
  await expect(where).toBeFocused();
  await keys.type("πλατανακια");
  await expect(page.getByRole("option", { name: /Πλατανάκια/ })).toBeVisible();
  await keys.press("Enter");
  await expect(where).toHaveValue("Πλατανάκια");

  await tabTo(page, "textbox", /^Πού ακριβώς/);
  await keys.type("δίπλα στη γέφυρα");
  await tabTo(page, "textbox", w("enter-words"));
  await keys.type("Είναι σβηστή από την Τρίτη.");
  await tabTo(page, "radio", w("channel-phone"));
  await keys.press("ArrowDown");
  await expect(page.getByRole("radio", { name: w("channel-counter") })).toBeChecked();
  await tabTo(page, "checkbox", /Ζητά αριθμό πρωτοκόλλου/);
  await keys.press("Space");
  await tabTo(page, "button", w("enter-save"));
  await keys.press("Enter");

  await expect(page.getByRole("heading", { level: 1, name: w("enter-done-title") })).toBeVisible();
  const number = (await page.getByText(/^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z*]$/).innerText()).trim();
  const again = page.getByRole("main").getByRole("button", { name: w("enter-again") });
  await expect(again).toBeFocused();

  // The case file, still with the keyboard; the number of the protocol comes with the exchange.
  await keys.press("Tab");
  await keys.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Καμένος λαμπτήρας" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(number);
  await expect(page.getByRole("main")).toContainText(w("channel-counter"));
  await expect(page.getByRole("main")).toContainText(w("did-protocolled"), { timeout: 20_000 });
});

test("Ctrl+Enter saves from any field, Escape leaves a form, and the focus comes back", async ({ koina }) => {
  const page = await koina.window("desk");
  await page.keyboard.press("F2");
  await page.keyboard.type("λακκουβα");
  await expect(page.getByRole("option", { name: /^Λακκούβα/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.type("λεπτοκαρυα");
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1, name: w("enter-done-title") })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, "button", w("file-answer"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: w("file-answer-text") })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: w("file-answer") })).toBeFocused();
});

test("from the first Tab to a record: skip link, tabs, list with arrows", async ({ koina }) => {
  const page = await koina.window("desk");
  await expect(page.getByRole("row").nth(2)).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: w("skip-link") })).toBeFocused();
  await expect(page.getByRole("link", { name: w("skip-link") })).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.getByRole("searchbox", { name: w("requests-search") }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const row = page.getByRole("row").filter({ has: page.getByRole("gridcell") }).nth(2);
  await expect(row).toBeFocused();
  const said = (await row.getByRole("gridcell").nth(1).locator("p").first().innerText()).trim();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: said })).toBeFocused();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: w("nav-inbox") })).toBeVisible();
});

test("a crew's job with the keyboard of its tablet", async ({ koina }) => {
  const page = await koina.window("crew", { size: { width: 800, height: 1100 } });
  await tabTo(page, "button", /Χρεώθηκε/, 40);
  await page.keyboard.press("Enter");
  // The screen changes; its heading takes the focus.
  await expect(page.getByRole("button", { name: w("job-start") })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(page, "button", w("job-start"));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/Αποθηκεύτηκε σε αυτή τη συσκευή/)).toBeVisible();
  await tabTo(page, "button", w("job-done"), 60);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Η εργασία τελείωσε.", { exact: false })).toBeVisible();
});
