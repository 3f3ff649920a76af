/** The public kiosk: a visitor walks up, is served, and leaves no trace. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { kiosk, numbers, TOTEM } from "./lib/screens/kiosk";
import { press } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;

/** Types by touch. */
async function tap(page: Page, keys: string[]): Promise<void> {
  for (const key of keys) await page.getByRole("group", { name: w("keyboard"), exact: true }).getByRole("button", { name: key, exact: true }).click();
}

/** Reports a fault up to the page where the answers are checked. */
async function report(page: Page): Promise<void> {
  await press(page, w("kiosk-tile-report"));
  await page.getByRole("button", { name: "Ηλεκτροφωτισμός" }).click();
  await page.getByRole("button", { name: "Καμένος λαμπτήρας" }).first().click();
  await page.getByRole("radio", { name: "Λιτόχωρο" }).first().check();
  await press(page, w("kiosk-continue"));
  const text = page.getByRole("textbox", { name: w("kiosk-words") });
  await text.click();
  await tap(page, [w("keyboard-capital"), w("keyboard-tonos"), "Α", ..."ναψε", w("keyboard-space"), "κ", "α", w("keyboard-dialytika"), w("keyboard-tonos"), ..."ικι"]);
  await expect(text).toHaveValue("Άναψε καΐκι");
  await press(page, w("kiosk-continue"));
  await page.getByRole("textbox", { name: w("kiosk-name") }).fill("Ευτυχία Δοκιμαστική");
  await page.getByRole("textbox", { name: w("kiosk-phone") }).click();
  await tap(page, [..."6912345678"]);
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-ask-check") })).toBeVisible();
}

test("a visitor reports a fault with the network out, follows it by its numbers, and the desk reads whom to tell", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  await koina.bridge.control("stop-server");
  await report(page);
  await expect(page.getByRole("main")).toContainText("Άναψε καΐκι");
  await expect(page.getByRole("main")).toContainText("Ευτυχία Δοκιμαστική, 6912345678");
  await press(page, w("kiosk-send"));
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-received") })).toBeVisible();
  const { receipt, pin } = await numbers(page);
  expect(receipt).toMatch(/^[A-Z]\d+-\d\d-\d{6}-[0-9A-Z]$/);
  expect(pin).toMatch(/^\d{3} \d{3}$/);
  await page.getByRole("main").getByRole("button", { name: w("kiosk-end") }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();

  await koina.bridge.control("start-server");
  await koina.bridge.command("desk", "exchange_now");
  await press(page, w("kiosk-tile-track"));
  await page.getByRole("textbox", { name: w("kiosk-number") }).click();
  // A scanner types fast, and ends with Enter.
  const two = [...receipt.replaceAll("-", "")].map((letter) => String(parseInt(letter, 36)).padStart(2, "0")).join("");
  await page.keyboard.type(`5614${two}${pin.replace(" ", "")}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toContainText(receipt);
  await expect(page.getByRole("main")).toContainText(w("status-RECEIVED"));
  await expect(page.getByRole("main")).not.toContainText("Ευτυχία");

  // The desk has it, and opens who is to be told.
  const desk = await koina.window("desk");
  await expect(async () => {
    await koina.bridge.command("desk", "exchange_now");
    await desk.getByRole("searchbox").first().fill("καΐκι");
    await expect(desk.getByText("1 εγγραφή", { exact: true })).toBeVisible({ timeout: 3_000 });
    await expect(desk.getByRole("row").filter({ hasText: "Καμένος λαμπτήρας" }).first()).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 90_000 });
  await desk.getByRole("row").filter({ hasText: "Καμένος λαμπτήρας" }).first().click();
  const file = desk.getByRole("main");
  await expect(file).toContainText("Άναψε καΐκι");
  await expect(file).not.toContainText("Ευτυχία");
  await press(desk, w("reporter-read"));
  await expect(file.getByText(w("reporter-read-why-missing")).first()).toBeVisible();
  await expect(file).not.toContainText("Ευτυχία");
  await desk.screenshot({ path: test.info().outputPath("reason.png"), fullPage: true });
  await accessible(desk, "desk: why somebody wants to read who reported it");
  await desk.getByRole("radio", { name: w("read-reach") }).check();
  await press(desk, w("reporter-read"));
  await expect(file).toContainText("Ευτυχία Δοκιμαστική");
  await expect(file).toContainText("+306912345678");
  await accessible(desk, "desk: who reported it");

  // What is wrong is put right; what cannot be right is refused, and nothing typed is lost.
  const reporter = desk.getByRole("region", { name: w("reporter-title") });
  await press(desk, w("reporter-correct"));
  await reporter.getByRole("textbox", { name: w("reporter-name") }).fill("Ευτυχία Σωστή");
  await reporter.getByRole("textbox", { name: w("reporter-phone") }).fill("12");
  await press(desk, w("reporter-correct-do"));
  await expect(reporter.getByRole("alert")).toBeVisible();
  await expect(reporter.getByRole("textbox", { name: w("reporter-name") })).toHaveValue("Ευτυχία Σωστή");
  await accessible(desk, "desk: a correction is refused");
  await reporter.getByRole("textbox", { name: w("reporter-phone") }).fill("6912345679");
  await press(desk, w("reporter-correct-do"));
  await expect(reporter).toContainText(w("reporter-corrected"));
  await expect(reporter).toContainText("Ευτυχία Σωστή");
  await expect(reporter).toContainText("+306912345679");
  await expect(reporter).not.toContainText("Δοκιμαστική");
  await expect(reporter.getByRole("heading", { name: w("reporter-title") })).toBeFocused();

  // And given to the person, with who has seen it.
  await press(desk, w("reporter-give"));
  await accessible(desk, "desk: about to write a file for a person");
  await desk.screenshot({ path: test.info().outputPath("desk-give-person.png"), fullPage: true });
  await press(desk, w("reporter-give-do"));
  const written = reporter.getByText(/stoicheia-prosopou/);
  await expect(written).toBeVisible();
  const path = /\S+\.html/.exec((await written.textContent()) ?? "")?.[0] ?? "";
  const given = await desk.context().newPage();
  await given.setContent(readFileSync(path, "utf8"));
  await expect(given.getByRole("heading", { level: 1, name: w("person-title") })).toBeVisible();
  for (const words of ["Ευτυχία Σωστή", "+306912345679", "Άναψε καΐκι", w("person-use-corrected"), w("person-use-exported")])
    await expect(given.locator("body")).toContainText(words);
  await accessible(given, "the file for a person");
  await given.screenshot({ path: test.info().outputPath("person.png"), fullPage: true });
  await given.close();
  await reporter.getByRole("button", { name: w("close") }).click();

  // Whoever asks to be forgotten is: for good, with a reason, and the request stays.
  await press(desk, w("reporter-erase"));
  await expect(reporter).toContainText(w("reporter-erase-open"));
  await press(desk, w("reporter-erase-do"));
  await expect(reporter).toContainText(w("reporter-erase-why-missing"));
  await expect(reporter).toContainText("Ευτυχία Σωστή");
  await reporter.getByRole("radio", { name: w("erase-asked_by_person") }).check();
  await accessible(desk, "desk: about to erase");
  // Without the server nothing is erased, and nothing is said to be.
  await koina.bridge.control("stop-server");
  await press(desk, w("reporter-erase-do"));
  await expect(reporter.getByRole("alert")).toBeVisible();
  await expect(reporter).toContainText("Ευτυχία Σωστή");
  await koina.bridge.control("start-server");
  await press(desk, w("reporter-erase-do"));
  await expect(reporter.getByText(w("reporter-erased"))).toBeFocused();
  await expect(reporter).not.toContainText("Ευτυχία");
  await expect(reporter.getByRole("button")).toHaveCount(0);
  await accessible(desk, "desk: erased");

  await desk.reload();
  await expect(file).toContainText("Άναψε καΐκι");
  await desk.getByRole("radio", { name: w("read-asked_by_person") }).check();
  await press(desk, w("reporter-read"));
  await expect(reporter).toContainText(w("erase-asked_by_person"));
  await expect(reporter).not.toContainText("Ευτυχία");

  // Who answers for it sees how much is kept, for how long, and what was erased.
  await desk.getByRole("button", { name: w("nav-inbox"), exact: true }).click();
  await press(desk, w("kept-title"));
  const kept = desk.getByRole("main");
  await expect(kept).toContainText("730");
  await expect(kept.getByRole("region", { name: w("kept-erased") })).toContainText(w("erase-asked_by_person"));
  await accessible(desk, "desk: what is kept of people");
  await desk.screenshot({ path: test.info().outputPath("desk-kept.png"), fullPage: true });
});

test("the end of a visit leaves nothing: words, language, size, contrast", async ({ koina }) => {
  test.setTimeout(120_000);
  const page = await kiosk(koina);
  await report(page);
  const bar = page.getByRole("group", { name: w("kiosk-bar") });
  await bar.getByRole("button", { name: w("kiosk-size") }).click();
  await bar.getByRole("button", { name: w("kiosk-contrast") }).click();
  await bar.getByRole("button", { name: w("language-switch") }).click();
  await page.getByRole("group", { name: words.en("kiosk-bar") }).getByRole("button", { name: words.en("kiosk-end") }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-size", "1");
  await expect(page.locator("html")).toHaveAttribute("data-contrast", "normal");
  await press(page, w("kiosk-tile-report"));
  const left = await page.evaluate(() => ({
    page: document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value).join(" "),
    kept: JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + JSON.stringify(history.state) + document.cookie + location.href,
  }));
  for (const word of ["καΐκι", "Ευτυχία", "6912345678"]) {
    expect(left.page).not.toContain(word);
    expect(left.kept).not.toContain(word);
  }
});

test("a visitor who walks away is asked once, and then forgotten", async ({ koina }) => {
  test.setTimeout(120_000);
  const page = await kiosk(koina);
  await page.clock.install();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await report(page);
  await page.clock.runFor(91_000);
  const warning = page.getByRole("dialog", { name: w("kiosk-idle-title") });
  await expect(warning).toBeVisible();
  await accessible(page, "kiosk: are you still here");
  await warning.getByRole("button", { name: w("kiosk-idle-more") }).click();
  await expect(warning).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-ask-check") })).toBeVisible();
  await page.clock.runFor(75_000);
  await expect(warning).toBeHidden();
  await page.clock.runFor(50_000);
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await expect(page.locator("body")).not.toContainText("Ευτυχία");
});

test("what a visitor leaves out or mistypes is said in words, and nothing typed is lost", async ({ koina }) => {
  test.setTimeout(120_000);
  const page = await kiosk(koina);
  await press(page, w("kiosk-tile-report"));
  await page.getByRole("button", { name: "Ηλεκτροφωτισμός" }).click();
  await page.getByRole("button", { name: "Καμένος λαμπτήρας" }).first().click();
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("alert")).toContainText(w("kiosk-community-missing"));
  await page.getByRole("radio", { name: "Λιτόχωρο" }).first().check();
  await press(page, w("kiosk-continue"));
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("alert")).toContainText(w("kiosk-words-missing"));
  await page.getByRole("textbox", { name: w("kiosk-words") }).fill("Σβηστό");
  await press(page, w("kiosk-continue"));
  await page.getByRole("textbox", { name: w("kiosk-phone") }).fill("12345");
  await page.getByRole("textbox", { name: w("kiosk-email") }).fill("ελα@");
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("alert").getByRole("link")).toHaveCount(2);
  await accessible(page, "kiosk: wrong contact");
  await expect(page.getByRole("textbox", { name: w("kiosk-phone") })).toHaveValue("12345");
  await page.getByRole("textbox", { name: w("kiosk-phone") }).fill("");
  await page.getByRole("textbox", { name: w("kiosk-email") }).fill("");
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-ask-check") })).toBeVisible();

  // Guessing the digits of somebody else's receipt gets slow.
  await page.getByRole("group", { name: w("kiosk-bar") }).getByRole("button", { name: w("kiosk-end") }).click();
  await press(page, w("kiosk-tile-track"));
  for (let at = 0; at < 6; at += 1) {
    await page.getByRole("textbox", { name: w("kiosk-number") }).fill("A1-26-000001-X");
    await page.getByRole("textbox", { name: w("kiosk-pin") }).fill(`00000${at}`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText(at < 5 ? w("kiosk-unknown") : "Έγιναν πολλές προσπάθειες. Περιμένετε 1 λεπτό");
  }
});

test("every screen can be seen, read and hit: both languages, three sizes, high contrast", async ({ koina }) => {
  test.setTimeout(240_000);
  const page = await kiosk(koina);
  async function look(name: string): Promise<void> {
    for (const size of [TOTEM, { width: 1920, height: 1080 }]) {
      await page.setViewportSize(size);
      for (let step = 1; step <= 3; step += 1) {
        const where = `kiosk: ${name}, ${size.width} px, size ${step}`;
        await accessible(page, where, true);
        await fits(page, where);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>("button, input:not([type=radio]), textarea, label:has(input[type=radio])")]
            .filter((element) => element.checkVisibility() && element.getClientRects().length > 0 && !element.closest("[role=group]"))
            .filter((element) => element.getBoundingClientRect().height < 62.5)
            .map((element) => `${element.getBoundingClientRect().height}: ${element.outerHTML.slice(0, 120)}`));
        expect.soft(small, `at least 63 px high: ${where}`).toEqual([]);
        await page.getByRole("button", { name: /Μέγεθος|Size/ }).click();
      }
      await page.getByRole("button", { name: /Αντίθεση|Contrast/ }).click();
      await accessible(page, `kiosk: ${name}, ${size.width} px, high contrast`, true);
      await page.getByRole("button", { name: /Αντίθεση|Contrast/ }).click();
    }
    await page.setViewportSize(TOTEM);
  }
  async function both(name: string): Promise<void> {
    await look(name);
    await page.getByRole("button", { name: w("language-switch"), exact: true }).click();
    await accessible(page, `kiosk: ${name}, en`, true);
    await fits(page, `kiosk: ${name}, en`);
    await page.getByRole("button", { name: words.en("language-switch"), exact: true }).click();
  }
  await both("home");
  await press(page, w("kiosk-tile-money"));
  await both("not yet");
  await press(page, w("kiosk-to-home"));
  await press(page, w("kiosk-tile-report"));
  await both("kind");
  await page.getByRole("button", { name: "Ηλεκτροφωτισμός" }).click();
  await both("kinds of a group");
  await page.getByRole("button", { name: "Καμένος λαμπτήρας" }).first().click();
  await both("place");
  await page.getByRole("radio", { name: "Λιτόχωρο" }).first().check();
  await press(page, w("kiosk-continue"));
  const text = page.getByRole("textbox", { name: w("kiosk-words") });
  await text.click();
  await accessible(page, "kiosk: keyboard", true);
  const under = await page.evaluate(() => {
    const field = document.activeElement?.getBoundingClientRect();
    const keys = document.querySelector(".keyboard")?.getBoundingClientRect();
    return field && keys ? keys.top - field.bottom : -1;
  });
  expect(under, "the keyboard does not cover the field").toBeGreaterThanOrEqual(0);
  // Not with the largest letters on the lowest screen either: the whole keyboard is on it, and a line of the field.
  await page.setViewportSize({ width: 1366, height: 768 });
  for (let step = 1; step < 3; step += 1) await page.getByRole("button", { name: /Μέγεθος/ }).click();
  await text.click();
  const low = await page.evaluate(() => {
    const field = document.activeElement?.getBoundingClientRect();
    const keys = document.querySelector(".keyboard")?.getBoundingClientRect();
    return { keys: keys?.top ?? -1, line: field && keys ? Math.min(field.bottom, keys.top) - Math.max(field.top, 0) : -1 };
  });
  expect(low.keys).toBeGreaterThan(0);
  expect(low.line, "a line of the field is in sight").toBeGreaterThan(60);
  await page.getByRole("button", { name: /Μέγεθος/ }).click();
  await page.setViewportSize(TOTEM);
  await text.fill("Σβηστό");
  await page.getByRole("heading", { level: 1 }).click();
  await both("words");
  await press(page, w("kiosk-continue"));
  await both("contact");
  await press(page, w("kiosk-continue"));
  await both("check");
  await press(page, w("kiosk-send"));
  await expect(page.getByTestId("receipt-number")).toBeVisible();
  await both("receipt");
  const { receipt, pin } = await numbers(page);
  await page.getByRole("main").getByRole("button", { name: w("kiosk-end") }).click();
  await press(page, w("kiosk-tile-track"));
  await both("track");
  await page.getByRole("textbox", { name: w("kiosk-number") }).fill(receipt);
  await page.getByRole("textbox", { name: w("kiosk-pin") }).fill(pin);
  await press(page, w("kiosk-look"));
  await expect(page.getByRole("heading", { level: 2, name: w("kiosk-steps") })).toBeVisible();
  await both("tracked");
});

/** Answers one field of an application. */
async function answer(page: Page, label: string, value: string): Promise<void> {
  await page.getByRole("textbox", { name: new RegExp(`^${label}`) }).fill(value);
}

/** Fills an application in, up to the signature. */
async function apply(page: Page): Promise<void> {
  await press(page, w("kiosk-tile-application"));
  await page.getByRole("searchbox", { name: w("application-search") }).fill("μονιμης κατοικιας");
  await page.getByRole("button", { name: "Βεβαίωση μόνιμης κατοικίας" }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("application-ask-who") })).toBeVisible();
  await answer(page, "Επώνυμο", "Δοκιμαστική");
  await answer(page, "Όνομα(?! )", "Ευτυχία");
  await answer(page, "Όνομα πατέρα", "Πέτρος");
  await answer(page, "Όνομα μητέρας", "Άννα");
  await answer(page, "Ημερομηνία γέννησης", "31/2/1950");
  await page.getByRole("textbox", { name: /^ΑΦΜ/ }).click();
  await tap(page, [..."090000046"]);
  await press(page, w("kiosk-continue"));
  // Everything wrong is said at once, and nothing typed is lost.
  const summary = page.getByRole("alert");
  await expect(summary).toContainText("ο ΑΦΜ έχει εννέα ψηφία");
  await expect(summary).toContainText("όπως 20/11/1950");
  await expect(summary).toContainText(w("kiosk-community-missing"));
  await accessible(page, "application: what is wrong");
  await expect(page.getByRole("textbox", { name: "Όνομα πατέρα" })).toHaveValue("Πέτρος");
  await answer(page, "Ημερομηνία γέννησης", "2/1/1950");
  await answer(page, "ΑΦΜ", "090000045");
  await page.getByRole("radio", { name: "Λιτόχωρο" }).first().check();
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("heading", { level: 1, name: w("application-ask-details") })).toBeVisible();
  for (const field of await page.getByRole("main").getByRole("textbox").all()) {
    if (!(await field.inputValue())) await field.fill("1");
  }
  await press(page, w("kiosk-continue"));
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("alert")).toContainText(w("application-contact-missing"));
  await page.getByRole("textbox", { name: w("kiosk-phone") }).fill("6912345678");
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("heading", { level: 1, name: w("application-ask-sign") })).toBeVisible();
}

test("a visitor applies for a certificate with the network out, signs with a finger, and the desk reads it word for word", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina, TOTEM, true);
  await koina.bridge.control("stop-server");
  await apply(page);
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("alert")).toContainText(w("application-signature"));
  const frame = await page.getByRole("img", { name: w("application-signature") }).boundingBox();
  if (!frame) throw new Error("no frame to sign in");
  await page.mouse.move(frame.x + 40, frame.y + 60);
  await page.mouse.down();
  for (let at = 0; at < 30; at += 1) await page.mouse.move(frame.x + 40 + at * 12, frame.y + 60 + (at % 7) * 12);
  await page.mouse.up();
  await expect(page.getByRole("img", { name: w("application-drawn") })).toBeVisible();
  await accessible(page, "application: signed");
  await press(page, w("kiosk-continue"));
  await expect(page.getByRole("main")).toContainText("Δοκιμαστική");
  await expect(page.getByRole("main")).toContainText("090000045");
  await accessible(page, "application: check");
  await fits(page, "application: check");
  await press(page, w("kiosk-send"));
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-received") })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(/\d\d\/\d\d\/202\d/);
  // The printer is unplugged; somebody plugs it in.
  await expect(page.getByRole("main")).toContainText("Ο εκτυπωτής είναι κλειστός ή αποσυνδεμένος");
  await accessible(page, "receipt: the printer is unplugged");
  await koina.bridge.control("plug-printer");
  await press(page, w("kiosk-print-again"));
  await expect(page.getByRole("main")).toContainText(w("kiosk-printed"));
  const { bytes } = await koina.bridge.control<{ bytes: number }>("printed");
  expect(bytes).toBeGreaterThan(20_000);
  await accessible(page, "receipt: printed");
  const { receipt } = await numbers(page);
  await page.getByRole("main").getByRole("button", { name: w("kiosk-end") }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await expect(page.locator("body")).not.toContainText("Δοκιμαστική");

  await koina.bridge.control("start-server");
  const desk = await koina.window("desk");
  const row = desk.getByRole("row").filter({ hasText: "Έκδοση πιστοποιητικού" }).first();
  await expect(async () => {
    await koina.bridge.command("desk", "exchange_now");
    await desk.getByRole("searchbox").first().fill(receipt);
    await expect(desk.getByText("1 εγγραφή", { exact: true })).toBeVisible({ timeout: 3_000 });
    await expect(row).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 90_000 });
  await row.click();
  await desk.getByRole("radio", { name: w("read-apply") }).check();
  await press(desk, w("reporter-read"));
  const reporter = desk.getByRole("region", { name: w("reporter-title") });
  for (const said of ["Ευτυχία Δοκιμαστική", "+306912345678", "Πέτρος", "02/01/1950", "090000045"]) await expect(reporter).toContainText(said);
  await expect(reporter.getByRole("img", { name: w("application-drawn") })).toBeVisible();
  await accessible(desk, "desk: an application");
});

test("whoever cannot draw signs with the name, in English too", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  const e = words.en;
  await page.getByRole("button", { name: "English" }).click();
  await press(page, e("kiosk-tile-application"));
  await page.getByRole("searchbox", { name: e("application-search") }).fill("water connection");
  await page.getByRole("button", { name: "Water-connection certificate" }).click();
  for (const [label, value] of [["Surname", "Walker"], ["First name", "Ann"], ["Father's name", "John"]] as const) await answer(page, label, value);
  await page.getByRole("radio").first().check();
  await press(page, e("kiosk-continue"));
  for (const field of await page.getByRole("main").getByRole("textbox").all()) await field.fill("7");
  await press(page, e("kiosk-continue"));
  await page.getByRole("textbox", { name: e("kiosk-email") }).fill("ann@example.org");
  await press(page, e("kiosk-continue"));
  await press(page, e("application-sign-type"));
  await page.getByRole("textbox", { name: e("application-sign-name") }).fill("Ann Walker");
  await accessible(page, "application: signed by name");
  await press(page, e("kiosk-continue"));
  await press(page, e("kiosk-send"));
  await expect(page.getByRole("heading", { level: 1, name: e("kiosk-received") })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(e("kiosk-keep"));
  await expect(page.getByRole("button", { name: e("kiosk-print-again") })).toHaveCount(0);
});
