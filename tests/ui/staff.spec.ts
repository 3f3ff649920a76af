/** Staff at a kiosk: a visitor calls for them, a code lets them in, and the desk sees how the kiosk is. */
import type { Page } from "@playwright/test";
import { kiosk, TOTEM } from "./lib/kiosk";
import { expect, test, type Koina } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { press, tab } from "./lib/screens/steps";
import { words, type Words } from "./lib/words";

const w = words.el;

async function exchange(koina: Koina, ...windows: string[]): Promise<void> {
  for (const window of windows) await koina.bridge.control("exchange", { window });
}

/** The code as the desk's screen shows it. */
async function askCode(desk: Page): Promise<string> {
  await tab(desk, w, "devices");
  await desk.getByRole("button", { name: new RegExp(`^${w("kiosks-code")}`) }).click();
  return desk.getByTestId("unlock-code").innerText();
}

async function typeCode(page: Page, code: string): Promise<void> {
  await page.getByRole("textbox", { name: w("staff-code") }).fill(code);
  await press(page, w("staff-unlock"));
}

function bar(page: Page, say: Words = w) {
  return page.getByRole("group", { name: say("kiosk-bar") });
}

test("a code from the desk opens the page of staff, who put the kiosk out of order and back", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  // The window alone gets nowhere without a code.
  for (const [name, input] of [["staff_page", {}], ["staff_exchange", {}], ["staff_close", { out_of_order: true }]] as const) {
    const answer = await koina.bridge.command<{ code: string }>("kiosk@new", name, input);
    expect([answer.status, answer.said.code]).toEqual([400, "not_allowed"]);
  }
  const desk = await koina.window("desk");
  const code = await askCode(desk);
  expect(code).toMatch(/^\d{4} \d{4}$/);
  await expect(desk.getByRole("main")).toContainText(w("kiosks-code-what"));
  await accessible(desk, "desk: a code for a kiosk");

  await press(page, w("staff-enter"));
  await press(page, w("staff-unlock"));
  await expect(page.getByRole("alert")).toContainText(w("staff-code-missing"));
  await typeCode(page, "1234");
  await expect(page.getByRole("alert")).toContainText(w("staff-code-wrong"));
  await typeCode(page, code === "0000 0000" ? "00000001" : "00000000");
  await expect(page.getByRole("main")).toContainText(w("staff-code-refused"));
  await accessible(page, "kiosk: a wrong code", true);
  await typeCode(page, code);
  const main = page.getByRole("main");
  await expect(main).toContainText(w("staff-state-open"));
  await expect(main).toContainText(w("staff-paper-no_printer"));
  await expect(main).toContainText("Κανένα αίτημα, κανένα στοιχείο επικοινωνίας");
  await expect(main).toContainText("MB");
  await press(page, w("staff-exchange"));
  await press(page, w("staff-close"));
  await press(page, w("staff-close-confirm"));
  await expect(main).toContainText(w("staff-done-closed"));
  await press(page, w("staff-end"));

  await expect(page.getByRole("heading", { level: 1, name: w("staff-closed") })).toBeVisible();
  await expect(page.getByRole("button", { name: w("kiosk-tile-report") })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: w("staff-closed") })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("This kiosk is out of order");

  // The desk hears of it; the same code opens nothing any more.
  await exchange(koina, "new");
  await press(desk, w("devices-refresh"));
  await expect(desk.getByRole("region", { name: w("kiosks-title") })).toContainText(w("kiosks-need-out_of_order"));
  await accessible(desk, "desk: a kiosk out of order");
  await press(page, w("staff-enter"));
  await typeCode(page, code);
  await expect(page.getByRole("main")).toContainText(w("staff-code-refused"));
  await typeCode(page, await askCode(desk));
  await press(page, w("staff-open"));
  await expect(page.getByRole("main")).toContainText(w("staff-done-open"));
  // The end of the visit closes the page, too.
  await bar(page).getByRole("button", { name: w("kiosk-end") }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await expect.poll(async () => (await koina.bridge.command("kiosk@new", "staff_page")).status).toBe(400);
});

test("a visitor calls for staff: a sign over the whole screen, a notice at the desk, until somebody comes", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  const desk = await koina.window("desk");
  await bar(page).getByRole("button", { name: w("staff-call") }).click();
  const question = page.getByRole("dialog", { name: w("staff-call") });
  await expect(question).toContainText(w("staff-call-what"));
  await question.getByRole("button", { name: w("staff-call-back") }).click();
  await expect(question).toBeHidden();
  await page.getByRole("main").getByRole("button", { name: w("staff-call") }).click();
  await question.getByRole("button", { name: w("staff-call-do") }).click();
  const sign = page.getByRole("dialog", { name: w("staff-call-sign") });
  await expect(sign).toBeVisible();
  const box = await sign.boundingBox();
  expect(box).toMatchObject({ x: 0, y: 0, ...TOTEM });
  const letters = await sign.getByRole("heading").evaluate((heading) => parseFloat(getComputedStyle(heading).fontSize));
  expect(letters, "read from far away").toBeGreaterThan(120);
  await expect(sign).toContainText(w("staff-call-told"), { timeout: 20_000 });
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("Escape");
  await expect(sign).toBeVisible();
  await page.reload();
  await expect(sign).toBeVisible();

  await exchange(koina, "desk");
  await expect(desk.getByRole("main")).toContainText("Επισκέπτης καλεί υπάλληλο");
  await expect(desk.getByRole("main")).toContainText("Νέα συσκευή, από τις");
  await tab(desk, w, "devices");
  await expect(desk.getByRole("region", { name: w("kiosks-title") })).toContainText(w("kiosks-need-called"));
  await accessible(desk, "desk: a visitor calls");

  await sign.getByRole("button", { name: w("staff-call-came") }).click();
  await expect(sign).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: w("kiosk-home") })).toBeVisible();
  await exchange(koina, "new", "desk");
  await expect(desk.getByText("Νέα συσκευή, από τις")).toHaveCount(0);
});

test("without network the sign comes all the same, staff get in, and what was typed stays", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  const desk = await koina.window("desk");
  const code = await askCode(desk);
  await koina.bridge.control("stop-server");
  await press(page, w("kiosk-tile-track"));
  await page.getByRole("textbox", { name: w("kiosk-number") }).fill("A7-26-000001");
  await bar(page).getByRole("button", { name: w("staff-call") }).click();
  await page.getByRole("dialog").getByRole("button", { name: w("staff-call-do") }).click();
  const sign = page.getByRole("dialog", { name: w("staff-call-sign") });
  await expect(sign).toContainText(w("staff-call-not-told"));
  await sign.getByRole("button", { name: w("staff-call-enough") }).click();
  await expect(page.getByRole("textbox", { name: w("kiosk-number") })).toHaveValue("A7-26-000001");
  await bar(page).getByRole("button", { name: w("kiosk-end") }).click();
  await press(page, w("staff-enter"));
  await typeCode(page, code);
  await expect(page.getByRole("main")).toContainText(w("staff-state-open"));
  await expect(page.getByRole("main")).toContainText("Ο διακομιστής του δήμου δεν απαντά");
});

const WIDE = { width: 1920, height: 1080 };
const LOW = { width: 1366, height: 768 };

/** Pictures for people to look at, where a folder is named for them. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.KOINA_SHOTS) await page.screenshot({ path: `${process.env.KOINA_SHOTS}/${name}.png` });
}

/** As it stands. What is in a named group, like the bar, has sizes of its own. */
async function stands(page: Page, where: string): Promise<void> {
  await accessible(page, where, true);
  await fits(page, where);
  const small = await page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    return [...(dialog ?? document).querySelectorAll<HTMLElement>("button, input")]
      .filter((element) => element.checkVisibility() && element.getClientRects().length > 0 && (dialog || !element.closest("[role=group][aria-label]")))
      .filter((element) => element.getBoundingClientRect().height < 62.5)
      .map((element) => `${element.getBoundingClientRect().height}: ${element.outerHTML.slice(0, 120)}`);
  });
  expect.soft(small, `at least 63 px high: ${where}`).toEqual([]);
}

/** A screen in both languages, on a tall and on a wide glass, in three sizes, and in high contrast. */
async function look(page: Page, name: string): Promise<void> {
  for (const language of ["el", "en"] as const) {
    const say = words[language];
    for (const size of [TOTEM, WIDE]) {
      await page.setViewportSize(size);
      for (let step = 1; step <= 3; step += 1) {
        await stands(page, `kiosk: ${name}, ${language}, ${size.width} px, size ${step}`);
        await picture(page, `${name}-${language}-${size.width}-${step}`);
        await bar(page, say).getByRole("button", { name: say("kiosk-size") }).click();
      }
    }
    await bar(page, say).getByRole("button", { name: say("kiosk-contrast") }).click();
    await stands(page, `kiosk: ${name}, ${language}, high contrast`);
    await bar(page, say).getByRole("button", { name: say("kiosk-contrast") }).click();
    await bar(page, say).getByRole("button", { name: say("language-switch"), exact: true }).click();
  }
  await page.setViewportSize(TOTEM);
}

/** What lies over everything: the bar is under it. */
async function over(page: Page, name: string): Promise<void> {
  for (const size of [TOTEM, WIDE, LOW]) {
    await page.setViewportSize(size);
    await stands(page, `kiosk: ${name}, ${size.width} px`);
    await picture(page, `${name}-${size.width}`);
  }
  await page.setViewportSize(TOTEM);
}

test("the question and the sign of a call can be seen, read and hit: both languages, three sizes", async ({ koina }) => {
  test.setTimeout(300_000);
  const page = await kiosk(koina);
  await look(page, "home");
  for (const language of ["el", "en"] as const) {
    const say = words[language];
    for (let step = 1; step <= 3; step += 1) {
      await bar(page, say).getByRole("button", { name: say("staff-call") }).click();
      await over(page, `call-question-${language}-${step}`);
      await page.getByRole("dialog").getByRole("button", { name: say("staff-call-do") }).click();
      await over(page, `call-sign-${language}-${step}`);
      await page.setViewportSize(LOW);
      await expect(page.getByRole("button", { name: say("staff-call-enough") }), "without scrolling").toBeInViewport({ ratio: 1 });
      await page.setViewportSize(TOTEM);
      await page.getByRole("dialog").getByRole("button", { name: say("staff-call-came") }).click();
      await bar(page, say).getByRole("button", { name: say("kiosk-size") }).click();
    }
    await bar(page, say).getByRole("button", { name: say("language-switch"), exact: true }).click();
  }
});

test("the page of staff can be seen, read and hit: both languages, three sizes, high contrast", async ({ koina }) => {
  test.setTimeout(300_000);
  const page = await kiosk(koina);
  await press(page, w("staff-enter"));
  await look(page, "code");
  await typeCode(page, await askCode(await koina.window("desk")));
  await expect(page.getByRole("main")).toContainText(w("staff-state-open"));
  await look(page, "staff");
  await press(page, w("staff-close"));
  await look(page, "close");
});

test("a kiosk out of order can be read by visitors and at the desk: both languages, three sizes, high contrast", async ({ koina }) => {
  test.setTimeout(300_000);
  const page = await kiosk(koina);
  await press(page, w("staff-enter"));
  await typeCode(page, await askCode(await koina.window("desk")));
  await press(page, w("staff-close"));
  await press(page, w("staff-close-confirm"));
  await expect(page.getByRole("main")).toContainText(w("staff-done-closed"));
  // A code was typed: the app starts anew.
  const anew = page.waitForEvent("load");
  await press(page, w("staff-end"));
  await anew;
  await expect(page.getByRole("heading", { level: 1, name: w("staff-closed") })).toBeVisible();
  await look(page, "closed");

  await exchange(koina, "new");
  for (const language of ["el", "en"] as const) {
    const window = await koina.window("desk", { language });
    await tab(window, words[language], "devices");
    await expect(window.getByRole("region", { name: words[language]("kiosks-title") })).toContainText(words[language]("kiosks-need-out_of_order"));
    await accessible(window, `desk: kiosks, ${language}`);
    await fits(window, `desk: kiosks, ${language}`);
    await picture(window, `desk-${language}`);
  }
});
