/** Photos: from a hand without a network to the eyes of the desk. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./lib/koina";
import { accessible } from "./lib/look";
import { openFirst, press, search, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;
const PHONE = { size: { width: 360, height: 740 } };
const PICTURE = { name: "IMG_0001.png", mimeType: "image/png", buffer: readFileSync(new URL("../../icons/icon.png", import.meta.url)) };
const OTHER = { name: "IMG_0002.png", mimeType: "image/png", buffer: readFileSync(new URL("../../icons/128x128.png", import.meta.url)) };
const BILL = { name: "λογαριασμός.jpg", mimeType: "image/jpeg", buffer: Buffer.from("%PDF-1.7 not a picture at all") };
const EMPTY = { name: "άδειο.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) };

async function turnNetwork(page: Page, on: boolean): Promise<void> {
  await tab(page, w, "outbox");
  const network = page.getByRole("switch", { name: w("exchange-network") });
  await network.click();
  await expect(network).toBeChecked({ checked: on });
}

async function lampAtTheClinic(page: Page): Promise<void> {
  await tab(page, w, "requests");
  await search(page, w("requests-search"), "ιατρείο");
  await openFirst(page, "Καμένος λαμπτήρας");
}

/** The picture that is shown in full, once it is there: how many pixels it has across. */
async function pixels(page: Page): Promise<number> {
  const picture = page.getByRole("dialog").getByRole("img");
  await expect(picture).toBeVisible({ timeout: 20_000 });
  return picture.evaluate(async (img: HTMLImageElement) => {
    await img.decode();
    return img.naturalWidth;
  });
}

test("a photo taken without a network waits here, arrives, and is seen by the desk", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await turnNetwork(crew, false);
  await lampAtTheClinic(crew);
  await press(crew, w("case-work"));
  await crew.getByLabel(w("photo-take-before"), { exact: true }).setInputFiles([PICTURE, BILL, EMPTY]);
  // What is no picture is refused by its name, and costs the others nothing.
  await expect(crew.getByText(w("photo-fault-not-a-picture"))).toBeVisible();
  await expect(crew.getByText("λογαριασμός.jpg")).toBeVisible();
  await expect(crew.getByText(w("photo-fault-empty"))).toBeVisible();
  await expect(crew.getByText("Κρατήθηκε 1 φωτογραφία στη συσκευή")).toBeVisible();
  await expect(crew.getByText("Η φωτογραφία δεν έφτασε ακόμη στον δήμο")).toBeVisible();
  const strip = crew.getByRole("main").getByRole("listitem").filter({ hasText: w("photo-moment-before") });
  await expect(strip).toContainText("Στη συσκευή");
  await expect(strip.getByRole("img")).toBeVisible();
  await accessible(crew, "photos, 1");
  await crew.screenshot({ path: test.info().outputPath("crew-job.png"), fullPage: true });
  await strip.getByRole("button").click();
  expect(await pixels(crew)).toBeGreaterThan(320);
  await accessible(crew, "photos, 2");
  await crew.keyboard.press("Escape");

  await tab(crew, w, "outbox");
  await expect(crew.getByText(/1 φωτογραφία περιμένει/)).toBeVisible();
  const network = crew.getByRole("switch", { name: w("exchange-network") });
  await network.click();
  await expect(crew.getByText(/1 φωτογραφία περιμένει/)).toBeHidden({ timeout: 20_000 });
  await lampAtTheClinic(crew);
  await expect(crew.getByText("Η φωτογραφία είναι στον δήμο")).toBeVisible();

  const desk = await koina.window("desk");
  await tab(desk, w, "outbox");
  await press(desk, w("exchange-now"));
  await desk.goBack();
  await search(desk, w("requests-search"), "ιατρείο");
  await openFirst(desk);
  const photo = desk.getByRole("main").getByRole("listitem").filter({ hasText: w("photo-moment-before") }).first();
  await expect(photo.getByRole("img")).toBeVisible({ timeout: 20_000 });
  await expect(photo).toContainText("Παραλήφθηκε");
  await photo.getByRole("button").click();
  await expect(desk.getByRole("dialog")).toContainText("Συνεργείο 2 – Ηλεκτροφωτισμός");
  await expect.poll(() => pixels(desk), { timeout: 20_000 }).toBeGreaterThan(320);
  await accessible(desk, "photos, 3");
  await desk.screenshot({ path: test.info().outputPath("desk-photo.png") });
});

test("a finding begins with its photo, and what was dropped does not go with it", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await press(crew, w("finding-new"));
  const take = crew.getByLabel(w("photo-take-before"), { exact: true });
  await take.setInputFiles([PICTURE]);
  await expect(crew.getByText("Κρατήθηκε 1 φωτογραφία στη συσκευή")).toBeVisible();
  await accessible(crew, "photos, 4");
  await crew.screenshot({ path: test.info().outputPath("finding.png"), fullPage: true });
  // The draft knows it after a crash of the window.
  await expect(crew.getByText(w("draft-kept"))).toBeVisible();
  await crew.reload();
  await expect(crew.getByRole("img", { name: "Φωτογραφία 1" })).toBeVisible();
  await take.setInputFiles([OTHER]);
  await expect(crew.getByRole("img", { name: "Φωτογραφία 2" })).toBeVisible();
  await crew.getByRole("button", { name: /^Αφαίρεση.*1$/ }).click();
  await expect(crew.getByRole("img", { name: "Φωτογραφία 2" })).toBeHidden();

  await press(crew, "Καμένος λαμπτήρας");
  await expect(crew.getByRole("combobox", { name: w("place-community") })).not.toHaveValue("");
  await press(crew, w("continue"));
  await press(crew, w("finding-save"));
  await press(crew, w("finding-open"));
  const photos = crew.getByRole("main").getByRole("listitem").filter({ hasText: w("photo-moment-before") });
  await expect(photos).toHaveCount(1);
});

test("work that wants photos before and after is done with them, or says why there are none", async ({ koina, bridge }) => {
  const crew = await koina.window("crew", PHONE);
  const enter = async (text: string) => {
    const input = { category: "ROD-10", community: "11020101", settlement: "1102010101", place_text: "Ερμού", position: null, asset: null, text, channel: "crew", register: false, photos: [], draft: null };
    const entered = await bridge.command("crew", "request_enter", input);
    expect(entered.status).toBe(200);
  };
  await enter("πρώτη τομή");
  await enter("δεύτερη τομή");
  const open = async (text: string) => {
    await tab(crew, w, "requests");
    await search(crew, w("requests-search"), text);
    await openFirst(crew);
    await press(crew, w("case-work"));
  };
  await open("πρώτη τομή");
  const wanted = crew.getByRole("region", { name: w("job-photos-wanted") });
  await expect(wanted.getByText(w("job-photo-lacks"))).toHaveCount(2);
  await press(crew, w("job-start"));
  await press(crew, w("job-done"));
  const summary = crew.getByRole("alert");
  await expect(summary).toContainText(w("job-photos-before-missing"));
  await expect(summary).toContainText(w("job-photos-after-missing"));
  await accessible(crew, "photos that are wanted", true);
  await crew.screenshot({ path: test.info().outputPath("wanted.png"), fullPage: true });
  // Both are taken after all, with half a reason typed: it is not needed.
  await crew.getByRole("textbox", { name: w("job-no-photos-why") }).fill("νύχτα");
  await crew.getByLabel(w("photo-take-before"), { exact: true }).setInputFiles([PICTURE]);
  await expect(wanted.getByText(w("job-photo-there"))).toHaveCount(1);
  await crew.getByLabel(w("photo-take-after"), { exact: true }).setInputFiles([OTHER]);
  await expect(wanted.getByText(w("job-photo-there"))).toHaveCount(2);
  await press(crew, w("job-done"));
  await expect(crew.getByText(w("job-finished"))).toBeVisible();
  await crew.getByText(w("job-more"), { exact: true }).click();
  await expect(crew.getByText("χωρίς φωτογραφίες: νύχτα")).toHaveCount(0);

  // The camera of the other one is broken.
  await open("δεύτερη τομή");
  await press(crew, w("job-start"));
  await press(crew, w("job-done"));
  await crew.getByRole("textbox", { name: w("job-no-photos-why") }).fill("δεν δούλεψε η κάμερα");
  await press(crew, w("job-no-photos-save"));
  await expect(crew.getByText(w("job-finished"))).toBeVisible();
  await crew.getByText(w("job-more"), { exact: true }).click();
  await expect(crew.getByText("χωρίς φωτογραφίες: δεν δούλεψε η κάμερα")).toBeVisible();
});

test("the room for photos is told and chosen", async ({ koina }) => {
  const crew = await koina.window("crew", PHONE);
  await tab(crew, w, "outbox");
  await crew.getByText(w("photos-room"), { exact: true }).click();
  const limit = crew.getByLabel(w("photos-room-budget"));
  await expect(limit).toHaveValue(String(2 * 1024 ** 3));
  await limit.selectOption({ label: "512 MB" });
  await press(crew, w("photos-room-save"));
  await expect(crew.getByRole("main").getByRole("button", { name: w("photos-room-save") })).toBeHidden();
  await crew.reload();
  await tab(crew, w, "outbox");
  await crew.getByText(w("photos-room"), { exact: true }).click();
  await expect(limit).toHaveValue(String(512 * 1024 ** 2));
  await accessible(crew, "photos, 5");
});
