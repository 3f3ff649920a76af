import { expect } from "@playwright/test";
import { press, type Shown } from "./steps";

export const startScreens: Shown[] = [
  { name: "first start", reach: async (page, w) => expect(page.getByRole("heading", { level: 1, name: w("start-title") })).toBeVisible() },
  {
    name: "first start, text of a QR",
    reach: async (page, w) => {
      await page.getByRole("radio", { name: w("start-how-qr") }).check();
      await expect(page.getByRole("textbox", { name: w("start-qr") })).toBeVisible();
    },
  },
  {
    name: "first start, nothing typed",
    reach: async (page, w) => {
      await press(page, w("start-go"));
      await expect(page.getByRole("alert").getByRole("link", { name: w("start-code-missing") })).toBeVisible();
    },
  },
  {
    name: "first start, wrong code",
    reach: async (page, w, koina) => {
      const { server } = await koina.bridge.control<{ server: string }>("new-device");
      await page.getByRole("textbox", { name: w("start-server") }).fill(server);
      await page.getByRole("textbox", { name: w("start-code") }).fill("AAAAA-AAAAA");
      await press(page, w("start-go"));
      await expect(page.getByRole("alert")).toContainText(w("problem-code-refused"));
    },
  },
  {
    name: "first start, server does not answer",
    reach: async (page, w, koina) => {
      const { server } = await koina.bridge.control<{ server: string }>("new-device");
      await koina.bridge.control("stop-server");
      await page.getByRole("textbox", { name: w("start-server") }).fill(server);
      await page.getByRole("textbox", { name: w("start-code") }).fill("AAAAA-AAAAA");
      await press(page, w("start-go"));
      await expect(page.getByText(w("problem-offline"))).toBeVisible();
    },
  },
];
