/** Who may come in, and what each window may ask. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "./lib/koina";
import { press } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const root = fileURLToPath(new URL("../..", import.meta.url));
const commands = [...readFileSync(`${root}src-tauri/commands/list.rs`, "utf8").matchAll(/^ {4}(\w+)\(\w+\) ->/gm)].map((found) => found[1] ?? "");
const may = new Map(
  readdirSync(`${root}src-tauri/capabilities`).map((file) => {
    const { identifier, permissions } = JSON.parse(readFileSync(`${root}src-tauri/capabilities/${file}`, "utf8")) as { identifier: string; permissions: string[] };
    return [identifier, new Set(permissions)] as const;
  }),
);

test("a window's own script cannot call what its capability does not name", async ({ koina }) => {
  const page = await koina.window("crew");
  const denied = await page.evaluate(() =>
    (window as unknown as { __TAURI_INTERNALS__: { invoke: (command: string, args: object) => Promise<unknown> } }).__TAURI_INTERNALS__
      .invoke("request_close", { input: { id: "00000000-0000-7000-8000-000000000000", outcome: { outcome: "resolved" }, note: "" } })
      .then(() => "done", (failure: unknown) => failure),
  );
  expect(denied).toBe("Command request_close not allowed by ACL");
});

test("every window is denied every command that its capability does not name", async ({ koina }) => {
  await koina.bridge.control("new-device");
  expect(commands.length).toBeGreaterThan(30);
  for (const window of ["start", "crew", "desk"]) {
    for (const command of commands) {
      if (may.get(window)?.has(`allow-${command.replaceAll("_", "-")}`)) continue;
      const { status, said } = await koina.bridge.command(window, command);
      expect({ window, command, status, said }).toEqual({ window, command, status: 403, said: `Command ${command} not allowed by ACL` });
    }
  }
});

test("crews decide nothing of the desk's; the first window only enrols", () => {
  for (const command of ["request-edit", "request-assign", "request-answer", "request-close", "request-register", "conflict-decide", "devices-page", "device-invite", "device-revoke", "enrol"]) {
    expect(may.get("crew")?.has(`allow-${command}`), `crew: ${command}`).toBe(false);
  }
  for (const command of ["requests-page", "request-case", "today", "outbox-page", "request-enter", "devices-page"]) {
    expect(may.get("start")?.has(`allow-${command}`), `start: ${command}`).toBe(false);
  }
  expect(may.get("desk")?.has("allow-enrol")).toBe(false);
});

test("a crew without the permit is refused by its own replica too", async ({ koina }) => {
  // The desk's window over the crew's replica does not open at all.
  const { status } = await koina.bridge.command("desk@crew", "about");
  expect(status).toBe(404);
});

for (const how of ["address and code", "text of the QR"] as const) {
  test(`a new device is connected with ${how} and shows its work`, async ({ koina }) => {
    const { server, code, link } = await koina.bridge.control<{ server: string; code: string; link: string }>("new-device");
    const page = await koina.window("start", { size: { width: 390, height: 780 } });
    if (how === "address and code") {
      await page.getByRole("textbox", { name: w("start-server") }).fill(server);
      await page.getByRole("textbox", { name: w("start-code") }).fill(code.toLowerCase().replace("-", " "));
    } else {
      await page.getByRole("radio", { name: w("start-how-qr") }).check();
      await page.getByRole("textbox", { name: w("start-qr") }).fill(link);
    }
    const anew = page.waitForEvent("load", { timeout: 30_000 });
    await press(page, w("start-go"));
    await anew;
    await expect(page.getByRole("heading", { level: 1, name: w("today-title") })).toBeVisible({ timeout: 20_000 });
    await expect(page.getByRole("list", { name: w("today-jobs") }).getByRole("button").first()).toBeVisible({ timeout: 20_000 });
    await expect(page.getByRole("banner")).toContainText(w("invite-new"));
    // The code was good once.
    const second = await koina.bridge.command<{ code: string }>("start", "enrol", { server, code });
    expect(second.status).toBe(400);
    expect(second.said.code).toBe("already_enrolled");
  });
}

test("a desk invites a device and that device comes in with the code on the screen", async ({ koina }) => {
  const desk = await koina.window("desk");
  await desk.getByRole("navigation").getByRole("button", { name: w("nav-devices") }).click();
  await press(desk, w("invite-new"));
  await desk.getByRole("combobox", { name: w("device-crew") }).selectOption({ label: "Συνεργείο ύδρευσης Δίου" });
  await expect(desk.getByRole("textbox", { name: w("invite-name") })).toHaveValue("Συνεργείο ύδρευσης Δίου");
  await desk.getByRole("textbox", { name: w("invite-person") }).fill("Κ. Δήμου");
  await press(desk, w("invite-save"));
  await expect(desk.getByRole("img", { name: w("invite-qr") })).toBeVisible();
  const link = await desk.getByText(/^koina:enrol\?/).innerText();

  await koina.bridge.control("new-device");
  const device = await koina.window("start");
  await device.getByRole("radio", { name: w("start-how-qr") }).check();
  await device.getByRole("textbox", { name: w("start-qr") }).fill(link);
  // The page is loaded anew then: the test must not end in the middle of that.
  const anew = device.waitForEvent("load", { timeout: 30_000 });
  await press(device, w("start-go"));
  await anew;
  await expect(device.getByRole("banner")).toContainText("Συνεργείο ύδρευσης Δίου", { timeout: 20_000 });
  await press(desk, w("invite-list"));
  await expect(desk.getByRole("heading", { level: 2, name: "Συνεργείο ύδρευσης Δίου" })).toBeVisible();
});
