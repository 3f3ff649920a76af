/** One trouble reported twice: it is offered while somebody types, noted on the request that is there, and both are kept. */
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { find } from "./lib/screens/desk";
import { openFirst, press, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };
const NUMBER = /^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z*]$/;

/** The number of what was just saved; the page before it shows those of others. */
async function saved(page: Page, title: string): Promise<string> {
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  return (await page.getByText(NUMBER).innerText()).trim();
}

/** A crew begins a finding about wires that hang loose. */
async function finding(crew: Page): Promise<void> {
  await press(crew, w("finding-new"));
  await crew.getByRole("button", { name: /^Εκτεθειμένα καλώδια/ }).click();
  await expect(crew.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
  await press(crew, w("continue"));
}

test("a second call about the same is noted on the first, with what was said, and the caller gets its number", async ({ koina }) => {
  const page = await koina.window("desk");
  const call = async (said: string) => {
    await tab(page, w, "enter");
    await find(page, w("enter-kind"), "φρεατιου");
    await find(page, w("enter-where"), "πλακα");
    await page.getByRole("textbox", { name: w("enter-words") }).fill(said);
  };
  const offer = page.getByRole("region", { name: w("similar-title") });
  await call("Λείπει το καπάκι");
  await expect(offer).toHaveCount(0);
  await press(page, w("enter-save"));
  const number = await saved(page, w("enter-done-title"));
  await press(page, w("enter-again"));

  await call("Έπεσε μέσα ένα ποδήλατο");
  await expect(offer).toContainText(number);
  await expect(offer).toContainText("Λείπει το καπάκι");
  await accessible(page, "the same, at the desk", true);
  await fits(page, "the same, at the desk");
  await page.screenshot({ path: test.info().outputPath("desk.png"), fullPage: true });
  // Who wants a protocol number of their own is not noted on somebody else's; where exactly it is goes along.
  const register = page.getByRole("checkbox", { name: w("enter-register") });
  await register.check();
  await offer.getByRole("button", { name: `${w("similar-same")} ${number}` }).click();
  await expect(page.getByText(w("similar-register")).first()).toBeVisible();
  await register.uncheck();
  await page.getByRole("textbox", { name: w("place-words") }).fill("μπροστά στο σχολείο");
  await offer.getByRole("button", { name: `${w("similar-same")} ${number}` }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("similar-done-title") })).toBeVisible();
  await expect(page.getByText(number, { exact: true })).toBeVisible();
  await press(page, w("enter-open"));
  await expect(page.getByText("Αναφέρθηκε ακόμη μία φορά.")).toBeVisible();
  await expect(page.getByText(`${w("channel-phone")} · Έπεσε μέσα ένα ποδήλατο · μπροστά στο σχολείο`)).toBeVisible();
  // What was typed went there, and does not come again.
  await tab(page, w, "enter");
  await expect(page.getByRole("textbox", { name: w("enter-words") })).toHaveValue("");

  // Somebody else's own request is joined with it, and taken apart again.
  await call("Το ίδιο καπάκι");
  await press(page, w("enter-save"));
  const second = await saved(page, w("enter-done-title"));
  await press(page, w("enter-open"));
  await press(page, w("file-close"));
  await page.getByRole("radio", { name: w("outcome-duplicate") }).check();
  await page.getByRole("radio", { name: new RegExp(number) }).check();
  await press(page, w("file-close-save"));
  await press(page, w("case-open-original"));
  await expect(page.getByText("Ένα αίτημα ενώθηκε με αυτό:")).toBeVisible();
  await accessible(page, "joined", true);
  await page.screenshot({ path: test.info().outputPath("joined.png"), fullPage: true });
  await page.getByRole("main").getByRole("link", { name: second }).click();
  await press(page, w("file-reopen"));
  await page.getByRole("textbox", { name: w("file-reopen-reason") }).fill("Είναι άλλο φρεάτιο");
  await press(page, w("file-reopen-save"));
  await expect(page.getByText(w("case-duplicate-of"))).toHaveCount(0);
});

test("a crew without a network finds what was reported already, and its finding becomes a word on it", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  await bridge.control("stop-server");
  await finding(crew);
  await crew.getByRole("textbox", { name: w("finding-text") }).fill("Κρέμονται στο πεζοδρόμιο");
  await press(crew, w("finding-save"));
  const number = await saved(crew, w("finding-done-title"));
  await press(crew, w("job-back-today"));

  await finding(crew);
  await crew.getByRole("textbox", { name: w("finding-text") }).fill("Ακόμη εκεί");
  const offer = crew.getByRole("region", { name: w("similar-title") });
  // Somewhere in the same village: behind its title, so that the words are not pushed away.
  await offer.getByText(w("similar-title")).click();
  await expect(offer.getByText(number).first()).toBeVisible();
  await accessible(crew, "the same, in the field", true);
  await fits(crew, "the same, in the field");
  await crew.screenshot({ path: test.info().outputPath("crew.png"), fullPage: true });
  // Looking at it first loses nothing.
  await offer.getByRole("button", { name: `${w("similar-open")} ${number}` }).click();
  await expect(crew.getByText("Κρέμονται στο πεζοδρόμιο").first()).toBeVisible();
  await crew.getByRole("button", { name: w("back"), exact: true }).click();
  await expect(crew.getByRole("textbox", { name: w("finding-text") })).toHaveValue("Ακόμη εκεί");
  await offer.getByText(w("similar-title")).click();
  await offer.getByRole("button", { name: `${w("similar-same")} ${number}` }).click();
  await expect(crew.getByRole("heading", { level: 1, name: w("similar-done-title") })).toBeVisible();
  await expect(crew.getByText(number)).toBeVisible();
  await press(crew, w("finding-open"));
  await expect(crew.getByText("Αναφέρθηκε ακόμη μία φορά.")).toBeVisible();
  await crew.screenshot({ path: test.info().outputPath("crew-noted.png"), fullPage: true });
});

test("what was noted without a network on a request closed meanwhile waits at the desk until somebody heard it", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  const desk = await koina.window("desk");
  const exchange = (window: string) => bridge.control("exchange", { window });
  await finding(crew);
  await crew.getByRole("textbox", { name: w("finding-text") }).fill("Κρέμονται στο πεζοδρόμιο");
  await press(crew, w("finding-save"));
  const number = await saved(crew, w("finding-done-title"));
  await press(crew, w("job-back-today"));
  await exchange("crew");
  await exchange("desk");

  // The crew is in a village without a signal; the desk closes it.
  await bridge.command("crew", "set_cable", { cable: false });
  await finding(crew);
  await crew.getByRole("textbox", { name: w("finding-text") }).fill("Σήμερα άγγιξαν το έδαφος");
  const offer = crew.getByRole("region", { name: w("similar-title") });
  await offer.getByText(w("similar-title")).click();
  await offer.getByRole("button", { name: `${w("similar-same")} ${number}` }).click();
  await expect(crew.getByRole("heading", { level: 1, name: w("similar-done-title") })).toBeVisible();
  await search(desk, w("requests-search"), number);
  await openFirst(desk, number);
  await press(desk, w("file-close"));
  await desk.getByRole("radio", { name: w("outcome-resolved") }).check();
  await press(desk, w("file-close-save"));
  await expect(desk.getByText(w("file-unheard"))).toHaveCount(0);

  await bridge.command("crew", "set_cable", { cable: true });
  await exchange("crew");
  await exchange("desk");
  await tab(desk, w, "inbox");
  await desk.getByRole("button", { name: new RegExp(`^${w("inbox-view-unheard")}`) }).click();
  await search(desk, w("requests-search"), "");
  await expect(desk.getByText(w("inbox-unheard"), { exact: true })).toBeVisible();
  await desk.screenshot({ path: test.info().outputPath("inbox.png"), fullPage: true });
  await openFirst(desk, number);
  await expect(desk.getByText(w("file-unheard"))).toBeVisible();
  await expect(desk.getByText(/Σήμερα άγγιξαν το έδαφος/)).toBeVisible();
  await accessible(desk, "reported again", true);
  await fits(desk, "reported again");
  await desk.screenshot({ path: test.info().outputPath("case.png"), fullPage: true });
  await press(desk, w("file-heard"));
  await desk.getByRole("textbox", { name: w("file-heard-note") }).fill("Τα ίδια καλώδια, αποκαταστάθηκαν το μεσημέρι");
  await press(desk, w("file-heard-save"));
  await expect(desk.getByText(w("file-unheard"))).toHaveCount(0);
  await expect(desk.getByText(/Τα ίδια καλώδια/)).toBeVisible();
});

test("two desks that did not know of each other joined two requests with each other: somebody has to look", async ({ koina, bridge }) => {
  const desk = await koina.window("desk");
  const enter = async (text: string) => {
    const input = { category: "SEW-02", community: "11020101", settlement: "", place_text: "", position: null, asset: null, text, channel: "phone", register: false, photos: [], draft: null };
    return (await bridge.command<{ id: string }>("desk", "request_enter", input)).said.id;
  };
  const one = await enter("Λείπει το καπάκι");
  const other = await enter("Ανοιχτό φρεάτιο");
  await bridge.control("exchange", { window: "desk" });
  const { server, code } = await bridge.control<{ server: string; code: string }>("new-device", { role: "clerk" });
  expect((await bridge.command("start", "enrol", { server, code })).status).toBe(200);
  await expect.poll(async () => (await bridge.command("desk@new", "request_case", { id: other })).status, { timeout: 20_000 }).toBe(200);
  // Neither hears of the other.
  for (const [window, id, of] of [["desk", one, other], ["desk@new", other, one]] as const) {
    await bridge.command(window, "set_cable", { cable: false });
    const closed = await bridge.command(window, "request_close", { id, outcome: { outcome: "duplicate", of }, note: "" });
    expect(closed.status).toBe(200);
  }
  for (const window of ["desk", "desk@new"]) await bridge.command(window, "set_cable", { cable: true });
  for (const window of ["desk", "new", "desk"]) await bridge.control("exchange", { window });
  await tab(desk, w, "inbox");
  await desk.getByRole("button", { name: new RegExp(`^${w("inbox-view-unheard")}`) }).click();
  await expect(desk.getByText(w("inbox-circle"), { exact: true })).toHaveCount(2);
  await expect(desk.getByRole("button", { name: new RegExp(`^${w("inbox-view-unheard")}`) })).toContainText("2");
  await desk.screenshot({ path: test.info().outputPath("inbox.png"), fullPage: true });
  await openFirst(desk);
  await expect(desk.getByText(w("file-circle"))).toBeVisible();
  await accessible(desk, "joined with each other", true);
  await fits(desk, "joined with each other");
  await desk.screenshot({ path: test.info().outputPath("case.png"), fullPage: true });
  await press(desk, w("file-reopen"));
  await desk.getByRole("textbox", { name: w("file-reopen-reason") }).fill("Το ένα από τα δύο μένει ανοιχτό");
  await press(desk, w("file-reopen-save"));
  await expect(desk.getByText(w("file-circle"))).toHaveCount(0);
});
