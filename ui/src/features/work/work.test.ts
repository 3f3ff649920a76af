import { emit } from "@tauri-apps/api/event";
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { RequestCase, Status } from "../../ipc/commands";
import App from "../../shell/App.svelte";
import { about, replica, request, requestCase, station } from "../../testing/replica";

const home = () => screen.findByRole("heading", { level: 1, name: "Σήμερα" });
const standing = (status: Status, open = true): RequestCase => ({ ...requestCase, row: { ...request, status, open } });
const enrolled = { about: () => about(station) };

async function openJob() {
  render(App);
  await userEvent.click(await screen.findByRole("button", { name: /Σβηστή λάμπα/ }));
  await screen.findByRole("heading", { level: 1, name: "Σβηστή λάμπα" });
}

test("jobs stand in the order they came, and an opened job takes the focus to its heading", async () => {
  const danger = { ...request, id: "r0", category: "LGT-09", priority: 1 };
  replica({ ...enrolled, today: () => ({ jobs: [danger, request], total: 2, ways: [], later: 0, done: 3, as_of: Date.now() }) });
  render(App);
  await home();
  const jobs = within(await screen.findByRole("list", { name: "Εργασίες με τη σειρά" })).getAllByRole("button");
  expect(jobs[0]).toHaveTextContent(/Γυμνό καλώδιο.*Κίνδυνος/);
  expect(jobs[1]).toHaveTextContent("Σβηστή λάμπα");
  expect(screen.getByText("Τελειώσατε 3 εργασίες σήμερα.")).toBeVisible();
  await userEvent.click(jobs[1]!);
  await waitFor(async () => expect(await screen.findByRole("heading", { level: 1 })).toHaveFocus());
});

test("a day without jobs says so kindly, and a device that never heard from the municipality says that instead", async () => {
  replica({ ...enrolled, today: () => ({ jobs: [], total: 0, ways: [], later: 0, done: 0, as_of: Date.now() }) });
  const first = render(App);
  expect(await screen.findByText("Δεν έχετε ανοιχτή εργασία.")).toBeVisible();
  first.unmount();
  replica({ ...enrolled, today: () => ({ jobs: [], total: 0, ways: [], later: 0, done: 0, as_of: null }) });
  render(App);
  expect(await screen.findByText(/δεν έχει λάβει ακόμη δεδομένα/)).toBeVisible();
  expect(screen.queryByText("Δεν έχετε ανοιχτή εργασία.")).toBeNull();
});

test("old data are marked as old", async () => {
  replica({ ...enrolled, today: () => ({ jobs: [request], total: 1, ways: [], later: 0, done: 0, as_of: Date.now() - 3 * 86_400_000 }) });
  render(App);
  expect(await screen.findByText(/Τα δεδομένα είναι παλιά \(3 ημέρες\)/)).toBeVisible();
});

test("start and fixed are one tap each, saved at once and said so", async () => {
  let status: Status = "ASSIGNED";
  const town = replica({
    ...enrolled,
    request_case: () => standing(status, status !== "RESOLVED"),
    work_record: ({ step }) => {
      status = step.step === "start" ? "IN_PROGRESS" : "RESOLVED";
      return standing(status, status !== "RESOLVED");
    },
  });
  await openJob();
  await userEvent.click(await screen.findByRole("button", { name: "Έναρξη" }));
  expect(await screen.findByText(/Αποθηκεύτηκε σε αυτή τη συσκευή \d\d:\d\d/)).toBeVisible();
  expect(town.last("work_record")).toEqual({ id: "r1", step: { step: "start", team: [] }, supports: 0 });
  await userEvent.click(await screen.findByRole("button", { name: "Διορθώθηκε" }));
  expect(town.last("work_record")).toEqual({ id: "r1", step: { step: "done", note: "", no_photos: "" }, supports: 0 });
  expect(await screen.findByText(/Η εργασία τελείωσε/)).toBeVisible();
});

test("a note that was typed but not saved goes along with the next step", async () => {
  const town = replica({ ...enrolled, request_case: () => standing("IN_PROGRESS"), work_record: () => standing("RESOLVED", false) });
  await openJob();
  await userEvent.click(await screen.findByRole("button", { name: "Σημείωση" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Σημείωση" }), "Μπήκε LED");
  await userEvent.click(screen.getByRole("button", { name: "Διορθώθηκε" }));
  expect(town.last("work_record")).toEqual({ id: "r1", step: { step: "done", note: "Μπήκε LED", no_photos: "" }, supports: 0 });
});

test("a refused step keeps what was typed and says what to do", async () => {
  replica({
    ...enrolled,
    request_case: () => standing("IN_PROGRESS"),
    work_record: () => {
      throw { code: "bad_input", fields: [{ field: "name", rule: { rule: "missing" } }] };
    },
  });
  await openJob();
  await userEvent.click(await screen.findByRole("button", { name: "Υλικά" }));
  const quantity = screen.getByLabelText("Ποσότητα");
  await userEvent.click(screen.getByRole("button", { name: "Περισσότερο" }));
  await userEvent.click(screen.getByRole("button", { name: "Προσθήκη υλικού" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Γράψτε ποιο υλικό μπήκε.");
  expect(quantity).toHaveValue("2");
});

test("a finding takes four taps: new, kind, place that is already there, save", async () => {
  const town = replica({ ...enrolled, request_enter: () => ({ id: "r9", receipt_number: "B12-26-000043-7" }) });
  render(App);
  await home();
  await userEvent.click(screen.getByRole("button", { name: "Νέο εύρημα" }));
  await userEvent.click(await screen.findByRole("button", { name: "Σβηστή λάμπα" }));
  await waitFor(() => expect(screen.getByLabelText("Κοινότητα")).toHaveValue("11020101"));
  await userEvent.click(screen.getByRole("button", { name: "Συνέχεια" }));
  await userEvent.click(await screen.findByRole("button", { name: "Αποθήκευση ευρήματος" }));
  expect(await screen.findByText("B12-26-000043-7")).toBeVisible();
  expect(town.last("request_enter")).toMatchObject({
    category: "LGT-01", community: "11020101", settlement: "1102010103", channel: "crew", draft: "finding", register: false,
  });
});

test("what endangers life shows 112, 199 and 166 before anything else", async () => {
  replica(enrolled);
  render(App);
  await home();
  await userEvent.click(screen.getByRole("button", { name: "Νέο εύρημα" }));
  await userEvent.click(await screen.findByRole("button", { name: /Γυμνό καλώδιο/ }));
  const warning = await screen.findByRole("alert");
  for (const number of ["112", "199", "166"]) expect(warning).toHaveTextContent(number);
});

test("a finding that the replica refuses goes back to the field, with everything still typed", async () => {
  replica({
    ...enrolled,
    request_enter: () => {
      throw { code: "bad_input", fields: [{ field: "place_text", rule: { rule: "too_long", max: 300 } }] };
    },
  });
  render(App);
  await home();
  await userEvent.click(screen.getByRole("button", { name: "Νέο εύρημα" }));
  await userEvent.click(await screen.findByRole("button", { name: "Σβηστή λάμπα" }));
  await userEvent.type(await screen.findByLabelText(/Πού ακριβώς/), "πίσω από τον ναό");
  await userEvent.click(screen.getByRole("button", { name: "Συνέχεια" }));
  await userEvent.click(await screen.findByRole("button", { name: "Αποθήκευση ευρήματος" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Συντομέψτε το πεδίο «Πού ακριβώς»: χωράει έως 300 χαρακτήρες.");
  expect(screen.getByLabelText(/Πού ακριβώς/)).toHaveValue("πίσω από τον ναό");
});

test("what another device changed is read again without being asked", async () => {
  let jobs = [request];
  replica({ ...enrolled, today: () => ({ jobs, total: jobs.length, ways: [], later: 0, done: 0, as_of: Date.now() }) });
  render(App);
  await screen.findByRole("button", { name: /Σβηστή λάμπα/ });
  jobs = [request, { ...request, id: "r2", category: "WTR-01" }];
  await emit("changed", { revision: 2 });
  expect(await screen.findByRole("button", { name: /Διαρροή νερού/ })).toBeVisible();
});
