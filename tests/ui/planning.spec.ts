/** The desk gives many requests to a crew for a day; the crew sees the day, and says who works. */
import { expect, PHONE, test } from "./lib/koina";
import { accessible, fits, large } from "./lib/look";
import { back, press } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;

test("planning: chosen by zone and kind, given to a crew for tomorrow; nothing typed is lost", async ({ koina }) => {
  test.setTimeout(120_000);
  const desk = await koina.window("desk");
  await press(desk, w("planning-title"));
  const list = desk.getByRole("region", { name: w("planning-list") });
  const form = desk.getByRole("region", { name: w("planning-form") });
  await expect(list.getByRole("checkbox").nth(1)).toBeVisible();
  await press(desk, w("planning-save"));
  await expect(desk.getByRole("alert")).toContainText(w("planning-none-chosen"));
  await expect(desk.getByRole("alert")).toContainText(w("planning-crew-missing"));
  await accessible(desk, "planning with errors");
  // All of one page, then one less.
  await list.getByRole("button", { name: w("planning-page-on") }).click();
  await list.locator("li").first().getByRole("checkbox").uncheck();
  const rows = await list.locator("li").count();
  await expect(form).toContainText(`${rows - 1} επιλεγμένα`);
  await press(desk, w("planning-clear"));
  const first = await list.locator("li").nth(0).locator(".what").innerText();
  await list.locator("li").nth(0).getByRole("checkbox").check();
  await list.locator("li").nth(1).getByRole("checkbox").check();
  await form.getByRole("combobox", { name: w("case-crew") }).selectOption("light");
  await form.getByRole("textbox", { name: w("planning-day") }).fill("31/2/2026");
  await press(desk, w("planning-save"));
  await expect(form.getByRole("textbox", { name: w("planning-day") })).toHaveAttribute("aria-invalid", "true");
  await press(desk, w("planning-tomorrow"));
  await expect(form.getByRole("combobox", { name: w("case-crew") }).locator("option:checked")).toContainText("εκείνη τη μέρα");
  await accessible(desk, "planning");
  await fits(desk, "planning");
  await desk.screenshot({ path: test.info().outputPath("planning.png"), fullPage: true });
  // What is chosen and typed survives the window.
  await form.getByRole("textbox", { name: w("file-assign-note") }).fill("Με το καλαθοφόρο");
  await expect(form.getByText(w("draft-kept"))).toBeVisible();
  await desk.reload();
  await expect(form).toContainText("2 επιλεγμένα");
  await expect(form.getByRole("textbox", { name: w("file-assign-note") })).toHaveValue("Με το καλαθοφόρο");
  await press(desk, w("planning-save"));
  await expect(desk.getByText(/^2 αιτήματα χρεώθηκαν: /)).toBeVisible();
  await expect(form).toContainText("Κανένα επιλεγμένο");
  await expect(list.locator("li").first().locator(".what")).toBeVisible();
  // They have a crew now, and are found where that is asked for.
  await list.getByRole("checkbox", { name: w("planning-charged") }).check();
  await expect(list.locator("li", { hasText: "για " }).first()).toContainText(first);
  // Somebody else gives one of them to another crew while they are chosen: that one is not taken from it.
  await list.getByRole("checkbox", { name: w("planning-charged") }).uncheck();
  const query = { search: "", open: true, status: null, community: "", group: "", department: "", crew: "", no_crew: true, late: false, clash: false, unheard: false, executed: false, sort: "priority", offset: 0, limit: 2 };
  const { said } = await koina.bridge.command<{ rows: { id: string }[] }>("desk", "requests_page", query);
  await list.locator("li").nth(0).getByRole("checkbox").check();
  await list.locator("li").nth(1).getByRole("checkbox").check();
  await koina.bridge.command("desk", "request_assign", { id: said.rows[0]?.id, department: "YDR", crew: "water", day: "", note: "" });
  await press(desk, w("planning-save"));
  await expect(desk.getByText(/^1 αίτημα χρεώθηκε: /)).toBeVisible();
  await expect(desk.getByText("1 αίτημα δεν χρεώθηκε")).toBeVisible();
  await expect(desk.getByText(w("problem-changed-meanwhile"))).toBeVisible();
  await desk.setViewportSize({ width: 640, height: 900 });
  await fits(desk, "planning, narrow");
});

test("a crew ticks who works today once; the next job knows it, and the desk reads the names", async ({ koina }) => {
  test.setTimeout(120_000);
  const crew = await koina.window("crew", { size: PHONE });
  const list = crew.getByRole("list", { name: w("today-jobs") });
  await list.getByRole("button").first().click();
  await crew.getByText(w("team-ask")).click();
  await crew.getByRole("checkbox", { name: "Νίκος Πέτρου" }).check();
  await crew.getByRole("checkbox", { name: "Μαρία Ζώη" }).check();
  await expect(crew.getByText("Μαζί σήμερα: Νίκος Πέτρου, Μαρία Ζώη")).toBeVisible();
  await accessible(crew, "team", true);
  await fits(crew, "team");
  await large(crew, "team");
  await crew.screenshot({ path: test.info().outputPath("team.png"), fullPage: true });
  const go = crew.getByRole("button", { name: new RegExp(`^(${w("job-start")}|${w("job-resume")}|${w("team-save")})$`) });
  await go.click();
  await crew.getByText(w("job-more")).click();
  await expect(crew.getByText("Νίκος Πέτρου, Μαρία Ζώη", { exact: true }).first()).toBeVisible();
  await back(crew, w);
  await list.getByRole("button").nth(1).click();
  await expect(crew.getByText("Μαζί σήμερα: Νίκος Πέτρου, Μαρία Ζώη")).toBeVisible();
});
