/** Every screen, in every state that people meet, in both languages, narrow and wide, light and dark. */
import type { Page } from "@playwright/test";
import { PHONE, SCREEN, test, type WindowName } from "./lib/koina";
import { accessible, doubleText, fits, large } from "./lib/look";
import { startScreens } from "./lib/screens/start";
import { crewScreens } from "./lib/screens/crew";
import { deskScreens } from "./lib/screens/desk";
import { words, type Language } from "./lib/words";

async function look(page: Page, window: WindowName, name: string, language: Language): Promise<void> {
  const sun = window === "crew";
  for (const [size, px] of [[SCREEN, "1280"], [PHONE, "320"]] as const) {
    const where = `${name}, ${language}, ${px} px`;
    await page.setViewportSize(size);
    await page.waitForTimeout(60);
    await accessible(page, where, sun);
    await fits(page, where);
    if (sun) await large(page, where);
  }
}

for (const [window, screens] of [["start", startScreens], ["crew", crewScreens], ["desk", deskScreens]] as const) {
  test.describe(window, () => {
    for (const shown of screens) {
      test.describe(() => {
        test.use({ fixture: shown.fixture ?? "full" });
        test(shown.name, async ({ koina }) => {
          test.setTimeout(120_000);
          if (window === "start") await koina.bridge.control("new-device");
          const page = await koina.window(window);
          await shown.reach(page, words.el, koina);
          const name = `${window}: ${shown.name}`;
          await look(page, window, name, "el");

          // Narrow is still shown: dark, then twice the text.
          await page.emulateMedia({ colorScheme: "dark" });
          await accessible(page, `${name}, el, 320 px, dark`, window === "crew");
          await page.emulateMedia({ colorScheme: "light" });
          await page.setViewportSize({ width: 640, height: 800 });
          await doubleText(page, true);
          await fits(page, `${name}, el, 640 px, twice the text`);
          await doubleText(page, false);

          if (shown.covered) {
            await page.close();
            const again = await koina.window(window, { language: "en" });
            await shown.reach(again, words.en, koina);
            await look(again, window, name, "en");
          } else {
            await page.getByRole("button", { name: words.el("language-switch"), exact: true }).click();
            await look(page, window, name, "en");
          }
        });
      });
    }
  });
}
