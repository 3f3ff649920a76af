/** Inspections: what is looked at comes from data, what fails becomes a request in one tap, and what is overdue is told. */
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { openFirst, press, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };

/** The field, or the answer to a question, by the name of the check. */
const box = (page: Page, name: RegExp) => page.getByRole("textbox", { name });
const answer = (page: Page, name: string, word: string) => page.getByRole("group", { name }).getByRole("radio", { name: word, exact: true }).check();

async function open(crew: Page): Promise<void> {
  await tab(crew, w, "assets");
  await search(crew, w("assets-search"), "ΚΡΟ-77");
  await openFirst(crew, "ΚΡΟ-77");
}

test("a crew without a network inspects a hydrant, and what fails becomes a request in one tap", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  await bridge.control("stop-server");
  const place = { community: "11020101", settlement: "", place_text: "πλατεία", position: null };
  await bridge.command("crew", "asset_add", { kind: "KRO", number: "ΚΡΟ-77", name: "", ...place, condition: null, note: "", photos: [], draft: null });
  await open(crew);
  await press(crew, w("asset-inspect"));
  await expect(crew.getByText("Όριο: τουλάχιστον 500 l/min")).toBeVisible();
  await accessible(crew, "a checklist", true);
  await fits(crew, "a checklist");
  await crew.screenshot({ path: test.info().outputPath("checklist.png"), fullPage: true });

  await answer(crew, "Ορατός και προσβάσιμος", w("check-yes"));
  await answer(crew, "Τάπες στη θέση τους", w("check-no"));
  // A tap that was a mistake is taken back, and what is not there is said not to be.
  await answer(crew, "Ανοίγει και κλείνει", w("check-yes"));
  await crew.getByRole("button", { name: /^Καθαρισμός απάντησης: Ανοίγει/ }).click();
  await crew.getByRole("button", { name: /^Δεν αφορά: Ανοίγει/ }).click();
  await crew.getByRole("button", { name: /^Καθαρισμός απάντησης: Ανοίγει/ }).click();
  await box(crew, /^Παροχή/).fill("πολλή");
  await box(crew, /^Πίεση/).fill("3,5");
  await answer(crew, w("asset-inspect-condition"), w("condition-3"));
  await press(crew, w("asset-inspect-save"));
  // The wrong field is named, and nothing typed is gone.
  await crew.getByRole("alert").getByRole("link", { name: /Παροχή/ }).click();
  await expect(box(crew, /^Παροχή/)).toBeFocused();
  await expect(box(crew, /^Πίεση/)).toHaveValue("3,5");
  await box(crew, /^Παροχή/).fill("120");
  await press(crew, w("asset-inspect-save"));

  await expect(crew.getByRole("heading", { name: w("checked-title") })).toBeVisible();
  const flow = crew.getByRole("listitem").filter({ hasText: "Παροχή: 120 l/min" });
  await expect(flow).toContainText("Όριο: τουλάχιστον 500 l/min");
  await expect(crew.getByRole("listitem").filter({ hasText: "Ανοίγει και κλείνει" })).toContainText(w("check-not-looked"));
  await accessible(crew, "what was found", true);
  await fits(crew, "what was found");
  await crew.screenshot({ path: test.info().outputPath("found.png"), fullPage: true });
  await flow.getByRole("button", { name: /Παροχή/ }).click();
  await expect(crew.getByRole("heading", { level: 1, name: w("finding-done-title") })).toBeVisible();
  const number = (await crew.getByText(/^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z*]$/).innerText()).trim();
  await press(crew, w("finding-open"));
  await expect(crew.getByText(/Παροχή: 120 l\/min \(όριο: τουλάχιστον 500\)/).first()).toBeVisible();

  // The second failed check is said in the same request, which does not say so yet.
  await crew.goBack();
  await open(crew);
  const request = crew.getByRole("button", { name: w("checked-request", { number }) });
  await expect(request).toHaveCount(1);
  await crew.getByRole("listitem").filter({ hasText: "Τάπες" }).getByRole("button", { name: /Τάπες/ }).click();
  await expect(crew.getByRole("heading", { level: 1, name: w("similar-done-title") })).toBeVisible();
  await press(crew, w("finding-open"));
  await expect(crew.getByText(/Τάπες στη θέση τους: όχι\./).first()).toBeVisible();
  await open(crew);
  await expect(request).toHaveCount(2);
});

test("the desk sees what is overdue by community, and opens the list behind a number", async ({ koina }) => {
  const desk = await koina.window("desk");
  await tab(desk, w, "assets");
  await press(desk, w("due-title"));
  const overdue = desk.getByRole("button", { name: new RegExp(`^${w("due-overdue")}: \\d+`) }).first();
  const count = Number((await overdue.innerText()).trim());
  const soon = desk.getByRole("button", { name: new RegExp(`^${w("due-soon")}: \\d+`) });
  await expect(soon).toHaveCount(0);
  await accessible(desk, "inspections", true);
  await fits(desk, "inspections");
  await desk.screenshot({ path: test.info().outputPath("due.png"), fullPage: true });
  await desk.getByRole("combobox", { name: w("assets-kind") }).selectOption({ label: "Δέντρα" });
  await expect(desk.getByRole("rowheader").filter({ hasNotText: "Δέντρα" })).toHaveCount(0);
  await desk.getByRole("combobox", { name: w("assets-kind") }).selectOption({ label: w("assets-kind-all") });
  await overdue.click();
  await expect(desk.getByText(count === 1 ? "1 εγγραφή" : `${count.toLocaleString("el")} εγγραφές`)).toBeVisible();
  await expect(desk.getByText(w("assets-overdue")).first()).toBeVisible();
  await desk.screenshot({ path: test.info().outputPath("list.png"), fullPage: true });
});
