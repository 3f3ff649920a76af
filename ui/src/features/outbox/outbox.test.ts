import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../../shell/App.svelte";
import { about, exchange, outboxRow, replica, station } from "../../testing/replica";

const rows = [
  outboxRow("1", "on_device", { tries: 0 }),
  outboxRow("2", "sent"),
  outboxRow("3", "received"),
  outboxRow("4", "needs_decision", { reason: "out_of_scope", typed: "κλείσαμε τη βάνα" }),
];

async function openOutbox(own: Parameters<typeof replica>[0] = {}) {
  const town = replica({
    about: () => about(station),
    outbox_page: ({ saved }) => {
      const found = rows.filter((row) => saved === null || row.saved === saved);
      return { rows: found, total: found.length };
    },
    ...own,
  });
  render(App);
  await userEvent.click(await screen.findByRole("button", { name: /^Αποστολή/ }));
  await screen.findByRole("heading", { level: 1, name: "Αποστολή" });
  return town;
}

test("the outbox says how far each thing has come in the five words, and explains them", async () => {
  await openOutbox();
  const list = await screen.findByRole("grid");
  for (const word of ["Στη συσκευή", "Στάλθηκε", "Παραλήφθηκε", "Χρειάζεται απόφαση"]) {
    expect(within(list).getByText(word)).toBeVisible();
  }
  expect(within(list).getByText(/κοινότητα που δεν έχει αυτή η συσκευή/)).toBeVisible();
  const meaning = screen.getByText("Τι σημαίνουν οι λέξεις").closest("details")!;
  for (const word of ["Πρόχειρο", "Στη συσκευή", "Στάλθηκε", "Παραλήφθηκε", "Χρειάζεται απόφαση"]) {
    expect(within(meaning).getByText(word)).toBeInTheDocument();
  }
});

test("what needs a decision shows why and can be sent again", async () => {
  const town = await openOutbox({ outbox_retry: () => ({}) });
  await userEvent.click(await screen.findByText("Χρειάζεται απόφαση", { selector: "[role=grid] *" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("Ό,τι γράψατε έχει κρατηθεί στη συσκευή.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Στείλε ξανά" }));
  expect(town.last("outbox_retry")).toEqual({ change: "4" });
});

test("what needs a decision shows what was typed, and is given up only by a second tap", async () => {
  const town = await openOutbox({ outbox_discard: () => ({}) });
  await userEvent.click(await screen.findByText("Χρειάζεται απόφαση", { selector: "[role=grid] *" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText("κλείσαμε τη βάνα")).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Να μη σταλεί" }));
  expect(town.times("outbox_discard")).toBe(0);
  await userEvent.click(within(dialog).getByRole("button", { name: "Ναι, να μη σταλεί" }));
  expect(town.last("outbox_discard")).toEqual({ change: "4" });
  expect(await within(dialog).findByText(/Αντίγραφο έμεινε στη συσκευή/)).toBeVisible();
  expect(within(dialog).queryByRole("button", { name: "Στείλε ξανά" })).toBeNull();
});

test("the filter asks the replica for one state only", async () => {
  const town = await openOutbox();
  await userEvent.selectOptions(await screen.findByLabelText("Ποια"), "received");
  await screen.findByText("1 εγγραφή");
  expect(town.last("outbox_page")).toMatchObject({ saved: "received", offset: 0 });
});

test("the line says what waits and when it last went out; without network it stays calm", async () => {
  await openOutbox({
    exchange_state: () => ({ ...exchange, pending: 3, last_at: Date.now() - 60_000, problem: { code: "offline", since: null } }),
  });
  expect(await screen.findByText(/3 προς αποστολή · τελευταία ανταλλαγή \d\d:\d\d/)).toBeVisible();
  expect(screen.getByText(/Συνεχίστε τη δουλειά/)).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("the network switch says its state in words and tells the replica", async () => {
  const town = await openOutbox();
  const button = await screen.findByRole("switch", { name: /Δίκτυο συσκευής: ανοιχτό/ });
  await userEvent.click(button);
  expect(town.last("set_cable")).toEqual({ cable: false });
  expect(await screen.findByRole("switch", { name: /Δίκτυο συσκευής: κλειστό/ })).not.toBeChecked();
});

test("send now says when it is done, and why when it is not", async () => {
  let works = true;
  await openOutbox({
    exchange_now: () => {
      if (!works) throw { code: "revoked" };
      return { ...exchange, last_at: Date.now() };
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Στείλε τώρα" }));
  expect(await screen.findByText(/Η ανταλλαγή ολοκληρώθηκε στις/)).toBeVisible();
  works = false;
  await userEvent.click(screen.getByRole("button", { name: "Στείλε τώρα" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Μόλις παραδώσει όσα δεν έχει στείλει, θα διαγράψει όλα όσα έχει");
});
