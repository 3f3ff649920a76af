/**
 * What Tauri puts into a window, over HTTP. Runs in the browser before any script of the page.
 * Only the transport differs from the app: permissions, commands and answers come from the bridge.
 */
export function internals(first: string): void {
  // As in the app (`freezePrototype`): what leans on changing it must fail here too.
  Object.freeze(Object.prototype);
  const name = sessionStorage.getItem("window") ?? first;
  const label = name.split("@")[0] ?? name;
  const callbacks = new Map<number, (data: unknown) => void>();
  const heard = new Map<number, { event: string; handler: number }>();
  let next = 1;
  let revision: number | undefined;
  let polling = false;

  async function ask(command: string, args: unknown): Promise<unknown> {
    const response = await fetch(`/ipc/${name}/${encodeURIComponent(command)}`, {
      method: "POST",
      body: JSON.stringify(args ?? {}),
      // A message handed to Tauri arrives even when the page goes away in the same moment.
      keepalive: command === "draft_save",
    });
    const said: unknown = await response.json();
    if (!response.ok) throw said;
    return said;
  }

  async function poll(): Promise<void> {
    polling = true;
    for (;;) {
      try {
        const response = await fetch(`/events/${name}${revision === undefined ? "" : `?after=${revision}`}`);
        const said = (await response.json()) as { revision: number };
        if (revision !== undefined && said.revision !== revision) {
          for (const [id, { event, handler }] of heard) {
            if (event === "changed") callbacks.get(handler)?.({ event, id, payload: { revision: said.revision } });
          }
        }
        revision = said.revision;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
  }

  async function invoke(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    if (command === "plugin:event|listen") {
      await ask(command, args);
      const id = next++;
      heard.set(id, { event: String(args["event"]), handler: Number(args["handler"]) });
      if (!polling) void poll();
      return id;
    }
    if (command === "plugin:event|unlisten") {
      await ask(command, args);
      heard.delete(Number(args["eventId"]));
      return null;
    }
    const said = await ask(command, args);
    if (command === "enrol") {
      // The window of the new profile takes the place of the first one.
      const { station } = said as { station: { profile: string } };
      sessionStorage.setItem("window", `${station.profile}@new`);
      setTimeout(() => location.reload(), 300);
    }
    if (command === "kiosk_end" && (said as { starts_anew: boolean }).starts_anew) {
      // The app starts anew, and its page with it.
      location.reload();
      await new Promise(() => undefined);
    }
    return said;
  }

  Object.defineProperty(window, "__TAURI_INTERNALS__", {
    value: {
      invoke,
      transformCallback(callback?: (data: unknown) => void, once = false): number {
        const id = next++;
        callbacks.set(id, (data) => {
          if (once) callbacks.delete(id);
          callback?.(data);
        });
        return id;
      },
      unregisterCallback: (id: number) => callbacks.delete(id),
      runCallback: (id: number, data: unknown) => callbacks.get(id)?.(data),
      convertFileSrc: (path: string) => path,
      metadata: { currentWindow: { label }, currentWebview: { windowLabel: label, label } },
    },
  });
  Object.defineProperty(window, "__TAURI_EVENT_PLUGIN_INTERNALS__", { value: { unregisterListener: (_event: string, id: number) => heard.delete(id) } });
}
