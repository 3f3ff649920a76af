import { expect, type Page } from "@playwright/test";
import type { Koina } from "../koina";
import type { Words } from "../words";
import { openFirst, press, rows, search, tab, type Shown } from "./steps";

const file = async (page: Page, w: Words, word = "ιατρείο") => {
  await tab(page, w, "inbox");
  await search(page, w("requests-search"), word);
  await openFirst(page);
  await expect(page.getByRole("heading", { name: w("file-actions") })).toBeVisible();
};

/** A case file with one of its forms open, and sent empty where that is an error. */
function form(act: string, title: string, save: string, error?: string): (page: Page, w: Words) => Promise<void> {
  return async (page, w) => {
    await file(page, w);
    await press(page, w(act));
    const form = page.getByRole("form", { name: w(title) });
    await expect(form).toBeVisible();
    if (error === undefined) return;
    await form.getByRole("button", { name: w(save), exact: true }).click();
    await expect(form.getByRole("alert").getByRole("link", { name: w(error) })).toBeVisible();
  };
}

function closing(outcome: string, then: (page: Page, w: Words) => Promise<void>): (page: Page, w: Words) => Promise<void> {
  return async (page, w) => {
    await form("file-close", "file-close", "file-close-save")(page, w);
    await page.getByRole("radio", { name: w(`outcome-${outcome}`) }).check();
    await then(page, w);
  };
}

/** Fills a box that finds by typing. */
export async function find(page: Page, label: string, typed: string): Promise<void> {
  const box = page.getByRole("combobox", { name: label });
  await box.click();
  await box.pressSequentially(typed);
  await expect(page.getByRole("listbox", { name: label }).getByRole("option").first()).toBeVisible();
  await box.press("Enter");
}

const conflict = async (page: Page, w: Words, title: string | RegExp) => {
  await tab(page, w, "conflicts");
  await openFirst(page, title);
  await expect(page.getByRole("button", { name: w("conflict-save") })).toBeVisible();
};

const devices = async (page: Page, w: Words) => {
  await tab(page, w, "devices");
  await expect(page.getByRole("heading", { name: "Συνεργείο 2 – Ηλεκτροφωτισμός" })).toBeVisible();
};

/** The old telephone had more to say than one message takes when its line was cut; nothing here takes that long. */
const oneIsLost = (page: Page) =>
  page.route("**/ipc/desk/devices_page", async (route) => {
    const answer = await route.fetch();
    const page = (await answer.json()) as { devices: { name: string; pending: number; unsent: unknown }[] };
    const since = Date.now() - 26 * 3_600_000;
    const record = { doc: "", kind: "request", changes: 1, since, is_known: false, number: "", code: "" };
    for (const device of page.devices.filter((one) => one.name === "Κινητό παλιού συνεργείου")) {
      device.pending = 61;
      device.unsent = {
        records: [
          { ...record, doc: "a", changes: 3, is_known: true, number: "86/2026", code: "LGT-01" },
          { ...record, doc: "b" },
          { ...record, doc: "c", kind: "asset" },
          { ...record, doc: "d", is_known: true },
        ],
        more: 52,
        contacts: 1,
        photos: 3,
        pin: false,
      };
    }
    await route.fulfill({ response: answer, json: page });
  });

const invite = async (page: Page, w: Words) => {
  await devices(page, w);
  await press(page, w("invite-new"));
  await expect(page.getByRole("heading", { level: 1, name: w("invite-title") })).toBeVisible();
};

const invited = async (page: Page, w: Words) => {
  await page.getByRole("combobox", { name: w("device-crew") }).selectOption("light");
  await page.getByRole("textbox", { name: w("invite-name") }).fill("Συνεργείο 3");
  await page.getByRole("textbox", { name: w("invite-person") }).fill("Α. Γεωργίου");
  await press(page, w("invite-save"));
};

const offline = async (page: Page, w: Words, koina: Koina) => {
  await koina.bridge.control("stop-server");
  await tab(page, w, "devices");
  await expect(page.getByText(w("devices-offline"))).toBeVisible();
};

export const deskScreens: Shown[] = [
  { name: "inbox", reach: async (page) => expect(rows(page).first()).toBeVisible() },
  { name: "inbox, filters", reach: async (page, w) => {
      await page.getByText(w("filters"), { exact: true }).click();
      await page.getByRole("combobox", { name: w("case-crew") }).selectOption("light");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "inbox, late", reach: async (page, w) => {
      await page.getByRole("group", { name: w("inbox-views") }).getByRole("button", { name: w("inbox-view-late") }).click();
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "inbox, nothing found", reach: async (page, w) => {
      await search(page, w("requests-search"), "ψτχβγξ");
      await expect(page.getByText(w("requests-empty-filtered"))).toBeVisible();
    } },
  { name: "inbox, empty", fixture: "empty", reach: async (page, w) => expect(page.getByText(w("inbox-empty-open"))).toBeVisible() },
  { name: "inbox, network switched off", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await page.getByRole("switch", { name: w("exchange-network") }).click();
      await expect(page.getByRole("switch", { name: w("exchange-network") })).not.toBeChecked();
      await tab(page, w, "inbox");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "case file", reach: (page, w) => file(page, w) },
  { name: "case file in two versions", reach: async (page, w) => {
      await file(page, w, "υπόστεγο");
      await expect(page.getByText(w("file-clashes"))).toBeVisible();
    } },
  { name: "case file, two acted at once", reach: (page, w) => file(page, w, "συντριβάνι") },
  { name: "case file, assign", reach: form("file-assign", "file-assign-title", "file-assign-save") },
  { name: "case file, assign to nobody", reach: async (page, w) => {
      await form("file-assign", "file-assign-title", "file-assign-save")(page, w);
      await page.getByRole("combobox", { name: w("case-department") }).last().selectOption("");
      await press(page, w("file-assign-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("file-department-missing") })).toBeVisible();
    } },
  { name: "case file, answer with no words", reach: form("file-answer", "file-answer-title", "file-answer-save", "file-answer-missing") },
  { name: "case file, close with no outcome", reach: form("file-close", "file-close", "file-close-save", "file-outcome-missing") },
  { name: "case file, close as rejected", reach: closing("rejected", async (page, w) => expect(page.getByRole("combobox", { name: w("file-close-reason") })).toBeVisible()) },
  { name: "case file, close as duplicate", reach: closing("duplicate", async (page, w) => expect(page.getByRole("group", { name: w("file-close-of") }).getByRole("radio").first()).toBeVisible()) },
  { name: "case file, close as forwarded", reach: closing("forwarded", async (page, w) => expect(page.getByRole("textbox", { name: w("file-close-to") })).toBeVisible()) },
  { name: "case file, correct", reach: form("file-edit", "file-edit", "file-edit-save") },
  { name: "case file, correct with nothing changed", reach: form("file-edit", "file-edit", "file-edit-save", "file-edit-nothing") },
  { name: "case file, note with no words", reach: form("file-note", "file-note-title", "file-note-save", "file-note-missing") },
  { name: "case file, saved", reach: async (page, w) => {
      await form("file-note", "file-note-title", "file-note-save")(page, w);
      await page.getByRole("textbox", { name: w("file-note-text") }).fill("Μίλησα με το ιατρείο.");
      await press(page, w("file-note-save"));
      await expect(page.getByText(/Αποθηκεύτηκε στη συσκευή|Saved on this device/)).toBeVisible();
    } },
  { name: "case file, closed, open again with no reason", reach: async (page, w) => {
      await tab(page, w, "inbox");
      await page.getByRole("group", { name: w("inbox-views") }).getByRole("button", { name: w("inbox-view-every") }).click();
      await openFirst(page, w("status-FORWARDED"));
      await press(page, w("file-reopen"));
      await page.getByRole("form", { name: w("file-reopen") }).getByRole("button", { name: w("file-reopen-save"), exact: true }).click();
      await expect(page.getByRole("alert").getByRole("link", { name: w("file-reopen-missing") })).toBeVisible();
    } },
  { name: "phone entry", reach: (page, w) => tab(page, w, "enter") },
  { name: "phone entry, kinds offered", covered: true, reach: async (page, w) => {
      await tab(page, w, "enter");
      await page.getByRole("combobox", { name: w("enter-kind") }).pressSequentially("λαμπα");
      await expect(page.getByRole("listbox", { name: w("enter-kind") }).getByRole("option").first()).toBeVisible();
    } },
  { name: "phone entry, danger to life", reach: async (page, w) => {
      await tab(page, w, "enter");
      await find(page, w("enter-kind"), "καλωδια");
      await expect(page.getByText(w("emergency-title"))).toBeVisible();
    } },
  { name: "phone entry, similar ones", reach: async (page, w) => {
      await tab(page, w, "enter");
      await find(page, w("enter-kind"), "καμενος");
      await find(page, w("enter-where"), "litoxoro");
      await expect(page.getByRole("heading", { name: w("enter-similar") })).toBeVisible();
    } },
  { name: "phone entry, nothing chosen", reach: async (page, w) => {
      await tab(page, w, "enter");
      await press(page, w("enter-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("enter-category-missing") })).toBeVisible();
    } },
  { name: "phone entry, receipt", reach: async (page, w) => {
      await tab(page, w, "enter");
      await find(page, w("enter-kind"), "καμενος");
      await find(page, w("enter-where"), "litoxoro");
      await page.getByRole("checkbox", { name: w("enter-register") }).check();
      await press(page, w("enter-save"));
      await expect(page.getByRole("heading", { level: 1, name: w("enter-done-title") })).toBeVisible();
    } },
  { name: "conflicts", reach: async (page, w) => {
      await tab(page, w, "conflicts");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "conflicts, none", fixture: "empty", reach: async (page, w) => {
      await tab(page, w, "conflicts");
      await expect(page.getByText(w("conflicts-empty"))).toBeVisible();
    } },
  { name: "conflict about words", reach: (page, w) => conflict(page, w, "υπόστεγο") },
  { name: "conflict about several fields, nothing chosen", reach: async (page, w) => {
      await conflict(page, w, w("recordfield-cat"));
      await press(page, w("conflict-save"));
      await expect(page.getByRole("alert").getByRole("link").first()).toBeVisible();
    } },
  { name: "conflict about a place", reach: (page, w) => conflict(page, w, new RegExp(`${w("recordfield-place")}\\s*$`)) },
  { name: "conflict about an asset", reach: (page, w) => conflict(page, w, w("kind-asset")) },
  { name: "conflict, decided", reach: async (page, w) => {
      await conflict(page, w, "υπόστεγο");
      await page.getByRole("radio").first().check();
      await press(page, w("conflict-save"));
      await expect(page.getByRole("button", { name: w("conflict-list") })).toBeVisible();
    } },
  { name: "devices", reach: devices },
  { name: "devices, revoke?", reach: async (page, w) => {
      await devices(page, w);
      await press(page, w("device-revoke"));
      await expect(page.getByRole("button", { name: w("device-revoke-confirm") })).toBeVisible();
    } },
  { name: "devices, also the revoked", reach: async (page, w) => {
      await devices(page, w);
      await page.getByRole("checkbox", { name: w("devices-revoked-show") }).check();
      await expect(page.getByRole("heading", { name: "Φορητός που χάθηκε" })).toBeVisible();
    } },
  { name: "devices, what one had not sent", reach: async (page, w) => {
      await oneIsLost(page);
      await devices(page, w);
      await page.getByText(w("device-unsent", { name: "Κινητό παλιού συνεργείου" })).click();
      await expect(page.getByText(w("device-unsent-new-asset"))).toBeVisible();
    } },
  { name: "devices, server does not answer", reach: offline },
  { name: "invitation", reach: invite },
  { name: "invitation, nothing typed", reach: async (page, w) => {
      await invite(page, w);
      await page.getByRole("checkbox", { name: w("invite-communities-all") }).uncheck();
      await press(page, w("invite-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("invite-name-missing") })).toBeVisible();
    } },
  { name: "invitation, code and QR", reach: async (page, w) => {
      await invite(page, w);
      await invited(page, w);
      await expect(page.getByRole("img", { name: w("invite-qr") })).toBeVisible();
    } },
  { name: "invitation, server does not answer", reach: async (page, w, koina) => {
      await invite(page, w);
      await koina.bridge.control("stop-server");
      await invited(page, w);
      await expect(page.getByText(w("devices-offline"))).toBeVisible();
    } },
  { name: "assets", reach: async (page, w) => {
      await tab(page, w, "assets");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "asset", reach: async (page, w) => {
      await tab(page, w, "assets");
      await search(page, w("assets-search"), "FOT-0001");
      await openFirst(page, "FOT-0001");
      await press(page, w("asset-inspect"));
      await expect(page.getByRole("radio", { name: w("condition-1") })).toBeVisible();
    } },
  { name: "new asset", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("assets-add"));
      await press(page, w("asset-add-save"));
      await expect(page.getByRole("alert")).toBeVisible();
    } },
  { name: "outbox", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "outbox, server does not answer", reach: async (page, w, koina) => {
      await koina.bridge.control("stop-server");
      await tab(page, w, "outbox");
      await press(page, w("exchange-now"));
      await expect(page.getByText(/Ο διακομιστής του δήμου δεν|The municipal server (does not|has not)/).first()).toBeVisible();
    } },
  { name: "map", reach: async (page, w) => {
      await tab(page, w, "map");
      await page.getByRole("checkbox", { name: w("map-assets") }).check();
      await expect(page.getByRole("application").locator(".mark").first()).toBeVisible();
    } },
  { name: "labels", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("labels-title"));
      await press(page, w("labels-write"));
      await expect(page.getByRole("alert")).toBeVisible();
    } },
];
