/** A device that people lock: a PIN each, wrong ones, and nothing of the records while it is shut. */
import type { Page } from "@playwright/test";
import { expect, type Koina, PHONE, SCREEN, test } from "./lib/koina";
import { accessible, fits, lookAt } from "./lib/look";
import { press, rows, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PIN = "482913";
const CREW = "Συνεργείο 2 – Ηλεκτροφωτισμός";

const look = (page: Page, where: string) => lookAt(page, where, [SCREEN, PHONE]);

const field = (page: Page, word: string) => page.getByLabel(word, { exact: true });

async function people(page: Page): Promise<void> {
  await tab(page, w, "outbox");
  await page.getByText(w("people-title"), { exact: true }).click();
}

async function add(page: Page, name: string, pin: string, again = pin): Promise<void> {
  await field(page, w("people-name")).fill(name);
  await field(page, w("people-pin")).fill(pin);
  await field(page, w("people-again")).fill(again);
  await press(page, w("people-save"));
}

test("a crew locks its device, and it opens with the PIN of one of them only", async ({ koina }) => {
  test.setTimeout(120_000);
  const crew = await koina.window("crew");
  await people(crew);
  await expect(crew.getByText(w("people-none"))).toBeVisible();
  await look(crew, "nobody");
  await press(crew, w("people-first"));
  await add(crew, "", "123456", "1234567");
  await expect(crew.getByText(w("people-again-other")).first()).toBeVisible();
  await add(crew, "", "123456");
  await expect(crew.getByText(w("rule-missing", { label: w("people-name") })).first()).toBeVisible();
  await add(crew, "Μαρία", "123456");
  await expect(crew.getByText(w("rule-too-easy", { label: w("people-pin") })).first()).toBeVisible();
  await look(crew, "wrong");
  await add(crew, "Μαρία", PIN);
  await expect(crew.getByText(w("people-added", { name: "Μαρία" }))).toBeVisible();
  await press(crew, w("people-add"));
  await add(crew, "Νίκος", "739105");
  await expect(crew.getByText(w("rule-missing", { label: w("people-mine") })).first()).toBeVisible();
  await field(crew, w("people-mine")).fill(PIN);
  await press(crew, w("people-save"));
  await expect(crew.getByText("Νίκος", { exact: true })).toBeVisible();
  await look(crew, "people");
  await press(crew, w("people-change"));
  await field(crew, w("people-old")).fill("000001");
  await field(crew, w("people-new")).fill("118822");
  await field(crew, w("people-again")).fill("118822");
  await press(crew, w("people-save"));
  await expect(crew.getByText(w("problem-wrong-pin")).first()).toBeVisible();
  await field(crew, w("people-old")).fill(PIN);
  await press(crew, w("people-save"));
  await expect(crew.getByText(w("people-changed"))).toBeVisible();

  await press(crew, w("people-lock"));
  // In the app a fresh one takes its place. Nothing of the device is told to any window now, and this one knows three words.
  await expect.poll(async () => (await koina.bridge.command("crew", "today", { near: null })).status).toBe(404);
  await crew.close();
  for (const name of ["today", "about", "lock_now", "person_add"]) {
    expect((await koina.bridge.command("lock@crew", name)).status, name).toBe(403);
  }
  const shut = await koina.window("lock@crew");
  await look(shut, "locked");
  await shut.getByRole("radio", { name: "Νίκος" }).check();
  await field(shut, w("lock-pin")).fill("118822");
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect(shut.getByText(w("problem-wrong-pin")).first()).toBeVisible();
  await look(shut, "locked, wrong");
  await field(shut, w("lock-pin")).fill("739105");
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect.poll(async () => (await koina.bridge.command("crew", "today", { near: null })).status).toBe(200);
  await shut.close();

  const again = await koina.window("crew");
  await people(again);
  await expect(again.getByText(w("people-me"))).toBeVisible();
  await again.getByRole("button", { name: w("people-remove"), exact: true }).click();
  await field(again, w("people-mine")).fill("000001");
  await again.getByRole("button", { name: w("people-remove-confirm"), exact: true }).click();
  await expect(again.getByText(w("problem-wrong-pin")).first()).toBeVisible();
  await field(again, w("people-mine")).fill("739105");
  await again.getByRole("button", { name: w("people-remove-confirm"), exact: true }).click();
  await expect(again.getByText(w("people-removed", { name: "Μαρία" }))).toBeVisible();
  await tab(again, w, "requests");
  await expect(rows(again).first()).toBeVisible();
});

test("where the municipality wants a PIN, whoever works is told, and whoever opens the app is asked first", async ({ koina }) => {
  const crew = await koina.window("crew");
  await koina.bridge.control("want-pins", { role: "crew" });
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await expect(crew.getByText(w("first-pin-later"))).toBeVisible();
  await look(crew, "wanted, at work");
  await press(crew, w("first-pin-now"));
  const set = crew.getByRole("button", { name: w("people-first"), exact: true });
  await expect(set).toBeInViewport();
  // Once more, when it was closed meanwhile.
  await crew.getByText(w("people-title"), { exact: true }).click();
  await expect(set).toBeHidden();
  await press(crew, w("first-pin-now"));
  await expect(set).toBeInViewport();

  await crew.reload();
  await expect(crew.getByRole("heading", { level: 1, name: w("first-pin-title") })).toBeVisible();
  await expect(crew.getByRole("navigation", { name: w("navigation") })).toBeHidden();
  await look(crew, "wanted, asked first");
  await add(crew, "", "123456");
  await expect(crew.getByText(w("rule-missing", { label: w("people-name") })).first()).toBeVisible();
  await expect(crew.getByRole("button", { name: w("first-pin-go-on") })).toBeHidden();
  await look(crew, "wanted, wrong");
  await add(crew, "Μαρία", PIN);
  await expect(crew.getByRole("navigation", { name: w("navigation") })).toBeVisible();
  await expect(crew.getByText(w("first-pin-later"))).toBeHidden();
  await people(crew);
  await expect(crew.getByText("Μαρία", { exact: false }).first()).toBeVisible();
});

test("who guesses waits, and sees for how long", async ({ koina }) => {
  await koina.bridge.command("crew", "person_add", { old: "", name: "Μαρία", pin: PIN });
  expect((await koina.bridge.command("crew", "lock_now")).status).toBe(200);
  const { said } = await koina.bridge.command<{ people: { id: string }[] }>("lock@crew", "lock_state");
  const person = said.people[0]?.id;
  for (let tries = 0; tries < 5; tries += 1) {
    const wrong = await koina.bridge.command<{ code: string }>("lock@crew", "unlock", { person, pin: `00000${tries}` });
    expect(wrong.said.code).toBe("wrong_pin");
  }
  const right = await koina.bridge.command<{ code: string }>("lock@crew", "unlock", { person, pin: PIN });
  expect(right.said.code).toBe("too_many_tries");
  const shut = await koina.window("lock@crew");
  await expect(shut.getByText(/Πολλά λάθος PIN/)).toBeVisible();
  await expect(shut.getByRole("button", { name: w("lock-open") })).toBeDisabled();
  await look(shut, "waiting");
});

/** A crew's device that the town hall has heard of, and that one person opens. */
async function withPin(koina: Koina): Promise<Page> {
  const crew = await koina.window("crew");
  await tab(crew, w, "outbox");
  await press(crew, w("exchange-now"));
  await people(crew);
  await press(crew, w("people-first"));
  await add(crew, "Μαρία", PIN);
  return crew;
}

/** The desk makes a code that opens the crew's device. */
async function codeOf(koina: Koina): Promise<{ desk: Page; code: string }> {
  const desk = await koina.window("desk");
  await tab(desk, w, "devices");
  await desk.getByRole("button", { name: `${w("device-reopen")}: ${CREW}` }).click();
  return { desk, code: (await desk.getByTestId("reopen-code").textContent()) ?? "" };
}

test("a device without contact for too long closes, and opens with a code that the desk reads out", async ({ koina, bridge }) => {
  test.setTimeout(150_000);
  const crew = await withPin(koina);
  await bridge.control("days-pass", { days: 85 });
  await crew.reload();
  await tab(crew, w, "outbox");
  await expect(crew.getByText(/η συσκευή κλείνει σε/)).toBeVisible();
  await look(crew, "closes soon");
  await people(crew);
  await press(crew, w("people-lock"));
  await expect.poll(async () => (await bridge.command("crew", "today", { near: null })).status).toBe(404);
  await crew.close();
  for (const days of [10, 2]) {
    await bridge.control("days-pass", { days });
    await bridge.control("restart", { window: "crew" });
  }
  const shut = await koina.window("lock@crew");
  await expect(shut.getByRole("heading", { level: 1, name: w("lock-closed") })).toBeVisible();
  await look(shut, "closed");
  await shut.screenshot({ path: test.info().outputPath("closed.png") });
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect(shut.getByRole("alert")).toContainText(w("reopen-code-missing"));

  const { desk, code } = await codeOf(koina);
  await accessible(desk, "a code to open");
  await fits(desk, "a code to open");
  await desk.screenshot({ path: test.info().outputPath("code.png"), fullPage: true });

  await field(shut, w("reopen-code")).fill("AAAAA-AAAAA");
  await field(shut, w("people-name")).fill("Μαρία Παπά");
  await field(shut, w("people-new")).fill("739105");
  await field(shut, w("people-again")).fill("739104");
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect(shut.getByRole("alert")).toContainText(w("people-again-other"));
  await field(shut, w("people-again")).fill("739105");
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect(shut.getByRole("alert")).toContainText(w("reopen-code-refused"));
  await look(shut, "a wrong code");
  await expect(field(shut, w("people-name"))).toHaveValue("Μαρία Παπά");
  await field(shut, w("reopen-code")).fill(` ${code.toLowerCase()} `);
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect.poll(async () => (await bridge.command("crew", "today", { near: null })).status).toBe(200);
  await shut.close();
  const again = await koina.window("crew");
  await people(again);
  await expect(again.getByRole("listitem").filter({ hasText: "Μαρία Παπά" })).toContainText(w("people-me"));
  await expect(again.getByText(/η συσκευή κλείνει/i)).toHaveCount(0);
});

test("a computer whose key store lost its part of the key says so, and the desk's code opens it", async ({ koina, bridge }) => {
  test.setTimeout(120_000);
  const crew = await withPin(koina);
  await expect(crew.getByText(w("people-added", { name: "Μαρία" }))).toBeVisible();
  await expect(crew.getByText(w("people-bound"))).toHaveCount(0);
  await crew.close();
  // What is left in the key store once is found there after the computer was switched off.
  for (const bound of [false, true]) {
    await bridge.control("restart", { window: "crew" });
    const shut = await koina.window("lock@crew");
    await field(shut, w("lock-pin")).fill(PIN);
    await shut.getByRole("button", { name: w("lock-open") }).click();
    await expect.poll(async () => (await bridge.command("crew", "today", { near: null })).status).toBe(200);
    await shut.close();
    const open = await koina.window("crew");
    await people(open);
    await expect(open.getByText(w("people-me"))).toBeVisible();
    await expect(open.getByText(w("people-bound"))).toHaveCount(bound ? 1 : 0);
    if (bound) await look(open, "bound");
    await open.close();
  }

  await bridge.control("restart", { window: "crew" });
  await bridge.control("lose-key-store", { window: "crew" });
  const shut = await koina.window("lock@crew");
  await field(shut, w("lock-pin")).fill(PIN);
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect(shut.getByRole("alert")).toContainText(w("problem-key-store-lost"));
  await look(shut, "without the key store");
  await shut.screenshot({ path: test.info().outputPath("key-store.png") });
  await shut.getByRole("button", { name: w("reopen-do") }).click();
  const { code } = await codeOf(koina);
  await field(shut, w("reopen-code")).fill(code);
  await field(shut, w("people-name")).fill("Μαρία");
  await field(shut, w("people-new")).fill("739105");
  await field(shut, w("people-again")).fill("739105");
  await shut.getByRole("button", { name: w("lock-open") }).click();
  await expect.poll(async () => (await bridge.command("crew", "today", { near: null })).status).toBe(200);
});
