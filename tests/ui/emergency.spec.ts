/** A plan of civil protection comes into force at the desk, and the crew's list says so. */
import { expect, PHONE, test } from "./lib/koina";
import { accessible, fits } from "./lib/look";
import { press, tab } from "./lib/screens/steps";
import { words } from "./lib/words";

const w = words.el;

test("snow: the desk puts the plan into force, crews see it and its works first, until it ends", async ({ koina }) => {
  test.setTimeout(120_000);
  const desk = await koina.window("desk");
  const crew = await koina.window("crew", { size: PHONE });
  await expect(crew.getByRole("list", { name: w("today-jobs") })).toBeVisible();
  const before = await crew.getByRole("list", { name: w("today-jobs") }).getByRole("button").count();
  await press(desk, w("plan-title"));
  await press(desk, w("plan-begin"));
  await press(desk, w("plan-begin-do"));
  await expect(desk.getByRole("alert")).toContainText(w("plan-which-missing"));
  await desk.getByRole("radio", { name: /ΒΟΡΕΑΣ 2/ }).check();
  await accessible(desk, "emergency");
  await fits(desk, "emergency");
  await press(desk, w("plan-begin-do"));
  await expect(desk.getByText("Σε ισχύ: ΒΟΡΕΑΣ 2 · Χιονοπτώσεις – παγετός")).toBeVisible();
  await desk.screenshot({ path: test.info().outputPath("desk.png"), fullPage: true });
  await koina.bridge.command("crew", "exchange_now");
  await expect(crew.getByText("Σε ισχύ: ΒΟΡΕΑΣ 2 · Χιονοπτώσεις – παγετός")).toBeVisible({ timeout: 20_000 });
  await expect(crew.getByText(w("plan-crew"))).toBeVisible();
  await expect(crew.getByRole("list", { name: w("today-jobs") }).getByRole("button")).toHaveCount(before);
  await accessible(crew, "crew in an emergency", true);
  await fits(crew, "crew in an emergency");
  await crew.screenshot({ path: test.info().outputPath("crew.png"), fullPage: true });
  await tab(desk, w, "inbox");
  await expect(desk.getByText(w("plan-others"))).toBeVisible();
  await press(desk, w("plan-title"));
  await press(desk, w("plan-end"));
  await press(desk, w("plan-end-do"));
  await expect(desk.getByRole("button", { name: w("plan-begin") })).toBeVisible();
  await koina.bridge.command("crew", "exchange_now");
  await expect(crew.getByText("Σε ισχύ: ΒΟΡΕΑΣ 2")).toHaveCount(0, { timeout: 20_000 });
});
