import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { LockState, Problem } from "../../ipc/commands";
import App from "../../shell/App.svelte";
import { setAbout } from "../../shell/station.svelte";
import { about, replica, station, unlocked } from "../../testing/replica";
import FirstPin from "./FirstPin.svelte";
import { inMinutes } from "./wait";
import { locked, watchIdle } from "./idle.svelte";

const people = [{ id: "p1", name: "Μαρία", bound: false }, { id: "p2", name: "Νίκος", bound: false }];
const shut: LockState = { ...unlocked, locked: true, people };

afterEach(() => {
  vi.useRealTimers();
  // A window begins by knowing nothing.
  setAbout(about(null));
});

test("a locked device asks who is there and for their PIN, and nothing else of the replica", async () => {
  const behind = replica({ lock_state: () => shut, unlock: () => ({}) }, "lock");
  render(App);
  const pin = await screen.findByLabelText("PIN");
  await userEvent.click(screen.getByRole("button", { name: "Άνοιγμα" }));
  expect(screen.getAllByText("Διαλέξτε ποιος είστε.").length).toBeGreaterThan(0);
  expect(screen.getAllByText("Γράψτε το PIN σας.").length).toBeGreaterThan(0);
  await userEvent.click(screen.getByRole("radio", { name: "Νίκος" }));
  await userEvent.type(pin, "739105");
  await userEvent.click(screen.getByRole("button", { name: "Άνοιγμα" }));
  expect(behind.last("unlock")).toEqual({ person: "p2", pin: "739105" });
  expect(new Set(behind.asked.map((one) => one.name))).toEqual(new Set(["lock_state", "unlock"]));
});

test("a wrong PIN is said at its field and taken out of it, and whoever has to wait sees for how long", async () => {
  let wait = 0;
  const wrong: Problem = { code: "wrong_pin" };
  replica({
    lock_state: () => ({ ...shut, people: people.slice(0, 1), wait_s: wait }),
    unlock: () => {
      wait = 90;
      throw wrong;
    },
  }, "lock");
  render(App);
  const pin = await screen.findByLabelText<HTMLInputElement>("PIN");
  expect(pin.type).toBe("password");
  await userEvent.type(pin, "000000{Enter}");
  expect((await screen.findAllByText("Το PIN δεν είναι σωστό. Δοκιμάστε ξανά.")).length).toBeGreaterThan(0);
  expect(pin.value).toBe("");
  expect(await screen.findByText(/Περιμένετε 1:30/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Άνοιγμα" })).toBeDisabled();
});

test("a wait is minutes and seconds", () => {
  expect([0, 9, 60, 899].map(inMinutes)).toEqual(["0:00", "0:09", "1:00", "14:59"]);
});

test("a device that somebody locked with a PIN locks itself when nobody touches it, and another does not", async () => {
  vi.useFakeTimers();
  const behind = replica({ lock_now: () => ({}) });
  const stop = watchIdle();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(behind.times("lock_now"), "nobody has a PIN").toBe(0);
  locked({ ...unlocked, people });
  await vi.advanceTimersByTimeAsync(590_000);
  window.dispatchEvent(new Event("pointerdown"));
  await vi.advanceTimersByTimeAsync(590_000);
  expect(behind.times("lock_now"), "touched meanwhile").toBe(0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(behind.times("lock_now")).toBeGreaterThan(0);
  stop();
});

test("a PIN that the municipality wants is typed twice, and the name is there already", async () => {
  const easy: Problem = { code: "bad_input", fields: [{ field: "pin", rule: { rule: "too_easy" } }] };
  const behind = replica({
    about: () => about(station),
    lock_state: () => unlocked,
    person_add: (input) => {
      if (input.pin === "123456") throw easy;
      return { ...unlocked, people: people.slice(1), me: people[1] ?? null };
    },
  });
  setAbout({ ...about(station), pin_wanted: true });
  const ondone = vi.fn();
  render(FirstPin, { ondone });
  expect(await screen.findByLabelText("Όνομα")).toHaveValue("Νίκος");
  const [pin, again] = [screen.getByLabelText("PIN"), screen.getByLabelText("Το ίδιο PIN ξανά")];
  for (const field of [pin, again]) await userEvent.type(field, "123456");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση" }));
  await waitFor(() => expect(pin).toBeInvalid());
  for (const field of [pin, again]) await userEvent.clear(field);
  await userEvent.type(pin, "739105");
  await userEvent.type(again, "739106");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση" }));
  expect(screen.getAllByText("Τα δύο PIN δεν είναι ίδια. Γράψτε ξανά και τα δύο.").length).toBeGreaterThan(0);
  expect(behind.times("person_add")).toBe(1);
  expect(screen.queryByRole("button", { name: /Συνέχεια χωρίς|Άκυρο/ }), "nobody gets by").toBeNull();
  await userEvent.type(again, "{Backspace}5");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση" }));
  expect(behind.last("person_add")).toEqual({ old: "", name: "Νίκος", pin: "739105" });
  await waitFor(() => expect(ondone).toHaveBeenCalledOnce());
});

test("whoever cannot set the PIN that the municipality wants works on without", async () => {
  const full: Problem = { code: "disk_full" };
  replica({
    lock_state: () => unlocked,
    person_add: () => {
      throw full;
    },
  });
  setAbout({ ...about(station), pin_wanted: true });
  const ondone = vi.fn();
  render(FirstPin, { ondone });
  await userEvent.type(await screen.findByLabelText("PIN"), "739105");
  await userEvent.type(screen.getByLabelText("Το ίδιο PIN ξανά"), "739105");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση" }));
  await userEvent.click(await screen.findByRole("button", { name: "Συνέχεια χωρίς PIN" }));
  expect(ondone).toHaveBeenCalledOnce();
});
