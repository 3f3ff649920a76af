/** Rounds: everything that should be in a place is scanned, and what is left gets less, also without a network. */
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { openFirst, press, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };
const PLACE = { community: "11020101", settlement: "1102010104", place_text: "οδός Δοκιμής", position: null };

/** How many assets a part of the round has. */
const part = (page: Page, name: "left" | "found" | "elsewhere" | "not_found", count: number) =>
  page.getByRole("group", { name: w("round-parts") }).getByRole("button", { name: `${count} ${w(`round-part-${name}`)}` });

test("a street is walked without a network: found, elsewhere, an unknown tag, and what is missing", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  const add = async (number: string, place_text: string, settlement = PLACE.settlement) =>
    (await bridge.command<{ row: { id: string } }>("crew", "asset_add", { kind: "KRO", number, name: "", ...PLACE, settlement, place_text, condition: null, note: "", photos: [], draft: null })).said.row.id;
  const tagged = await add("ΚΡΟ-1", PLACE.place_text);
  await bridge.command("crew", "tag_link", { id: tagged, tag: "314159265358" });
  await add("ΚΡΟ-2", PLACE.place_text);
  await add("ΚΡΟ-3", PLACE.place_text);
  await add("ΚΡΟ-4", "πλατεία", "1102010101");
  await bridge.control("stop-server");

  await tab(crew, w, "assets");
  await press(crew, w("rounds-title"));
  await crew.getByRole("combobox", { name: w("place-community") }).selectOption(PLACE.community);
  await crew.getByRole("combobox", { name: w("place-settlement") }).selectOption(PLACE.settlement);
  await crew.getByRole("combobox", { name: w("assets-kind") }).selectOption("KRO");
  await accessible(crew, "a new round", true);
  await fits(crew, "a new round");
  await press(crew, w("rounds-begin"));
  await expect(part(crew, "left", 3)).toBeVisible();

  // A scanner types the tag; a hand types a number.
  const box = crew.getByRole("textbox", { name: w("tag-typed") });
  await expect(box).toBeFocused();
  await crew.keyboard.type("314159265358");
  await crew.keyboard.press("Enter");
  await expect(crew.getByText(w("round-seen-said"))).toBeVisible();
  await expect(part(crew, "found", 1)).toBeVisible();
  await crew.getByRole("button", { name: w("condition-4") }).click();
  await expect(crew.getByRole("button", { name: w("condition-4") })).toHaveAttribute("aria-pressed", "true");
  // After a condition the scanner goes on where it typed.
  await expect(box).toBeFocused();
  await crew.keyboard.type("κρο-1");
  await crew.keyboard.press("Enter");
  await press(crew, w("round-is-here"));
  await expect(crew.getByText(w("round-again"))).toBeVisible();
  await box.fill("ΚΡΟ-4");
  await press(crew, w("round-seen"));
  await press(crew, w("round-is-here"));
  await expect(crew.getByText(w("round-elsewhere-said"))).toBeVisible();
  await expect(part(crew, "elsewhere", 1)).toBeVisible();
  await accessible(crew, "a round", true);
  await fits(crew, "a round");
  await crew.screenshot({ path: test.info().outputPath("round.png"), fullPage: true });
  await press(crew, w("round-move-here"));
  await expect(part(crew, "elsewhere", 0)).toBeVisible();
  await expect(part(crew, "found", 2)).toBeVisible();

  // A tag that nobody knows becomes a new asset of this street, and the round goes on.
  await box.fill("271828182847");
  await press(crew, w("round-seen"));
  await press(crew, w("round-unknown-add"));
  await expect(crew.getByRole("combobox", { name: w("place-settlement") })).toHaveValue(PLACE.settlement);
  await press(crew, w("asset-add-save"));
  await expect(part(crew, "found", 3)).toBeVisible();

  // One without a tag is found in the list.
  await openFirst(crew, "ΚΡΟ-2");
  await press(crew, w("round-is-here"));
  await expect(part(crew, "left", 1)).toBeVisible();

  // The wrong one was tapped: it is looked for again, right away and later from the list.
  await press(crew, w("round-unseen"));
  await expect(crew.getByText(w("round-unseen-said"))).toBeVisible();
  await expect(part(crew, "left", 2)).toBeVisible();
  await openFirst(crew, "ΚΡΟ-2");
  await press(crew, w("round-is-here"));
  await part(crew, "found", 4).click();
  await openFirst(crew, "ΚΡΟ-2");
  await press(crew, w("round-unseen"));
  await expect(part(crew, "left", 2)).toBeVisible();
  await accessible(crew, "a sighting taken back", true);
  await crew.screenshot({ path: test.info().outputPath("undone.png"), fullPage: true });
  await part(crew, "left", 2).click();
  await openFirst(crew, "ΚΡΟ-2");
  await press(crew, w("round-is-here"));
  await expect(part(crew, "left", 1)).toBeVisible();

  await press(crew, w("round-end"));
  await press(crew, w("round-end-yes"));
  await expect(part(crew, "not_found", 1)).toBeVisible();
  await expect(crew.getByRole("row").filter({ hasText: "ΚΡΟ-3" })).toContainText(w("assets-missing-mark"));
  await press(crew, w("round-report"));
  await expect(crew.getByRole("row").filter({ hasText: "ΚΡΟ-3" })).toContainText(w("round-never"));
  await accessible(crew, "the report of a round", true);
  await fits(crew, "the report of a round");
  await crew.screenshot({ path: test.info().outputPath("report.png"), fullPage: true });

  // It can be taken up again, and the register knows what is missing.
  await tab(crew, w, "assets");
  await press(crew, w("rounds-title"));
  await expect(crew.getByRole("row").filter({ hasText: "Πυροσβεστικοί κρουνοί" })).toContainText("1 δεν βρέθηκε");
  await crew.screenshot({ path: test.info().outputPath("rounds.png"), fullPage: true });
  await tab(crew, w, "assets");
  await search(crew, w("assets-search"), "ΚΡΟ-3");
  await openFirst(crew, "ΚΡΟ-3");
  await expect(crew.getByText(w("asset-missing"))).toBeVisible();
});
