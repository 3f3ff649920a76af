/** The line to the municipal server: its state for every screen, the network switch, and «Στείλε τώρα». */
import { asProblem, call } from "../ipc/call";
import { changeCount } from "../ipc/reading.svelte";
import type { ExchangeState, Problem } from "../ipc/commands";
import { loadLists } from "../words/names.svelte";

const POLL_MS = 700;

const line = $state<{ state: ExchangeState | null; sending: boolean; problem: Problem | null; finishedAt: number | null }>({
  state: null,
  sending: false,
  problem: null,
  finishedAt: null,
});

/** `state` is `null` until the first answer; `problem` is why the last command itself failed. */
export function exchange(): typeof line {
  return line;
}

/**
 * Follows the state: after every change, and twice a second while an exchange runs. The lists come from the server too: they
 * are read again after each exchange. Call once, while the shell starts.
 */
export function followExchange(): void {
  $effect(() => {
    changeCount();
    void refresh();
  });
  $effect(() => {
    if (!line.state?.running && !line.sending) return;
    const timer = setInterval(() => void refresh(), POLL_MS);
    return () => clearInterval(timer);
  });
  $effect(() => {
    if (line.state?.last_at) loadLists().catch((failure: unknown) => console.error("Reading the lists", failure));
  });
}

async function refresh(): Promise<void> {
  try {
    line.state = await call("exchange_state", {});
  } catch (failure) {
    line.problem = asProblem(failure);
  }
}

export async function sendNow(): Promise<void> {
  if (line.sending) return;
  line.sending = true;
  line.problem = null;
  line.finishedAt = null;
  try {
    line.state = await call("exchange_now", {});
    if (line.state.problem === null) line.finishedAt = Date.now();
  } catch (failure) {
    const problem = asProblem(failure);
    // Another exchange is under way: its progress is shown, and that is no problem.
    if (problem.code !== "busy") line.problem = problem;
    await refresh();
  } finally {
    line.sending = false;
  }
}

export async function setCable(cable: boolean): Promise<void> {
  line.problem = null;
  try {
    line.state = await call("set_cable", { cable });
  } catch (failure) {
    line.problem = asProblem(failure);
  }
}
