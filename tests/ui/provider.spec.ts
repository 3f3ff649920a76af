/** Staff sign in at the identity provider of the municipality, with the browser of their machine. */
import type { Page } from "@playwright/test";
import { expect, test, type Koina } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { IdentityProvider, type Fault } from "./lib/provider";
import { press } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const dialog = (page: Page) => page.getByRole("dialog", { name: w("sign-in-title") });
const devices = (page: Page) => page.getByRole("navigation").getByRole("button", { name: w("nav-devices") });

let provider: IdentityProvider;
test.beforeEach(async () => void (provider = await IdentityProvider.start()));
test.afterEach(async () => provider.stop());

/** Asks for the way there, and gives the address that the app sent the browser of its machine to. */
async function leave(koina: Koina, desk: Page): Promise<string> {
  await dialog(desk).getByRole("button", { name: w("sign-in-provider") }).click();
  let address: string | null = null;
  await expect(async () => {
    address ??= (await koina.bridge.control<{ address: string | null }>("browser")).address;
    expect(address).not.toBeNull();
  }).toPass();
  return address ?? "";
}

test("staff sign in where the municipality knows them, and nothing wrong that is said of them lets anybody in", async ({ koina, context }) => {
  test.setTimeout(180_000);
  const desk = await koina.window("desk");
  await koina.bridge.control("ask-sign-in", { issuer: provider.issuer, email: "maria@dimos.example" });
  await devices(desk).click();
  const box = dialog(desk);
  await expect(box.getByRole("button", { name: w("sign-in-provider") })).toBeVisible();
  await accessible(desk, "desk: two ways to sign in");
  await fits(desk, "desk: two ways to sign in");
  await desk.screenshot({ path: test.info().outputPath("two-ways.png") });

  const address = await leave(koina, desk);
  await expect(box.getByRole("status")).toHaveText(w("sign-in-away"));
  await accessible(desk, "desk: away at the provider");
  await desk.screenshot({ path: test.info().outputPath("away.png") });
  const browser = await context.newPage();
  await browser.goto(address);
  await provider.signIn(browser, "maria");
  await expect(browser.getByRole("heading", { name: w("sign-in-back-title") })).toBeVisible();
  await browser.screenshot({ path: test.info().outputPath("back.png") });
  await expect(box).toBeHidden();
  await expect(desk.getByRole("banner")).toContainText("Μαρία Παπά");
  await press(desk, w("accounts-title"));
  const maria = desk.getByRole("main").getByRole("listitem").filter({ hasText: "Μαρία" });
  await expect(maria).toContainText(w("account-provider"));
  await expect(maria).toContainText("maria@dimos.example");
  await accessible(desk, "desk: an account of the provider");
  // The way back leads nowhere a second time.
  await expect(browser.goto(browser.url())).rejects.toThrow();

  const faults: Record<Fault, string> = {
    audience: w("problem-provider-failed"),
    expired: w("problem-provider-failed"),
    issuer: w("problem-provider-failed"),
    key: w("problem-provider-failed"),
    nonce: w("problem-provider-failed"),
    unsigned: w("problem-provider-failed"),
    "other-subject": w("problem-provider-failed"),
    // Whoever came before is known by name, whatever is said of their address.
    unverified: "",
  };
  await desk.getByRole("banner").getByRole("button", { name: w("sign-out") }).click();
  await devices(desk).click();
  for (const [fault, told] of Object.entries(faults) as [Fault, string][]) {
    provider.fault = fault;
    await browser.goto(await leave(koina, desk));
    await provider.signIn(browser, "maria");
    if (told) {
      await expect(box.getByRole("alert"), fault).toContainText(told);
      await expect(desk.getByRole("banner")).not.toContainText("Μαρία Παπά");
      continue;
    }
    await expect(box, fault).toBeHidden();
    await expect(desk.getByRole("banner")).toContainText("Μαρία Παπά");
  }
});

test("whoever has no account, gives up or finds no provider hears it, and signs in another way", async ({ koina, context }) => {
  test.setTimeout(120_000);
  const desk = await koina.window("desk");
  const given = await koina.bridge.control<{ password: string }>("ask-sign-in", { issuer: provider.issuer, email: "maria@dimos.example" });
  await devices(desk).click();
  const box = dialog(desk);
  // Not before the provider has made sure of the address, and not with another one.
  const browser = await context.newPage();
  provider.fault = "unverified";
  await browser.goto(await leave(koina, desk));
  await provider.signIn(browser, "maria");
  await expect(box.getByRole("alert")).toContainText(w("problem-no-account"));
  provider.fault = null;
  // The browser remembers nobody for the next one at this desk.
  await browser.goto(await leave(koina, desk));
  await provider.signIn(browser, "kostas");
  await expect(box.getByRole("alert")).toContainText(w("problem-no-account"));
  await accessible(desk, "desk: no account");

  // Not at the provider.
  await browser.goto(await leave(koina, desk));
  await browser.getByRole("link", { name: "Cancel" }).click();
  await expect(box.getByRole("alert")).toContainText(w("problem-provider-failed"));

  // Given up here: whoever comes back later is too late.
  const late = await leave(koina, desk);
  await box.getByRole("button", { name: w("sign-in-away-stop") }).click();
  await expect(box.getByRole("textbox", { name: w("sign-in-login") })).toBeVisible();
  await browser.goto(late);
  await provider.signIn(browser, "maria").catch(() => undefined);
  await expect(desk.getByRole("banner")).not.toContainText("Μαρία Παπά");

  await provider.stop();
  await box.getByRole("button", { name: w("sign-in-provider") }).click();
  await expect(box.getByRole("alert")).toContainText(w("problem-provider-failed"));
  await box.getByRole("textbox", { name: w("sign-in-login") }).fill("maria");
  await box.getByLabel(w("sign-in-password"), { exact: true }).fill(given.password);
  await box.getByRole("button", { name: w("sign-in-do"), exact: true }).click();
  await expect(box.getByText(w("sign-in-begin-lead"))).toBeFocused();
});
