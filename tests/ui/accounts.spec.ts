/** Staff sign in at a desk: for the first time, with a telephone, and are signed out from elsewhere. */
import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { press } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PASSWORD = "τρία άλογα στο λιμάνι";

/** What the telephone shows so many steps from now (RFC 6238). */
function code(secret: string, ahead = 0): string {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const dialog = (page: Page) => page.getByRole("dialog", { name: w("sign-in-title") });

test("staff sign in for the first time, by name, password and telephone, and go on where they were", async ({ koina }) => {
  test.setTimeout(150_000);
  const desk = await koina.window("desk");
  const given = await koina.bridge.control<{ password: string }>("ask-sign-in");
  const main = desk.getByRole("main");

  // What the desk does by itself asks nobody.
  await koina.bridge.control("exchange", { window: "desk" });
  await expect(dialog(desk)).toBeHidden();
  await desk.getByRole("navigation").getByRole("button", { name: w("nav-devices") }).click();
  const box = dialog(desk);
  await expect(box).toBeVisible();
  await accessible(desk, "desk: sign in");
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box.getByRole("alert")).toBeVisible();
  await box.getByRole("textbox", { name: w("sign-in-login") }).fill("Maria");
  await box.getByLabel(w("sign-in-password"), { exact: true }).fill("λάθος κωδικός");
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box.getByRole("alert")).toContainText(w("problem-sign-in-refused"));
  await expect(box.getByRole("textbox", { name: w("sign-in-login") })).toHaveValue("Maria");
  await box.getByLabel(w("sign-in-password"), { exact: true }).fill(given.password);
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();

  await expect(box.getByText(w("sign-in-begin-lead"))).toBeFocused();
  await accessible(desk, "desk: a first sign-in");
  await desk.screenshot({ path: test.info().outputPath("sign-in-begin.png"), fullPage: true });
  const secret = (await box.locator("code").textContent()) ?? "";
  await box.getByLabel(w("sign-in-fresh"), { exact: true }).fill(PASSWORD);
  await box.getByLabel(w("sign-in-again"), { exact: true }).fill("κάτι άλλο");
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box.getByRole("alert")).toContainText(w("sign-in-code-missing"));
  await expect(box.getByRole("alert")).toContainText(w("sign-in-again-differs"));
  await box.getByLabel(w("sign-in-again"), { exact: true }).fill(PASSWORD);
  await box.getByRole("textbox", { name: w("sign-in-code") }).fill(code(secret));
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box).toBeHidden();
  await expect(main.getByRole("heading", { level: 1, name: w("nav-devices") })).toBeVisible();
  await expect(main.getByRole("heading", { level: 2 }).first()).toBeVisible();
  await expect(desk.getByRole("banner")).toContainText("Μαρία Παπά");

  // Another one gets an account; the password is shown once.
  await press(desk, w("accounts-title"));
  await press(desk, w("account-new"));
  const form = desk.getByRole("form", { name: w("account-new") });
  await form.getByRole("textbox", { name: w("sign-in-login") }).fill("maria");
  await form.getByRole("textbox", { name: w("account-name") }).fill("Κώστας Λάμπρου");
  await press(desk, w("account-save"));
  await expect(main.getByRole("alert")).toBeVisible();
  await expect(form.getByRole("textbox", { name: w("account-name") })).toHaveValue("Κώστας Λάμπρου");
  await form.getByRole("textbox", { name: w("sign-in-login") }).fill("kostas");
  await press(desk, w("account-save"));
  await expect(main.getByText(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)).toBeVisible();
  const list = main.getByRole("listitem");
  await expect(list).toHaveCount(2);
  await expect(list.filter({ hasText: "Κώστας" })).toContainText(w("account-first"));
  await accessible(desk, "desk: accounts");
  await fits(desk, "desk: accounts");
  await desk.screenshot({ path: test.info().outputPath("accounts.png"), fullPage: true });
  await main.getByRole("searchbox").fill("κωστα");
  await expect(list).toHaveCount(1);
  await main.getByRole("searchbox").fill("");

  // Ended from here, it is over at the next thing that is asked; who signs in goes on.
  await list.filter({ hasText: "Μαρία" }).getByRole("button", { name: w("account-session-end") }).click();
  await expect(list.filter({ hasText: "Μαρία" }).getByRole("button", { name: w("account-session-end") })).toHaveCount(0);
  await desk.getByRole("navigation").getByRole("button", { name: w("nav-devices") }).click();
  await expect(box).toBeVisible();
  await expect(desk.getByRole("banner")).not.toContainText("Μαρία Παπά");
  await desk.keyboard.press("Escape");
  await expect(main).toContainText(w("problem-sign-in-needed"));
  await main.getByRole("button", { name: w("retry") }).click();
  await box.getByRole("textbox", { name: w("sign-in-login") }).fill("maria");
  await box.getByLabel(w("sign-in-password"), { exact: true }).fill(PASSWORD);
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box.getByText(w("sign-in-code-lead"))).toBeFocused();
  await accessible(desk, "desk: the code of the telephone");
  await box.getByRole("textbox", { name: w("sign-in-code") }).fill(code(secret, 1));
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box).toBeHidden();
  await expect(main.getByRole("heading", { level: 2 }).first()).toBeVisible();

  // What was shown to whoever was here goes with them.
  await press(desk, w("accounts-title"));
  await list.filter({ hasText: "Κώστας" }).getByRole("button", { name: w("account-reset") }).click();
  await list.filter({ hasText: "Κώστας" }).getByRole("button", { name: w("account-reset-do") }).click();
  const shown = main.getByText(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
  await expect(shown).toBeVisible();
  await desk.getByRole("banner").getByRole("button", { name: w("sign-out") }).click();
  await expect(desk.getByRole("banner")).not.toContainText("Μαρία Παπά");
  await expect(shown).toBeHidden();
});
