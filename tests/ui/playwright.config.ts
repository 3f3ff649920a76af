import { defineConfig } from "@playwright/test";

/** The screens in a real browser, over the real commands, replicas, exchange and municipal server (`koina-bridge`). */
export default defineConfig({
  testDir: ".",
  globalSetup: "./lib/ready.ts",
  reporter: [["list"], ["./lib/tally.ts"]],
  outputDir: "test-results",
  workers: Number(process.env.KOINA_UI_WORKERS ?? 2),
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    // Never `networkidle`: a window always waits for the next change.
    actionTimeout: 10_000,
    locale: "el-GR",
    timezoneId: "Europe/Athens",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.KOINA_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
