/** The kiosk for whoever does not see it, does not reach it, or has no hand for its glass. */
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { bar, heading, kiosk, main, numbers, TALL, TOTEM, WIDE } from "./lib/screens/kiosk";
import { words, type Language, type Words } from "./lib/words";

const w = words.el;
const LAMP: Record<Language, string> = { el: "Καμένος λαμπτήρας", en: "Lamp out" };
const LITOCHORO: Record<Language, string> = { el: "Λιτόχωρο", en: "Litochoro" };
const HARBOUR: Record<Language, string> = { el: "Λιμάνι Λιτοχώρου", en: "Limani Litochorou" };

/** What a visitor of these tests types, and what must be heard by nobody. */
const TYPED = { name: "Ευτυχία Δοκιμαστική", phone: "6912345678", email: "eftychia@example.gr", words: "Σβηστό, ΑΦΜ 094014201, Ευτυχία", spot: "έξω από της Ευτυχίας" };
const UNHEARD = ["Ευτυχ", "Δοκιμαστικ", "6912345678", "12345678", "094014201", "eftychia", "Σβηστό"];

/** Everything the window asked the voice to say or to stop, as it goes over the wire. */
function voice(page: Page): { said: string[]; asked: string[]; inputs: { rate: number; volume: number; language: string }[] } {
  const heard = { said: [] as string[], asked: [] as string[], inputs: [] as { rate: number; volume: number; language: string }[] };
  page.on("request", (request) => {
    const command = request.url().split("/").at(-1) ?? "";
    if (command === "kiosk_speak") {
      const { input } = request.postDataJSON() as { input: { text: string; rate: number; volume: number; language: string } };
      heard.said.push(input.text);
      heard.inputs.push(input);
    }
    if (command.startsWith("kiosk_")) heard.asked.push(command);
  });
  return heard;
}

/** The end of a visit ends what is being said, whatever else its page still asks for. */
async function ended(heard: { asked: string[] }): Promise<void> {
  await expect.poll(() => heard.asked.slice(heard.asked.lastIndexOf("kiosk_speak"))).toContain("kiosk_end");
}

function radio(page: Page, group: string, name: string): Locator {
  return page.getByRole("group", { name: group }).getByRole("radio", { name, exact: true });
}

/** Touches twice: while the voice is on, the first touch only says what is there. */
async function twice(what: Locator): Promise<void> {
  await what.click();
  await what.click();
}

for (const language of ["el", "en"] as const) {
  test(`a whole visit is heard, and nothing personal is: ${language}`, async ({ koina }) => {
    test.setTimeout(180_000);
    const page = await kiosk(koina);
    const s = words[language];
    const heard = voice(page);
    if (language === "en") await bar(page, w, w("language-switch")).click();
    await bar(page, s, s("speech-listen")).click();
    const last = (part: string) => expect.poll(() => heard.said.at(-1) ?? "", { message: part }).toContain(part);
    await last(s("kiosk-home"));
    expect(heard.inputs.at(-1)?.language).toBe(language);
    expect(heard.said.at(-1)).toContain(s("speech-intro"));

    const report = main(page, s("kiosk-tile-report"));
    await report.click();
    await last(`${s("kiosk-tile-report")}, ${s("speech-button")}`);
    await expect(heading(page, s("kiosk-home"))).toBeVisible();
    await report.click();
    await last(s("kiosk-ask-kind"));
    await twice(main(page, LAMP[language]));
    await last(s("kiosk-ask-place"));
    await radio(page, s("kiosk-community"), LITOCHORO[language]).click();
    await last(`${LITOCHORO[language]}, ${s("speech-not-chosen")}`);
    await radio(page, s("kiosk-community"), LITOCHORO[language]).click();
    await last(`${LITOCHORO[language]}, ${s("speech-chosen")}`);
    await twice(radio(page, s("kiosk-settlement"), HARBOUR[language]));
    const spot = page.getByRole("textbox", { name: s("kiosk-spot") });
    await spot.click();
    await last(`${s("speech-field")}, ${s("speech-empty")}`);
    await page.keyboard.type(TYPED.spot);
    await heading(page, s("kiosk-ask-place")).click();
    await spot.click();
    await last(`${s("speech-field")}, ${s("speech-filled")}`);
    await heading(page, s("kiosk-ask-place")).click();
    await twice(main(page, s("kiosk-continue")));
    await last(s("kiosk-ask-words"));
    await page.getByRole("textbox", { name: s("kiosk-words") }).click();
    // By its own keys too: what they write is said by nobody.
    await page.getByRole("group", { name: s("keyboard"), exact: true }).getByRole("button", { name: "7", exact: true }).click();
    await expect(page.getByRole("textbox", { name: s("kiosk-words") })).toHaveValue("7");
    await page.keyboard.type(TYPED.words);
    await heading(page, s("kiosk-ask-words")).click();
    await twice(main(page, s("kiosk-continue")));
    await last(s("kiosk-ask-contact"));
    for (const field of ["name", "phone", "email"] as const) {
      await page.getByRole("textbox", { name: s(`kiosk-${field}`) }).click();
      await page.keyboard.type(TYPED[field]);
      await heading(page, s("kiosk-ask-contact")).click();
    }
    await twice(main(page, s("kiosk-continue")));
    await last(s("kiosk-ask-check"));
    await last(s("speech-private"));
    // Touching the answers says no more of them.
    for (const answer of await page.locator(".answers dd span[data-private]").all()) {
      await answer.click();
      await last(s("speech-private"));
    }
    await twice(main(page, s("kiosk-send")));
    const { receipt, pin } = await numbers(page);
    await last(s("kiosk-received"));
    const letters = receipt.replaceAll("-", "");
    expect(heard.said.at(-1)?.replace(/[\s,]|παύλα|dash/g, "")).toContain(letters);
    await page.getByTestId("pin").click();
    await last(s("speech-private"));

    // Follows it, with the numbers typed.
    await twice(bar(page, s, s("kiosk-end")));
    // The app starts anew after such a visit.
    await ended(heard);
    await expect(heading(page, w("kiosk-home"))).toBeVisible();
    await expect(bar(page, w, w("speech-listen"))).toHaveAttribute("aria-pressed", "false");
    const before = heard.said.length;
    await main(page, w("kiosk-tile-track")).click();
    await expect(heading(page, w("kiosk-track-title"))).toBeVisible();
    expect(heard.said.length, "the next visit begins in silence").toBe(before);
    if (language === "en") await bar(page, w, w("language-switch")).click();
    await bar(page, s, s("speech-listen")).click();
    await last(s("kiosk-track-lead"));
    await page.getByRole("textbox", { name: s("kiosk-number") }).click();
    await page.keyboard.type(receipt);
    await page.getByRole("textbox", { name: s("kiosk-pin") }).click();
    await page.keyboard.type(pin.replace(" ", ""));
    await page.keyboard.press("Enter");
    await last(s("kiosk-steps"));
    await last(s("status-RECEIVED"));
    await twice(bar(page, s, s("kiosk-end")));

    const all = heard.said.join("\n");
    const digits = all.replace(/\s/g, "");
    for (const word of [...UNHEARD, pin.replace(" ", ""), pin]) {
      expect(all).not.toContain(word);
      expect(digits).not.toContain(word);
    }
    console.log(`speech, ${language}: ${heard.said.length} utterances, longest ${Math.max(...heard.said.map((one) => one.length))} characters`);
  });
}

test("again, stop, pace and loudness are at hand, and a voice that is off says nothing", async ({ koina }) => {
  test.setTimeout(90_000);
  const page = await kiosk(koina);
  const heard = voice(page);
  await main(page, w("kiosk-tile-track")).click();
  await page.keyboard.press("Tab");
  expect(heard.asked).not.toContain("kiosk_speak");
  await bar(page, w, w("speech-listen")).click();
  await expect.poll(() => heard.said.length).toBe(1);
  const row = page.getByRole("group", { name: w("speech-bar"), exact: true });
  for (const [word, rate, volume] of [["slower", 2, 3], ["louder", 2, 4], ["faster", 3, 4], ["softer", 3, 3], ["again", 3, 3]] as const) {
    const count = heard.said.length;
    await row.getByRole("button", { name: w(`speech-${word}`), exact: true }).click();
    await expect.poll(() => heard.said.length, { message: word }).toBe(count + 1);
    expect(heard.inputs.at(-1)).toMatchObject({ rate, volume });
    expect(heard.said.at(-1)).toBe(heard.said[0]);
  }
  await row.getByRole("button", { name: w("speech-stop"), exact: true }).click();
  await expect.poll(() => heard.asked.at(-1)).toBe("kiosk_hush");
  // By keys: Tab says where one is, Enter does it at once.
  await heading(page, w("kiosk-track-title")).click();
  await page.keyboard.press("Tab");
  await expect.poll(() => heard.said.at(-1)).toContain(`${w("kiosk-number")}, ${w("speech-field")}`);
  await bar(page, w, w("speech-listen")).click();
  await expect(row).toBeHidden();
  const count = heard.said.length;
  await page.keyboard.press("Shift+Tab");
  await page.waitForTimeout(300);
  expect(heard.said.length).toBe(count);
});

test("somebody who walks away while it speaks is asked aloud, and then it is silent", async ({ koina }) => {
  test.setTimeout(90_000);
  const page = await kiosk(koina);
  await page.clock.install();
  await page.reload();
  await expect(heading(page, w("kiosk-home"))).toBeVisible();
  const heard = voice(page);
  await bar(page, w, w("speech-listen")).click();
  await page.clock.runFor(91_000);
  await expect.poll(() => heard.said.at(-1) ?? "").toContain(w("kiosk-idle-title"));
  await page.clock.runFor(31_000);
  await ended(heard);
  await expect(bar(page, w, w("speech-listen"))).toHaveAttribute("aria-pressed", "false");
});

/** What can be touched above the middle of the screen, looked for with a grid of touches; and whether the keyboard leaves the field in sight. */
async function tooHigh(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const half = window.innerHeight / 2;
    const found = new Set<string>();
    const touchable = "button, a[href], input, textarea, select, label";
    for (let y = 4; y < half - 2; y += 12) {
      for (let x = 4; x < window.innerWidth; x += 20) {
        const at = document.elementFromPoint(x, y)?.closest(touchable);
        if (at) found.add(`${Math.round(x)},${Math.round(y)}: ${at.outerHTML.slice(0, 120)}`);
      }
    }
    for (const element of document.querySelectorAll<HTMLElement>(touchable)) {
      const box = element.getBoundingClientRect();
      const inside = element.closest("main")?.getBoundingClientRect();
      const top = Math.max(box.top, inside?.top ?? box.top);
      const bottom = Math.min(box.bottom, inside?.bottom ?? box.bottom);
      if (element.checkVisibility() && box.width > 0 && bottom - top > 1 && top < half - 1) found.add(`top ${Math.round(top)} of ${window.innerHeight}: ${element.outerHTML.slice(0, 120)}`);
    }
    const field = document.activeElement?.matches("input:not([type=radio]), textarea") ? document.activeElement.getBoundingClientRect() : null;
    const room = document.querySelector("main")?.getBoundingClientRect();
    if (field && room && document.querySelector(".keyboard")) {
      const seen = Math.min(field.bottom, room.bottom) - Math.max(field.top, room.top);
      if (seen < 50) found.add(`of the field ${Math.round(seen)} px are in sight`);
    }
    return [...found];
  });
}

test("within reach: all that is touched is in the lower half, with and without keyboard, in every size, until the visit ends", async ({ koina }) => {
  test.setTimeout(300_000);
  const page = await kiosk(koina, TALL);
  async function low(where: string): Promise<void> {
    for (const size of [TALL, WIDE]) {
      await page.setViewportSize(size);
      for (let step = 1; step <= 3; step += 1) {
        // While the voice is on, a first touch only says what is there.
        for (let tries = 0; tries < 6 && (await page.locator("html").getAttribute("data-size")) !== String(step); tries += 1) await bar(page, w, w("kiosk-size")).click();
        await page.waitForTimeout(120);
        expect.soft(await tooHigh(page), `${where}, ${size.width}×${size.height}, size ${step}`).toEqual([]);
        await fits(page, `${where}, ${size.width} px, size ${step}, within reach`);
      }
    }
    await page.setViewportSize(TALL);
    for (let tries = 0; tries < 6 && (await page.locator("html").getAttribute("data-size")) !== "1"; tries += 1) await bar(page, w, w("kiosk-size")).click();
  }
  /** With the keyboard open: the button of the size would close it. */
  async function lowTyping(field: Locator, where: string): Promise<void> {
    for (const size of [TALL, WIDE]) {
      await page.setViewportSize(size);
      for (let step = 1; step <= 3; step += 1) {
        await field.click();
        await expect(page.getByRole("group", { name: w("keyboard"), exact: true })).toBeVisible();
        await page.waitForTimeout(150);
        expect.soft(await tooHigh(page), `${where}, ${size.width}×${size.height}, size ${step}`).toEqual([]);
        await page.screenshot({ path: `test-results/reach-${where.replaceAll(" ", "-")}-${size.width}-${step}.png` });
        await bar(page, w, w("kiosk-size")).click();
      }
    }
    await page.setViewportSize(TALL);
  }
  await bar(page, w, w("kiosk-reach")).click();
  await expect(bar(page, w, w("kiosk-reach"))).toHaveAttribute("aria-pressed", "true");
  await low("home");
  await main(page, w("kiosk-tile-report")).click();
  await low("kind");
  // Taps scroll: nobody has to drag.
  const scrolled = () => page.getByRole("main").evaluate((element) => element.scrollTop);
  await page.setViewportSize(WIDE);
  await page.getByRole("button", { name: w("kiosk-reach-down") }).click();
  await expect.poll(scrolled).toBeGreaterThan(100);
  await page.getByRole("button", { name: w("kiosk-reach-up") }).click();
  await expect.poll(scrolled).toBe(0);
  await page.setViewportSize(TALL);
  await lowTyping(page.getByRole("searchbox"), "search of kinds");
  await main(page, LAMP.el).click();
  await radio(page, w("kiosk-community"), LITOCHORO.el).click();
  await low("place");
  await lowTyping(page.getByRole("textbox", { name: w("kiosk-tag") }), "tag");
  await main(page, w("kiosk-continue")).click();
  await lowTyping(page.getByRole("textbox", { name: w("kiosk-words") }), "words");
  await page.getByRole("textbox", { name: w("kiosk-words") }).fill("Σβηστό");
  await main(page, w("kiosk-continue")).click();
  await lowTyping(page.getByRole("textbox", { name: w("kiosk-phone") }), "contact");
  await bar(page, w, w("speech-listen")).click();
  await low("contact, with the voice");
  await bar(page, w, w("speech-listen")).click();
  await main(page, w("kiosk-continue")).click();
  await low("check");
  await main(page, w("kiosk-send")).click();
  await expect(page.getByTestId("receipt-number")).toBeVisible();
  await low("receipt");
  await bar(page, w, w("kiosk-end")).click();
  await expect(heading(page, w("kiosk-home"))).toBeVisible();
  await expect(bar(page, w, w("kiosk-reach"))).toHaveAttribute("aria-pressed", "false");
});

test("within reach, somebody who stands still is asked in the lower half", async ({ koina }) => {
  test.setTimeout(90_000);
  const page = await kiosk(koina, WIDE);
  await page.clock.install();
  await page.reload();
  await bar(page, w, w("kiosk-reach")).click();
  for (const size of [1, 2, 3]) {
    await page.clock.runFor(91_000);
    const warning = page.getByRole("dialog", { name: w("kiosk-idle-title") });
    await expect(warning).toBeVisible();
    expect.soft(await tooHigh(page), `asked, size ${size}`).toEqual([]);
    await warning.getByRole("button", { name: w("kiosk-idle-more") }).click();
    await bar(page, w, w("kiosk-size")).click();
  }
});

/** One step with Tab; the focus shows, and neither the bar nor the edge covers it. */
async function step(page: Page, key: "Tab" | "Shift+Tab" | "ArrowDown" = "Tab"): Promise<void> {
  await page.keyboard.press(key);
  const trouble = await page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "";
    const shown = at.closest("label") ?? at.closest(".box") ?? at;
    const ringed = [at, shown].some((element) => getComputedStyle(element).outlineStyle !== "none");
    if (!ringed) return `no ring on ${at.outerHTML.slice(0, 160)}`;
    const box = shown.getBoundingClientRect();
    const floor = at.closest("footer") ? window.innerHeight : (document.querySelector("footer")?.getBoundingClientRect().top ?? 0);
    if (box.top < -1 || box.bottom > floor + 1) return `${Math.round(box.top)} to ${Math.round(box.bottom)}, with the bar at ${Math.round(floor)}: ${at.outerHTML.slice(0, 160)}`;
    return "";
  });
  expect(trouble).toBe("");
}

/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, wanted: Locator, key: "Tab" | "Shift+Tab" = "Tab", most = 70): Promise<void> {
  for (let at = 0; at < most; at += 1) {
    await step(page, key);
    if (await wanted.evaluateAll((all) => all.some((one) => one === document.activeElement))) return;
  }
  throw new Error(`${String(wanted)} was not reached in ${most} steps`);
}

for (const language of ["el", "en"] as const) {
  test(`a report and its way, with the keyboard only: ${language}`, async ({ koina }) => {
    test.setTimeout(240_000);
    const page = await kiosk(koina, WIDE);
    const s = words[language];
    const keys = page.keyboard;
    if (language === "en") {
      await tabTo(page, bar(page, w, w("language-switch")));
      await keys.press("Enter");
      await expect(heading(page, s("kiosk-home"))).toBeVisible();
      await tabTo(page, main(page, s("kiosk-tile-report")), "Shift+Tab");
    } else {
      await tabTo(page, main(page, s("kiosk-tile-report")));
    }
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-kind"))).toBeFocused();
    const group = page.getByRole("main").getByRole("button", { name: language === "el" ? "Ηλεκτροφωτισμός" : "Street lighting", exact: true });
    await tabTo(page, group);
    await keys.press("Space");
    await expect(page.getByRole("heading", { level: 2, name: language === "el" ? "Ηλεκτροφωτισμός" : "Street lighting" })).toBeFocused();
    await tabTo(page, main(page, LAMP[language]));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-place"))).toBeFocused();

    // Nothing chosen: the summary takes the focus and leads to the question.
    await tabTo(page, main(page, s("kiosk-continue")));
    await keys.press("Enter");
    await expect(page.getByRole("alert")).toBeFocused();
    await tabTo(page, page.getByRole("alert").getByRole("link"));
    await keys.press("Enter");
    await expect(page.getByRole("radio").first()).toBeFocused();
    const wanted = radio(page, s("kiosk-community"), LITOCHORO[language]);
    await keys.press("Space");
    for (let at = 0; at < 20 && !(await wanted.isChecked()); at += 1) await step(page, "ArrowDown");
    await expect(wanted).toBeChecked();
    await step(page);
    const village = radio(page, s("kiosk-settlement"), HARBOUR[language]);
    for (let at = 0; at < 20 && !(await village.isChecked()); at += 1) await step(page, "ArrowDown");
    await expect(village).toBeChecked();
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-spot") }));
    await keys.type("πλατεία");
    await tabTo(page, main(page, s("kiosk-continue")));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-words"))).toBeFocused();
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-words") }));
    await keys.type("Σβηστό");
    await tabTo(page, main(page, s("kiosk-continue")));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-contact"))).toBeFocused();
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-phone") }));
    await keys.type(TYPED.phone);
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-check"))).toBeFocused();
    await expect(page.getByRole("main")).toContainText(HARBOUR[language]);

    // A correction, and back.
    await tabTo(page, page.getByRole("button", { name: s("kiosk-correct-what", { what: s("kiosk-words") }) }));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-words"))).toBeFocused();
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-words") }));
    await keys.type("!");
    await tabTo(page, main(page, s("kiosk-continue")));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-ask-check"))).toBeFocused();
    await tabTo(page, main(page, s("kiosk-send")));
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-received"))).toBeFocused();
    const { receipt, pin } = await numbers(page);
    await tabTo(page, main(page, s("kiosk-end")));
    await keys.press("Enter");
    // The app starts anew; its page begins at the beginning.
    await expect(heading(page, w("kiosk-home"))).toBeVisible();

    // Follows it; the bar is reached and used on the way, and the largest letters change nothing about it.
    if (language === "en") {
      await tabTo(page, bar(page, w, w("language-switch")));
      await keys.press("Enter");
    }
    await tabTo(page, bar(page, s, s("kiosk-size")), language === "en" ? "Shift+Tab" : "Tab");
    await keys.press("Enter");
    await keys.press("Enter");
    await tabTo(page, main(page, s("kiosk-tile-track")), "Shift+Tab");
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-track-title"))).toBeFocused();
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-number") }));
    await keys.type(receipt);
    await tabTo(page, page.getByRole("textbox", { name: s("kiosk-pin") }));
    await keys.type(pin);
    await tabTo(page, main(page, s("kiosk-look")));
    await keys.press("Space");
    await expect(page.getByRole("heading", { level: 2, name: s("kiosk-steps") })).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
    await expect(page.getByRole("main")).toContainText(receipt);
    await tabTo(page, main(page, s("back")), "Shift+Tab");
    await keys.press("Enter");
    await expect(heading(page, s("kiosk-track-title"))).toBeFocused();
    await tabTo(page, bar(page, s, s("kiosk-end")));
    await keys.press("Enter");
    await expect(heading(page, w("kiosk-home"))).toBeVisible();
  });
}

test("a lamp takes nine touches at most, by its village or by the number on its pole", async ({ koina }) => {
  test.setTimeout(180_000);
  const page = await kiosk(koina);
  let touches = 0;
  let keys = 0;
  const touch = async (what: Locator) => {
    await what.click();
    touches += 1;
  };
  const key = async (letters: string[]) => {
    for (const letter of letters) await page.getByRole("group", { name: w("keyboard"), exact: true }).getByRole("button", { name: letter, exact: true }).click();
    keys += letters.length;
  };
  await touch(main(page, w("kiosk-tile-report")));
  await touch(main(page, LAMP.el));
  await touch(radio(page, w("kiosk-community"), LITOCHORO.el));
  await touch(radio(page, w("kiosk-settlement"), HARBOUR.el));
  await touch(main(page, w("kiosk-continue")));
  await touch(page.getByRole("textbox", { name: w("kiosk-words") }));
  await key([..."ρεμβη"]);
  await touch(main(page, w("kiosk-continue")));
  await touch(main(page, w("kiosk-continue")));
  await expect(page.getByRole("main")).toContainText("Λιμάνι Λιτοχώρου, Λιτόχωρο");
  await touch(main(page, w("kiosk-send")));
  await expect(page.getByTestId("receipt-number")).toBeVisible();
  console.log(`a lamp by its village: ${touches} touches, and ${keys} keys of the keyboard on the screen`);
  expect(touches).toBeLessThanOrEqual(9);
  await main(page, w("kiosk-end")).click();

  touches = 0;
  keys = 0;
  await touch(main(page, w("kiosk-tile-report")));
  await touch(main(page, LAMP.el));
  const tag = page.getByRole("textbox", { name: w("kiosk-tag") });
  await touch(tag);
  await key([..."9999"]);
  await expect(page.getByText(w("kiosk-tag-none"))).toBeVisible();
  await key(Array.from({ length: 4 }, () => w("keyboard-erase")));
  keys = 0;
  await key([..."0001"]);
  const found = page.getByRole("button", { name: /FOT-0001/ });
  await expect(found).toBeVisible();
  await accessible(page, "kiosk: a pole by its number", true);
  await touch(found);
  await expect(page.getByRole("main")).toContainText("FOT-0001");
  await accessible(page, "kiosk: a pole that was found", true);
  await touch(main(page, w("kiosk-continue")));
  await touch(main(page, w("kiosk-continue")));
  await touch(main(page, w("kiosk-continue")));
  await expect(page.getByRole("main")).toContainText("FOT-0001, Λιτόχωρο");
  await touch(main(page, w("kiosk-send")));
  const { receipt } = await numbers(page);
  console.log(`a lamp by the number on its pole: ${touches} touches, and ${keys} keys of the keyboard on the screen`);
  expect(touches).toBeLessThanOrEqual(9);

  // The desk reads which one.
  const desk = await koina.window("desk");
  await expect(async () => {
    await koina.bridge.command("kiosk@new", "exchange_state");
    await koina.bridge.command("desk", "exchange_now");
    await desk.getByRole("searchbox").first().fill(receipt);
    await expect(desk.getByText("1 εγγραφή", { exact: true })).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 90_000 });
  await desk.getByRole("row").filter({ hasText: LAMP.el }).first().click();
  await expect(desk.getByRole("main")).toContainText("FOT-0001");
});

test("a community that is one village asks no second question, and another place forgets the first", async ({ koina }) => {
  test.setTimeout(90_000);
  const page = await kiosk(koina);
  await main(page, w("kiosk-tile-report")).click();
  await main(page, LAMP.el).click();
  const communities = page.getByRole("group", { name: w("kiosk-community") }).getByRole("radio");
  let single = 0;
  let several = 0;
  for (const one of await communities.all()) {
    await one.check();
    const villages = page.getByRole("group", { name: w("kiosk-settlement") });
    if ((await villages.count()) === 0) single += 1;
    else {
      several += 1;
      await expect(villages.getByRole("radio", { name: w("kiosk-settlement-unknown") })).toBeChecked();
    }
  }
  expect(several).toBeGreaterThan(0);
  console.log(`communities of one village: ${single}, of several: ${several}`);
});

/** The screens of a visit, in their order, each by the name it has in the results. */
async function visit(page: Page, s: Words, language: Language, look: (name: string) => Promise<void>): Promise<void> {
  await look("home");
  await main(page, s("kiosk-tile-money")).click();
  await look("not yet");
  await main(page, s("kiosk-to-home")).click();
  await main(page, s("kiosk-tile-report")).click();
  await look("kind");
  await page.getByRole("main").getByRole("button", { name: language === "el" ? "Πολιτική Προστασία" : "Civil protection", exact: true }).click();
  await look("kinds of a group");
  await main(page, s("category-groups")).click();
  await main(page, LAMP[language]).click();
  await look("place");
  await main(page, s("kiosk-continue")).click();
  await look("place, nothing chosen");
  await radio(page, s("kiosk-community"), LITOCHORO[language]).click();
  await look("village");
  await main(page, s("kiosk-continue")).click();
  await look("words");
  await page.getByRole("textbox", { name: s("kiosk-words") }).fill("Σβηστό");
  await main(page, s("kiosk-continue")).click();
  await look("contact");
  await main(page, s("kiosk-continue")).click();
  await look("check");
  await main(page, s("kiosk-send")).click();
  await expect(page.getByTestId("receipt-number")).toBeVisible();
  await look("receipt");
  const { receipt, pin } = await numbers(page);
  await main(page, s("kiosk-end")).click();
  await main(page, w("kiosk-tile-track")).click();
  if (language === "en") await bar(page, w, w("language-switch")).click();
  await look("track");
  await page.getByRole("textbox", { name: s("kiosk-number") }).fill(receipt);
  await page.getByRole("textbox", { name: s("kiosk-pin") }).fill(pin);
  await main(page, s("kiosk-look")).click();
  await expect(page.getByRole("heading", { level: 2, name: s("kiosk-steps") })).toBeVisible();
  await look("tracked");
}

for (const language of ["el", "en"] as const) {
  test(`nothing for axe to object to, in any state: ${language}`, async ({ koina }) => {
    test.setTimeout(900_000);
    const page = await kiosk(koina);
    const s = words[language];
    if (language === "en") await bar(page, w, w("language-switch")).click();
    let looks = 0;
    await visit(page, s, language, async (name) => {
      const look = async (state: string) => {
        const where = `kiosk: ${name}, ${language}, ${state}`;
        await accessible(page, where, true);
        await fits(page, where);
        looks += 1;
      };
      const press = (word: string) => bar(page, s, s(word)).click();
      for (let size = 1; size <= 3; size += 1) {
        await look(`size ${size}`);
        await press("kiosk-reach");
        await look(`size ${size}, within reach`);
        if (size === 1) {
          await press("kiosk-contrast");
          await look("high contrast, within reach");
          await press("kiosk-contrast");
        }
        await press("kiosk-reach");
        if (size === 3) {
          await press("kiosk-contrast");
          await look("size 3, high contrast");
          await press("kiosk-contrast");
        }
        await press("kiosk-size");
      }
      await press("speech-listen");
      await look("voice");
      await press("speech-listen");
    });
    console.log(`axe, ${language}: ${looks} looks`);
  });
}

test("the figures of the kiosk's screens", async ({ koina }) => {
  test.setTimeout(180_000);
  for (const [name, size] of [["totem", TALL], ["wide", WIDE]] as const) {
    const page = await kiosk(koina, size);
    for (let step = 1; step <= 3; step += 1) {
      const figures = async () =>
        page.evaluate(() => {
          const boxes = [...document.querySelectorAll<HTMLElement>("footer button, main button, main label:has(input), main input:not([type=radio])")].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
          const bar = [...document.querySelectorAll<HTMLElement>("footer .bar button")].map((one) => one.getBoundingClientRect());
          const gaps = bar.slice(1).map((box, at) => box.left - (bar[at]?.right ?? 0));
          const text = (selector: string) => {
            const element = document.querySelector(selector);
            return element ? Math.round(parseFloat(getComputedStyle(element).fontSize) * 10) / 10 : 0;
          };
          return {
            height: Math.round(Math.min(...boxes.map((box) => box.height))),
            width: Math.round(Math.min(...boxes.map((box) => box.width))),
            gap: Math.round(Math.min(...gaps)),
            text: text("main"),
            head: text("main h1"),
            bar: text(".bar button"),
            share: Math.round(((document.querySelector("footer")?.getBoundingClientRect().height ?? 0) / window.innerHeight) * 1000) / 10,
          };
        });
      const quiet = await figures();
      await bar(page, w, w("speech-listen")).click();
      await expect(page.getByRole("group", { name: w("speech-bar"), exact: true })).toBeVisible();
      const speaking = await figures();
      await bar(page, w, w("speech-listen")).click();
      console.log(`${name} ${size.width}×${size.height}, size ${step}: ${JSON.stringify(quiet)}, with the voice the bars take ${speaking.share} %`);
      for (const seen of [quiet, speaking]) {
        expect.soft(seen.height, `targets are high enough: ${name}, size ${step}`).toBeGreaterThanOrEqual(63);
        expect.soft(seen.width, `targets are wide enough: ${name}, size ${step}`).toBeGreaterThanOrEqual(63);
        expect.soft(seen.gap, `targets keep apart: ${name}, size ${step}`).toBeGreaterThanOrEqual(8);
        expect.soft(seen.share, `the bars leave the screen to the question: ${name}, size ${step}`).toBeLessThanOrEqual(20);
      }
      await bar(page, w, w("kiosk-size")).click();
    }
    await page.close();
  }
});
