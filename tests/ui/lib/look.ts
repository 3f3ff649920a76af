import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./koina";

/** Nothing that axe-core objects to, on the screen as it stands. Crews read in the sun: 7:1 for them. */
export async function accessible(page: Page, where: string, sun = false): Promise<void> {
  const found = await new AxeBuilder({ page })
    .options({ rules: { "target-size": { enabled: true }, "color-contrast-enhanced": { enabled: sun } } })
    .analyze();
  const told = found.violations.map((violation) => ({
    rule: violation.id,
    help: violation.help,
    at: violation.nodes.map((node) => `${node.target.join(" ")}  ${node.html.slice(0, 160)}  ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`),
  }));
  expect.soft(told, `axe: ${where}`).toEqual([]);
}

/** Nothing reaches over the right edge. */
export async function fits(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const over = [...document.querySelectorAll<HTMLElement>("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > root.clientWidth + 1;
    });
    // The innermost ones say most.
    const inner = over.filter((element) => !over.some((other) => other !== element && element.contains(other)));
    return [`${root.scrollWidth} px in ${root.clientWidth} px`, ...inner.slice(0, 8).map((element) => element.outerHTML.slice(0, 200))];
  });
  expect.soft(wide, `sideways scroll: ${where}`).toEqual([]);
}

/** Everything a glove may have to hit is large enough; what leads on is larger. Sizes in CSS pixels. */
export async function large(page: Page, where: string): Promise<void> {
  const small = await page.evaluate(() => {
    const main = document.querySelector("main");
    const visible = (element: HTMLElement) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getClientRects().length > 0;
    const told: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("button, summary, select, textarea, input, [role=row]")) {
      if (!visible(element)) continue;
      // A radio or a tick is hit through its label.
      const hit = element.closest("label") ?? element;
      const { height, width } = hit.getBoundingClientRect();
      const leads = element.classList.contains("go");
      const least = leads ? 57 : 44;
      if (height < least - 0.5) told.push(`${Math.round(width)}×${Math.round(height)}, at least ${least} high: ${hit.outerHTML.slice(0, 140)}`);
      const room = (element.closest("dialog") ?? main)?.clientWidth ?? 0;
      if (leads && width < room * 0.8) told.push(`${Math.round(width)} wide, room for ${room}: ${hit.outerHTML.slice(0, 140)}`);
    }
    return told;
  });
  expect.soft(small, `targets: ${where}`).toEqual([]);
}

/** Twice the text, as a person sets it in the system. */
export async function doubleText(page: Page, on: boolean): Promise<void> {
  await page.evaluate((on) => {
    const root = document.documentElement;
    root.style.fontSize = "";
    if (on) root.style.fontSize = `${parseFloat(getComputedStyle(root).fontSize) * 2}px`;
    window.dispatchEvent(new Event("resize"));
  }, on);
}

/** A screen of people in the field, at each of these sizes: accessible in the sun, fitting, large enough; and a picture of the last. */
export async function lookAt(page: Page, where: string, sizes: readonly { width: number; height: number }[]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.waitForTimeout(60);
    await accessible(page, `${where}, ${size.width} px`, true);
    await fits(page, `${where}, ${size.width} px`);
    await large(page, `${where}, ${size.width} px`);
  }
  await page.screenshot({ path: test.info().outputPath(`${where}.png`), fullPage: true });
}
