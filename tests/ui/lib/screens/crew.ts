import { expect, type Page } from "@playwright/test";
import type { Words } from "../words";
import { openFirst, press, rows, search, tab, type Shown } from "./steps";

/** Opens a job by the sentence of its state. */
async function job(page: Page, w: Words, status = w("status-ASSIGNED")): Promise<void> {
  await page.getByRole("list", { name: w("today-jobs") }).getByRole("button").filter({ hasText: status }).first().click();
  await expect(page.getByText(w("job-more"))).toBeVisible();
}

async function kind(page: Page, w: Words, name: RegExp): Promise<void> {
  await press(page, w("finding-new"));
  await expect(page.getByRole("heading", { level: 1, name: w("finding-kind") })).toBeVisible();
  await page.getByRole("button", { name }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: w("finding-place") })).toBeVisible();
}

const LAMP = /^(Καμένος λαμπτήρας|Lamp out)$/;
const CABLES = /^(Εκτεθειμένα καλώδια|Exposed cables)/;

async function placed(page: Page, w: Words): Promise<void> {
  await kind(page, w, LAMP);
  await expect(page.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
  await press(page, w("continue"));
  await expect(page.getByRole("heading", { level: 1, name: w("finding-words") })).toBeVisible();
}

async function card(page: Page, w: Words): Promise<void> {
  await tab(page, w, "assets");
  await search(page, w("assets-search"), "FOT-0001");
  await openFirst(page, "FOT-0001");
  await expect(page.getByRole("heading", { level: 1, name: /FOT-0001/ })).toBeVisible();
}

export const crewScreens: Shown[] = [
  {
    name: "map",
    reach: async (page, w) => {
      await tab(page, w, "map");
      await page.getByRole("checkbox", { name: w("map-assets") }).check();
      await expect(page.getByRole("application").locator(".mark").first()).toBeVisible();
    },
  },
  {
    name: "finding, a place on the map",
    reach: async (page, w) => {
      await kind(page, w, LAMP);
      await press(page, w("map-pick"));
      await press(page, w("map-pin-middle"));
      await expect(page.getByRole("application").locator(".pin")).toBeVisible();
    },
  },
  {
    name: "scan, a tag that is free",
    reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("tag-scan"));
      await page.getByLabel(w("tag-typed")).fill("314159265358");
      await press(page, w("tag-open"));
      await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
    },
  },
  { name: "today", reach: async (page, w) => expect(page.getByRole("list", { name: w("today-jobs") })).toBeVisible() },
  { name: "today, no job", fixture: "empty", reach: async (page, w) => expect(page.getByText(w("today-empty-title"))).toBeVisible() },
  {
    name: "today, network switched off",
    reach: async (page, w) => {
      await page.getByRole("switch", { name: w("exchange-network") }).click();
      await expect(page.getByRole("switch", { name: w("exchange-network") })).not.toBeChecked();
    },
  },
  {
    name: "today, server does not answer",
    reach: async (page, w, koina) => {
      await koina.bridge.control("stop-server");
      await press(page, w("exchange-now"));
      await expect(page.getByText(/Ο διακομιστής του δήμου δεν|The municipal server (does not|has not)/).first()).toBeVisible();
    },
  },
  { name: "job", reach: (page, w) => job(page, w) },
  {
    name: "job, the whole request",
    reach: async (page, w) => {
      await job(page, w);
      await page.getByText(w("job-more")).click();
      await expect(page.getByRole("heading", { name: w("timeline-title") })).toBeVisible();
    },
  },
  {
    name: "job, started",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-start"));
      await expect(page.getByRole("main").getByRole("button", { name: w("job-done"), exact: true })).toBeVisible();
    },
  },
  {
    name: "job, materials with nothing typed",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-material"));
      await press(page, w("job-material-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("job-material-missing") })).toBeVisible();
    },
  },
  {
    name: "job, note",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-note"));
      await page.getByRole("textbox", { name: w("job-note") }).fill("Θέλει καλαθοφόρο");
      await expect(page.getByText(w("draft-kept"))).toBeVisible();
    },
  },
  {
    name: "job, cannot be done",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-impossible"));
      await expect(page.getByRole("radio", { name: w("impossible-MACHINE") })).toBeVisible();
    },
  },
  {
    name: "job, pause",
    reach: async (page, w) => {
      await job(page, w, w("status-IN_PROGRESS"));
      await press(page, w("job-pause"));
      await expect(page.getByText(w("job-pause-why"))).toBeVisible();
    },
  },
  {
    name: "job, finished",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-done-now"));
      await expect(page.getByText(w("job-finished"))).toBeVisible();
    },
  },
  {
    name: "job, open again",
    reach: async (page, w) => {
      await job(page, w);
      await press(page, w("job-done-now"));
      await expect(page.getByText(w("job-finished"))).toBeVisible();
      await press(page, w("job-reopen"));
      await press(page, w("job-reopen-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("job-reopen-missing") })).toBeVisible();
    },
  },
  { name: "finding, kind", reach: async (page, w) => {
      await press(page, w("finding-new"));
      await expect(page.getByRole("heading", { name: w("category-mine") })).toBeVisible();
    } },
  { name: "finding, kind not found", reach: async (page, w) => {
      await press(page, w("finding-new"));
      await page.getByRole("searchbox", { name: w("category-search") }).fill("ψτχβγξ");
      await expect(page.getByText(w("category-none"))).toBeVisible();
    } },
  { name: "finding, place", reach: (page, w) => kind(page, w, LAMP) },
  { name: "finding, danger to life", reach: async (page, w) => {
      await kind(page, w, CABLES);
      await expect(page.getByText(w("emergency-title"))).toBeVisible();
    } },
  { name: "finding, no place", reach: async (page, w) => {
      await kind(page, w, LAMP);
      await expect(page.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
      await page.getByRole("combobox", { name: w("place-community") }).selectOption("");
      await press(page, w("continue"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("finding-community-missing") })).toBeVisible();
    } },
  { name: "finding, words", reach: placed },
  { name: "finding, receipt", reach: async (page, w) => {
      await placed(page, w);
      await press(page, w("finding-save"));
      await expect(page.getByRole("heading", { level: 1, name: w("finding-done-title") })).toBeVisible();
    } },
  { name: "requests", reach: async (page, w) => {
      await tab(page, w, "requests");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "requests, filters", reach: async (page, w) => {
      await tab(page, w, "requests");
      await page.getByText(w("filters"), { exact: true }).click();
      await page.getByRole("checkbox", { name: w("requests-late") }).check();
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "requests, nothing found", reach: async (page, w) => {
      await tab(page, w, "requests");
      await search(page, w("requests-search"), "ψτχβγξ");
      await expect(page.getByText(w("requests-empty-filtered"))).toBeVisible();
    } },
  { name: "requests, none", fixture: "empty", reach: async (page, w) => {
      await tab(page, w, "requests");
      await expect(page.getByText(w("requests-empty"))).toBeVisible();
    } },
  { name: "request", reach: async (page, w) => {
      await tab(page, w, "requests");
      await openFirst(page);
      await expect(page.getByRole("heading", { name: w("timeline-title") })).toBeVisible();
    } },
  { name: "request in two versions", reach: async (page, w) => {
      await tab(page, w, "requests");
      await search(page, w("requests-search"), "υπόστεγο");
      await openFirst(page);
      await expect(page.getByText(w("case-clash"))).toBeVisible();
    } },
  { name: "request that is not here", covered: true, reach: async (page, w) => {
      await page.evaluate(() => history.replaceState({ screen: { at: "request", id: "00000000-0000-7000-8000-000000000000" }, depth: 1 }, ""));
      await page.reload();
      await expect(page.getByRole("alert")).toContainText(w("problem-not-found"));
    } },
  { name: "assets", reach: async (page, w) => {
      await tab(page, w, "assets");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "assets, nothing found", reach: async (page, w) => {
      await tab(page, w, "assets");
      await search(page, w("assets-search"), "ψτχβγξ");
      await expect(page.getByText(w("assets-empty-filtered"))).toBeVisible();
    } },
  { name: "assets, none", fixture: "empty", reach: async (page, w) => {
      await tab(page, w, "assets");
      await expect(page.getByText(w("assets-empty"))).toBeVisible();
    } },
  { name: "asset", reach: card },
  { name: "asset, inspect without a choice", reach: async (page, w) => {
      await card(page, w);
      await press(page, w("asset-inspect"));
      await press(page, w("asset-inspect-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("asset-inspect-missing") })).toBeVisible();
    } },
  { name: "asset, a check out of its limits", reach: async (page, w) => {
      await card(page, w);
      await press(page, w("asset-inspect"));
      await page.getByRole("radio", { name: w("check-no") }).first().check();
      await page.getByRole("radio", { name: w("condition-4") }).check();
      await press(page, w("asset-inspect-save"));
      await expect(page.getByRole("button", { name: new RegExp(`^${w("checked-report")}`) }).first()).toBeVisible();
    } },
  { name: "rounds", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("rounds-title"));
      await expect(page.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
    } },
  { name: "round", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("rounds-title"));
      await expect(page.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
      await page.getByRole("combobox", { name: w("place-settlement") }).selectOption("");
      await press(page, w("rounds-begin"));
      await openFirst(page);
      await press(page, w("round-is-here"));
      await expect(page.getByText(w("round-seen-said"))).toBeVisible();
    } },
  { name: "inspections", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("due-title"));
      await expect(page.getByRole("table").first()).toBeVisible();
    } },
  { name: "asset, move", reach: async (page, w) => {
      await card(page, w);
      await press(page, w("asset-move"));
      await expect(page.getByRole("combobox", { name: w("place-community") })).toBeVisible();
    } },
  { name: "asset, correct", reach: async (page, w) => {
      await card(page, w);
      await press(page, w("asset-edit"));
      await expect(page.getByRole("textbox", { name: w("asset-number") })).toHaveValue("FOT-0001");
    } },
  { name: "asset, retire", reach: async (page, w) => {
      await card(page, w);
      await press(page, w("asset-retire"));
      await expect(page.getByRole("textbox", { name: w("asset-retire-reason") })).toBeVisible();
      await page.getByRole("region", { name: w("asset-retire") }).getByRole("button", { name: w("asset-retire"), exact: true }).click();
      await expect(page.getByRole("button", { name: w("asset-retire-save") })).toBeVisible();
    } },
  { name: "new asset", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("assets-add"));
      await expect(page.getByRole("heading", { level: 1, name: w("asset-add-title") })).toBeVisible();
    } },
  { name: "new asset, nothing chosen", reach: async (page, w) => {
      await tab(page, w, "assets");
      await press(page, w("assets-add"));
      await press(page, w("asset-add-save"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("asset-add-kind-missing") })).toBeVisible();
    } },
  { name: "outbox", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await expect(rows(page).first()).toBeVisible();
    } },
  { name: "outbox, what the words mean", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await page.getByText(w("outbox-words"), { exact: true }).click();
      await expect(page.getByText(w("outbox-word-draft"))).toBeVisible();
    } },
  { name: "outbox, by a file in hand", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await page.getByText(w("courier-title"), { exact: true }).click();
      // The button stands still once the places are known.
      await expect(page.getByRole("combobox", { name: w("courier-place") })).toBeVisible();
      await press(page, w("courier-export"));
      await expect(page.getByText(w("courier-written"))).toBeVisible();
    } },
  { name: "outbox, refused work", covered: true, reach: async (page, w) => {
      await tab(page, w, "outbox");
      await openFirst(page, w("saved-needs_decision"));
      await expect(page.getByRole("dialog")).toContainText(w("outbox-kept"));
    } },
  { name: "outbox, nothing saved", fixture: "empty", reach: async (page, w) => {
      await tab(page, w, "outbox");
      await expect(page.getByText(w("outbox-empty"))).toBeVisible();
    } },
  { name: "outbox, work waiting without a network", reach: async (page, w) => {
      await page.getByRole("switch", { name: w("exchange-network") }).click();
      await job(page, w);
      await press(page, w("job-start"));
      await expect(page.getByRole("main").getByRole("button", { name: w("job-done"), exact: true })).toBeVisible();
      await tab(page, w, "outbox");
      await expect(rows(page).filter({ hasText: w("did-started") }).first()).toContainText(w("saved-on_device"));
    } },
];
