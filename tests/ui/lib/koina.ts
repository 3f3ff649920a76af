import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { internals } from "./internals";
import { words, type Language, type Words } from "./words";

export { expect };
export type WindowName = "desk" | "crew" | "community" | "kiosk" | "start";
/** Of another device than usual, or of one that is locked. */
type Other = `${WindowName}@new` | "lock@crew";

/** Memory, where the system offers it as a folder: every save waits for its disk. */
function quickFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

export const PHONE = { width: 320, height: 640 };
export const SCREEN = { width: 1280, height: 800 };

/** A running `koina-bridge`: one a worker, so that tests do not meet each other's records. */
export class Bridge {
  private constructor(
    readonly address: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Bridge> {
    const child = spawn(process.env.KOINA_BRIDGE ?? "koina-bridge", [], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { TMPDIR: quickFolder(), ...process.env },
    });
    const address = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`koina-bridge ended with ${code} before it was ready`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /^KOINA_BRIDGE (\S+)$/.exec(line);
        if (found?.[1]) resolve(found[1]);
      });
    });
    return new Bridge(address, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.removeAllListeners("exit");
    this.process.once("exit", () => undefined);
    this.process.kill("SIGTERM");
    const late = setTimeout(() => this.process.kill("SIGKILL"), 5_000);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 6_000))]);
    clearTimeout(late);
  }

  async control<T = null>(what: string, wish: object = {}): Promise<T> {
    const response = await fetch(`${this.address}/control/${what}`, { method: "POST", body: JSON.stringify(wish) });
    const said: unknown = await response.json();
    if (!response.ok) throw new Error(`${what}: ${String(said)}`);
    return said as T;
  }

  /** A command of a window, past the screens. */
  async command<T>(window: string, name: string, input: object = {}): Promise<{ status: number; said: T }> {
    const response = await fetch(`${this.address}/ipc/${window}/${name}`, { method: "POST", body: JSON.stringify({ input }) });
    return { status: response.status, said: (await response.json()) as T };
  }
}

/** What a test works with: the bridge, reset, and windows of the app. */
export class Koina {
  /** Uncaught failures of any page, and what the app's own content policy forbade. */
  readonly failures: string[] = [];

  constructor(
    readonly bridge: Bridge,
    readonly context: BrowserContext,
  ) {}

  /** Opens a window of the app. */
  async window(name: WindowName | Other, options: { language?: Language; size?: { width: number; height: number } } = {}): Promise<Page> {
    await this.speak(name, options.language ?? "el");
    const page = await this.context.newPage();
    page.on("pageerror", (failure) => this.failures.push(failure.stack ?? failure.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) this.failures.push(message.text());
    });
    await page.setViewportSize(options.size ?? SCREEN);
    // Chromium gave up a reload once in a hundred runs (`net::ERR_ABORTED`), with nothing else under way, and the next one
    // once while it was still putting the page away.
    const reload = page.reload.bind(page);
    page.reload = async (how) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await reload(how);
        } catch (failure) {
          if (tries === 4 || !/ERR_ABORTED|Not attached to an active page/.test(String(failure))) throw failure;
          await page.waitForTimeout(250 * tries);
        }
      }
    };
    await page.addInitScript(internals, name);
    await page.goto(this.bridge.address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    return page;
  }

  async speak(window: string, language: Language): Promise<void> {
    await this.bridge.command(window, "set_language", { language });
  }
}

export const test = base.extend<{ koina: Koina; w: Words; fixture: string }, { bridge: Bridge }>({
  bridge: [
    async ({}, use) => {
      const bridge = await Bridge.start();
      await use(bridge);
      await bridge.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  fixture: ["full", { option: true }],
  w: async ({}, use) => use(words.el),
  koina: async ({ bridge, context, fixture }, use) => {
    if (fixture !== "own") await bridge.control("reset", { fixture });
    const koina = new Koina(bridge, context);
    await use(koina);
    expect(koina.failures, "no uncaught failure, nothing against the content policy").toEqual([]);
  },
});
