/** Nothing typed is lost: not by a reload, not by a closed window, not by an error, not by another language. */
import type { Page, Route } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { find } from "./lib/screens/desk";
import { openFirst, press, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const WORDS = "Σπασμένο καπάκι, «κινδυνεύουν» παιδιά & ποδήλατα – 100 μ. από το σχολείο";

async function typeCall(page: Page): Promise<void> {
  await tab(page, w, "enter");
  await find(page, w("enter-kind"), "φρεατιου");
  await find(page, w("enter-where"), "πλακα");
  await page.getByRole("textbox", { name: w("place-words") }).fill("έξω από το σχολείο");
  await page.getByRole("radio", { name: w("channel-email") }).check();
  await page.getByRole("checkbox", { name: w("enter-register") }).check();
  await page.getByRole("textbox", { name: w("enter-words") }).pressSequentially(WORDS);
}

async function callIsThere(page: Page): Promise<void> {
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue(WORDS);
  await expect(page.getByRole("combobox", { name: w("enter-kind") })).toHaveValue(/φρεατίου/);
  await expect(page.getByRole("combobox", { name: w("enter-where") })).toHaveValue("Πλάκα");
  await expect(page.getByRole("textbox", { name: w("place-words") })).toHaveValue("έξω από το σχολείο");
  await expect(page.getByRole("radio", { name: w("channel-email") })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: w("enter-register") })).toBeChecked();
}

test("a reload in the middle of a call: nothing typed is lost", async ({ koina }) => {
  const page = await koina.window("desk");
  await typeCall(page);
  await page.reload();
  await callIsThere(page);
});

test("a window closed while typing: nothing typed is lost", async ({ koina }) => {
  const page = await koina.window("desk");
  await typeCall(page);
  await page.close({ runBeforeUnload: false });
  const again = await koina.window("desk");
  await tab(again, w, "enter");
  await callIsThere(again);
  await expect(again.getByText(w("draft-restored"))).toBeVisible();
});

test("what the window called kept survives the death of the browser", async ({ koina, browser, bridge }) => {
  const context = await browser.newContext();
  const first = await context.newPage();
  const { internals } = await import("./lib/internals");
  await first.addInitScript(internals, "desk");
  await first.goto(bridge.address);
  await typeCall(first);
  await expect(first.getByText(w("draft-kept"))).toBeVisible();
  // No page hears of its end.
  await context.close();
  const again = await koina.window("desk");
  await tab(again, w, "enter");
  await callIsThere(again);
});

test("after the receipt the form is empty, and a draft thrown away stays away", async ({ koina }) => {
  const page = await koina.window("desk");
  await typeCall(page);
  await press(page, w("enter-save"));
  await expect(page.getByRole("heading", { level: 1, name: w("enter-done-title") })).toBeVisible();
  await press(page, w("enter-again"));
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("");
  await page.reload();
  await tab(page, w, "enter");
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("");
  await page.getByRole("textbox", { name: w("enter-words") }).fill("άλλο");
  await expect(page.getByText(w("draft-kept"))).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("άλλο");
  await press(page, w("draft-clear"));
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("");
  await page.reload();
  await expect(page.getByText(w("draft-restored"))).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("");
});

test("a finding outlives reload and a closed window at its last step", async ({ koina }) => {
  const page = await koina.window("crew", { size: { width: 390, height: 780 } });
  await press(page, w("finding-new"));
  await page.getByRole("button", { name: "Καμένος λαμπτήρας", exact: true }).click();
  await expect(page.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
  await page.getByRole("combobox", { name: w("place-community") }).selectOption({ label: "Λεπτοκαρυά" });
  await page.getByRole("textbox", { name: w("place-words") }).fill("λιμανάκι");
  await press(page, w("continue"));
  await page.getByRole("textbox", { name: w("finding-text") }).fill("Τρεις στη σειρά");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: w("finding-words") })).toBeVisible();
  await expect(page.getByRole("textbox", { name: w("finding-text") })).toHaveValue("Τρεις στη σειρά");
  await page.getByRole("textbox", { name: w("finding-text") }).pressSequentially(" και ένας στύλος");
  await page.close();
  const again = await koina.window("crew", { size: { width: 390, height: 780 } });
  await press(again, w("finding-new"));
  await expect(again.getByRole("textbox", { name: w("finding-text") })).toHaveValue("Τρεις στη σειρά και ένας στύλος");
  await expect(again.getByRole("main")).toContainText("λιμανάκι");
  await press(again, w("finding-save"));
  await expect(again.getByRole("heading", { level: 1, name: w("finding-done-title") })).toBeVisible();
});

test("a crew's note and materials outlive a reload", async ({ koina }) => {
  const page = await koina.window("crew");
  await page.getByRole("list", { name: w("today-jobs") }).getByRole("button").first().click();
  await press(page, w("job-note"));
  await page.getByRole("textbox", { name: w("job-note") }).fill("Θέλει σκάλα");
  await press(page, w("job-material"));
  await page.getByRole("textbox", { name: w("job-material-name") }).fill("Ντουί Ε27");
  await page.getByRole("textbox", { name: w("job-material-quantity") }).fill("2,5");
  await page.reload();
  await expect(page.getByRole("textbox", { name: w("job-material-name") })).toHaveValue("Ντουί Ε27");
  await expect(page.getByRole("textbox", { name: w("job-material-quantity") })).toHaveValue("2,5");
  await press(page, w("job-note"));
  await expect(page.getByRole("textbox", { name: w("job-note") })).toHaveValue("Θέλει σκάλα");
});

test("an answer, a decision, an invitation and an address outlive a reload", async ({ koina }) => {
  const page = await koina.window("desk");
  await search(page, w("requests-search"), "ιατρείο");
  await openFirst(page);
  await press(page, w("file-answer"));
  await page.getByRole("textbox", { name: w("file-answer-text") }).fill("Θα έρθουμε αύριο.");
  await page.reload();
  await press(page, w("file-answer"));
  await expect(page.getByRole("textbox", { name: w("file-answer-text") })).toHaveValue("Θα έρθουμε αύριο.");

  await tab(page, w, "conflicts");
  await openFirst(page, "υπόστεγο");
  await page.getByRole("radio", { name: /καφενείο/ }).check();
  await page.getByRole("textbox", { name: w("conflict-note") }).fill("Το είδα ο ίδιος");
  await page.reload();
  await expect(page.getByRole("textbox", { name: w("conflict-note") })).toHaveValue("Το είδα ο ίδιος");
  await expect(page.getByRole("radio", { name: /καφενείο/ })).toBeChecked();

  await tab(page, w, "devices");
  await press(page, w("invite-new"));
  await page.getByRole("textbox", { name: w("invite-name") }).fill("Συνεργείο 9");
  await page.reload();
  await expect(page.getByRole("textbox", { name: w("invite-name") })).toHaveValue("Συνεργείο 9");

  await koina.bridge.control("new-device");
  const start = await koina.window("start");
  await start.getByRole("textbox", { name: w("start-server") }).fill("https://koina.dimos.gr");
  await start.getByRole("textbox", { name: w("start-code") }).fill("7K2QM-X4R9T");
  await start.reload();
  await expect(start.getByRole("textbox", { name: w("start-server") })).toHaveValue("https://koina.dimos.gr");
  await expect(start.getByRole("textbox", { name: w("start-code") })).toHaveValue("7K2QM-X4R9T");
});

for (const [how, answer] of [
  ["had not come", async () => undefined],
  ["could not be read", (asked: Route) => asked.abort()],
] as const) {
  test(`what was typed while the draft ${how} outlives a reload, and so does the rest of the draft`, async ({ koina }) => {
    await koina.bridge.control("new-device");
    const start = await koina.window("start");
    await start.getByRole("textbox", { name: w("start-code") }).fill("7K2QM-X4R9T");
    await expect(start.getByText(w("draft-kept"))).toBeVisible();
    await start.route(/draft_load/, answer);
    await start.reload();
    await start.getByRole("textbox", { name: w("start-server") }).fill("https://koina.dimos.gr");
    await start.unroute(/draft_load/);
    await start.reload();
    await expect(start.getByRole("textbox", { name: w("start-server") })).toHaveValue("https://koina.dimos.gr");
    await expect(start.getByRole("textbox", { name: w("start-code") })).toHaveValue("7K2QM-X4R9T");
  });
}

test("another language in the middle of a form changes the words and nothing typed", async ({ koina }) => {
  const page = await koina.window("desk");
  await typeCall(page);
  await page.getByRole("button", { name: "English", exact: true }).click();
  await expect(page.getByRole("textbox", { name: words.en("enter-words") })).toHaveValue(WORDS);
  await expect(page.getByRole("combobox", { name: words.en("enter-kind") })).toHaveValue(/manhole/);
  await expect(page.getByRole("checkbox", { name: words.en("enter-register") })).toBeChecked();
  await page.getByRole("button", { name: "Ελληνικά", exact: true }).click();
  await callIsThere(page);
});

for (const language of ["el", "en"] as const) {
  const said = words[language];
  test(`bad input, ${language}: a summary that has the focus, links to the fields, nothing typed lost`, async ({ koina }) => {
    const page = await koina.window("desk", { language });
    await tab(page, said, "enter");
    await page.getByRole("textbox", { name: said("enter-words") }).fill(WORDS);
    await press(page, said("enter-save"));
    const summary = page.getByRole("alert").filter({ has: page.getByRole("heading", { name: said("problem-title") }) });
    await expect(summary).toBeFocused();
    await expect(page).toHaveTitle(new RegExp(`^${said("problem-prefix", { title: "" }).trim()}`));
    const link = summary.getByRole("link", { name: said("enter-category-missing") });
    await link.click();
    const kind = page.getByRole("combobox", { name: said("enter-kind") });
    await expect(kind).toBeFocused();
    await expect(kind).toHaveAttribute("aria-invalid", "true");
    await expect(kind).toHaveAccessibleDescription(new RegExp(said("enter-category-missing").slice(0, 20)));
    await expect(page.getByRole("textbox", { name: said("enter-words") })).toHaveValue(WORDS);

    // What is too long is refused by the replica, and stays in the box whole.
    const long = "α".repeat(4_003);
    await page.getByRole("textbox", { name: said("enter-words") }).fill(long);
    await find(page, said("enter-kind"), "καμενος");
    await find(page, said("enter-where"), "λιτοχωρο");
    await press(page, said("enter-save"));
    await expect(summary).toBeFocused();
    await expect(summary.getByRole("link")).toHaveCount(1);
    await expect(summary.getByRole("link")).toContainText(/4[.,]000/);
    await expect(page.getByRole("textbox", { name: said("enter-words") })).toHaveValue(long);
    await page.getByRole("textbox", { name: said("enter-words") }).fill(WORDS);
    await press(page, said("enter-save"));
    await expect(page.getByRole("heading", { level: 1, name: said("enter-done-title") })).toBeVisible();
    await expect(page).not.toHaveTitle(new RegExp(`^${said("problem-prefix", { title: "" }).trim()}`));
  });
}

test("bad input of a crew: too much, said at the box, and nothing typed lost", async ({ koina }) => {
  const page = await koina.window("crew", { size: { width: 360, height: 740 } });
  await page.getByRole("list", { name: w("today-jobs") }).getByRole("button").first().click();
  await press(page, w("job-material"));
  await page.getByRole("textbox", { name: w("job-material-name") }).fill("Λάμπα");
  await page.getByRole("textbox", { name: w("job-material-quantity") }).fill("δύο");
  await press(page, w("job-material-save"));
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByRole("alert").getByRole("link").first().click();
  await expect(page.getByRole("textbox", { name: w("job-material-quantity") })).toBeFocused();
  await expect(page.getByRole("textbox", { name: w("job-material-quantity") })).toHaveValue("δύο");
  await expect(page.getByRole("textbox", { name: w("job-material-name") })).toHaveValue("Λάμπα");
});
