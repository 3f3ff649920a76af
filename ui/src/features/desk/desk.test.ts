import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Clash, ConflictRow, DeviceRow, Problem, RequestCase, Role, Station, UnsentRows } from "../../ipc/commands";
import App from "../../shell/App.svelte";
import { about, exchange, lists, replica, request, requestCase, station } from "../../testing/replica";

afterEach(() => {
  vi.useRealTimers();
});

// The screens are a chunk of their own; the first test does not wait for it.
beforeAll(async () => {
  await Promise.all([import("."), import("../common")]);
});

const desk = (role: Role = "admin"): Station => ({ ...station, name: "ΚΕΠ Λιτοχώρου", role, profile: "desk", crew: null, communities: [] });
const enrolled = (role: Role = "admin") => ({ about: () => about(desk(role)), conflicts_page: () => ({ rows: [], total: 0 }) });
const refuse = (problem: Problem) => () => {
  throw problem;
};

/** Opens the desk at one of its tabs. */
async function openTab(name: string) {
  render(App);
  await userEvent.click(await screen.findByRole("button", { name }));
  await screen.findByRole("heading", { level: 1, name });
}

const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });

test("a phone call is entered with the keyboard alone, from F2 to the receipt number and the next call", async () => {
  const town = replica({
    ...enrolled("clerk"),
    // The command drops the draft in its own tx.
    request_enter: ({ draft }) => (town.drafts.delete(draft ?? ""), { id: "r9", receipt_number: "A1-26-000007-X" }),
  });
  render(App);
  await heading("Εισερχόμενα");
  const keys = userEvent.setup();
  await keys.keyboard("{F2}");
  await heading("Νέο αίτημα");
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Τι συμβαίνει;" })).toHaveFocus());
  await keys.keyboard("lampa{Tab}");
  expect(screen.getByRole("combobox", { name: "Τι συμβαίνει;" })).toHaveValue("Σβηστή λάμπα");
  await keys.keyboard("λιμανι{Enter}{Tab}");
  expect(screen.getByRole("combobox", { name: "Πού;" })).toHaveValue("Λιμάνι Λιτοχώρου");
  await keys.keyboard("δίπλα στο φάρο{Enter}{Tab}");
  await waitFor(() => expect(screen.getByText("Ανοιχτά της ίδιας ομάδας στην ίδια κοινότητα")).toBeVisible());
  await keys.keyboard("Δεν ανάβει από χθες{Tab}");
  expect(screen.getByRole("radio", { name: "Τηλέφωνο" })).toHaveFocus();
  await keys.keyboard("{Tab} ");
  expect(screen.getByRole("checkbox", { name: /Ζητά αριθμό πρωτοκόλλου/ })).toBeChecked();
  await keys.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("A1-26-000007-X")).toBeVisible();
  expect(town.times("request_enter")).toBe(1);
  expect(town.last("request_enter")).toEqual({
    category: "LGT-01", community: "11020101", settlement: "1102010103", place_text: "δίπλα στο φάρο", position: null, asset: null,
    text: "Δεν ανάβει από χθες", channel: "phone", register: true, photos: [], draft: "desk-enter",
  });
  expect(screen.getByText(/Θα δοθεί στην επόμενη ανταλλαγή/)).toBeVisible();
  await waitFor(() => expect(within(screen.getByRole("main")).getByRole("button", { name: "Νέο αίτημα" })).toHaveFocus());
  await keys.keyboard("{Enter}");
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Τι συμβαίνει;" })).toHaveFocus());
  expect(screen.getByRole("textbox", { name: "Με τα λόγια του πολίτη" })).toHaveValue("");
});

test("Alt+N opens a new request in a Greek keyboard too", async () => {
  replica(enrolled("clerk"));
  render(App);
  await heading("Εισερχόμενα");
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "ν", code: "KeyN", altKey: true }));
  await heading("Νέο αίτημα");
});

test("a kind that endangers life shows 112, 199 and 166 before anything is saved", async () => {
  replica(enrolled("clerk"));
  await openTab("Νέο αίτημα");
  await userEvent.type(screen.getByRole("combobox", { name: "Τι συμβαίνει;" }), "καλωδιο{Enter}");
  expect(await screen.findByText("Κινδυνεύει ζωή; Καλέστε πρώτα.")).toBeVisible();
  expect(screen.getByText("166")).toBeVisible();
});

test("a refused save shows the summary, takes the focus there, and keeps everything typed", async () => {
  replica({
    ...enrolled("clerk"),
    request_enter: refuse({ code: "bad_input", fields: [{ field: "text", rule: { rule: "too_long", max: 4000 } }] }),
  });
  await openTab("Νέο αίτημα");
  await userEvent.click(screen.getByRole("button", { name: "Καταχώριση" }));
  const summary = await screen.findByRole("alert");
  expect(within(summary).getByRole("link", { name: "Διαλέξτε από τη λίστα τι συμβαίνει." })).toBeVisible();
  await userEvent.type(screen.getByRole("combobox", { name: "Τι συμβαίνει;" }), "λαμπα{Tab}");
  await userEvent.type(screen.getByRole("combobox", { name: "Πού;" }), "lito{Tab}");
  await userEvent.type(screen.getByRole("textbox", { name: "Με τα λόγια του πολίτη" }), "Πολύ μεγάλο");
  await userEvent.click(screen.getByRole("button", { name: "Καταχώριση" }));
  await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(/χωράει έως 4\.000 χαρακτήρες/));
  expect(screen.getByRole("alert")).toHaveFocus();
  expect(document.title).toMatch(/^Πρόβλημα: /);
  expect(screen.getByRole("combobox", { name: "Τι συμβαίνει;" })).toHaveValue("Σβηστή λάμπα");
  expect(screen.getByRole("combobox", { name: "Πού;" })).toHaveValue("Λιτόχωρο");
  expect(screen.getByRole("textbox", { name: "Με τα λόγια του πολίτη" })).toHaveValue("Πολύ μεγάλο");
});

test("what is typed in a call is a draft, and is there again after the window was closed", async () => {
  const town = replica(enrolled("clerk"));
  await openTab("Νέο αίτημα");
  await userEvent.type(screen.getByRole("combobox", { name: "Τι συμβαίνει;" }), "λαμπα{Tab}");
  await userEvent.type(screen.getByRole("textbox", { name: "Με τα λόγια του πολίτη" }), "Μισή κουβέντα");
  await waitFor(() => expect(town.drafts.get("desk-enter")).toContain("Μισή κουβέντα"));
  await userEvent.click(screen.getByRole("button", { name: "Εισερχόμενα" }));
  await heading("Εισερχόμενα");
  await userEvent.click(screen.getByRole("button", { name: "Νέο αίτημα" }));
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Με τα λόγια του πολίτη" })).toHaveValue("Μισή κουβέντα"));
  expect(screen.getByRole("combobox", { name: "Τι συμβαίνει;" })).toHaveValue("Σβηστή λάμπα");
});

test("the inbox asks the replica for exactly what the filters say, and counts what waits for the desk", async () => {
  const town = replica({ ...enrolled("clerk"), requests_page: (query) => ({ rows: [request], total: query.status === "CANNOT_BE_DONE" ? 6 : 41 }) });
  render(App);
  const asked = () => town.asked.filter((item) => item.name === "requests_page" && (item.input as { limit: number }).limit > 1).at(-1)?.input;
  await screen.findByText("B12-26-000042-K");
  expect(asked()).toMatchObject({ search: "", open: true, status: null, late: false, clash: false, sort: "newest" });
  await userEvent.click(await screen.findByRole("button", { name: "Δεν γίνονται 6" }));
  await waitFor(() => expect(asked()).toMatchObject({ open: null, status: "CANNOT_BE_DONE" }));
  await userEvent.click(screen.getByRole("button", { name: /Εκπρόθεσμα/ }));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Υπηρεσία" }), "HLF");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Ταξινόμηση" }), "due");
  await userEvent.type(screen.getByRole("searchbox"), "λαμπα{Enter}");
  await waitFor(() =>
    expect(asked()).toMatchObject({ search: "λαμπα", open: true, status: null, late: true, department: "HLF", sort: "due" }),
  );
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await heading("Σβηστή λάμπα");
});

const file = (more: Partial<RequestCase> = {}): RequestCase => ({
  ...requestCase,
  row: { ...request, status: "RECEIVED", department: "", crew: "" },
  may: ["register_requests", "assign_requests", "answer_requests", "close_requests", "edit_requests", "record_work", "note_requests", "decide_conflicts"],
  ...more,
});

async function openCase() {
  render(App);
  await userEvent.click(await screen.findByText("B12-26-000042-K"));
  await heading("Σβηστή λάμπα");
}

test("registering says that the number comes with the next exchange", async () => {
  const town = replica({ ...enrolled("clerk"), request_case: () => file(), request_register: () => file({ awaits_number: true }) });
  await openCase();
  await userEvent.click(screen.getByRole("button", { name: "Πρωτοκόλληση" }));
  expect(await screen.findByText("Θα δοθεί αριθμός πρωτοκόλλου στην επόμενη ανταλλαγή.")).toBeVisible();
  expect(town.last("request_register")).toEqual({ id: "r1" });
  expect(screen.queryByRole("button", { name: "Πρωτοκόλληση" })).toBeNull();
});

test("assigning proposes the department of the kind, and first the crews that can do it and work there", async () => {
  const of = (id: string, skills: string[], communities: string[]) => ({ ...lists.crews[0]!, id, name: `Συνεργείο ${id}`, skills, communities, members: [] });
  const crews = [of("νερού", ["WTR"], ["11020101"]), of("μακρινό", ["LGT"], ["11020999"]), ...lists.crews];
  const town = replica({ ...enrolled("clerk"), lists: () => ({ ...lists, crews }), request_case: () => file(), request_assign: () => file() });
  await openCase();
  await userEvent.click(screen.getByRole("button", { name: "Χρέωση" }));
  expect(screen.getByRole("combobox", { name: "Υπηρεσία" })).toHaveValue("HLF");
  const crewsOf = (name: string) => within(screen.getByRole("group", { name })).getAllByRole("option").map((option) => option.textContent);
  expect(crewsOf("Με την ειδικότητα, σε αυτή τη ζώνη")).toEqual(["Συνεργείο 2"]);
  expect(crewsOf("Με την ειδικότητα, σε άλλη ζώνη")).toEqual(["Συνεργείο μακρινό"]);
  expect(crewsOf("Υπόλοιπα συνεργεία")).toEqual(["Συνεργείο νερού"]);
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Συνεργείο" }), "c2");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/Αποθηκεύτηκε στη συσκευή/)).toBeVisible();
  expect(town.last("request_assign")).toEqual({ id: "r1", department: "HLF", crew: "c2", day: "", note: "" });
});

test("closing as a duplicate asks which one, and sends the one that was found", async () => {
  const other = { ...request, id: "r2", receipt_number: "A1-26-000003-B" };
  const town = replica({ ...enrolled("clerk"), request_case: () => file(), requests_page: () => ({ rows: [request, other], total: 2 }), request_close: () => file() });
  await openCase();
  await userEvent.click(screen.getByRole("button", { name: "Κλείσιμο" }));
  const form = within(screen.getByRole("form", { name: "Κλείσιμο αιτήματος" }));
  await userEvent.click(form.getByRole("button", { name: "Κλείσιμο αιτήματος" }));
  expect(await form.findByRole("link", { name: "Διαλέξτε πώς τελείωσε." })).toBeVisible();
  await userEvent.click(form.getByRole("radio", { name: /Διπλότυπο/ }));
  await userEvent.click(await form.findByRole("radio", { name: /A1-26-000003-B/ }));
  expect(form.queryByRole("radio", { name: /B12-26-000042-K/ })).toBeNull();
  await userEvent.click(form.getByRole("button", { name: "Κλείσιμο αιτήματος" }));
  await waitFor(() => expect(town.last("request_close")).toEqual({ id: "r1", outcome: { outcome: "duplicate", of: "r2" }, note: "", supports: 0 }));
});

test("correcting sends only what was corrected", async () => {
  const town = replica({ ...enrolled("clerk"), request_case: () => file(), request_edit: () => file() });
  await openCase();
  await userEvent.click(screen.getByRole("button", { name: "Διόρθωση" }));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Προτεραιότητα" }), "2");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση διόρθωσης" }));
  await waitFor(() =>
    expect(town.last("request_edit")).toEqual({ id: "r1", category: null, community: null, settlement: null, place_text: null, text: null, priority: 2 }),
  );
});

test("acts of two crews that did not know of each other are explained in words", async () => {
  const line = requestCase.timeline[0]!;
  const timeline = [line, { ...line, id: "e2", what: "done", by: "Συνεργείο 1", concurrent: true }, { ...line, id: "e3", what: "impossible", by: "Συνεργείο 2", concurrent: true }];
  replica({ ...enrolled("clerk"), request_case: () => file({ timeline }) });
  await openCase();
  expect(screen.getByText(/^Συνεργείο 1 και Συνεργείο 2 ενήργησαν χωρίς να γνωρίζουν το ένα για το άλλο/)).toBeVisible();
});

const clash: Clash = {
  field: "cat",
  versions: [
    { key: "4@a", value: "LGT-01", by: "Συνεργείο 2", at: Date.now() - 3_600_000, winning: true },
    { key: "4@b", value: "WTR-01", by: "ΚΕΠ", at: Date.now() - 1_800_000, winning: false },
  ],
};
const conflict: ConflictRow = {
  doc: "r1", kind: "request", code: "LGT-01", number: "B12-26-000042-K", title: "Σβηστή λάμπα", community: "11020101", settlement: "", clashes: [clash],
};

test("a conflict is shown in words, decided once with the chosen version and the note", async () => {
  let clashes = [clash];
  const town = replica({
    ...enrolled("clerk"),
    conflicts_page: () => ({ rows: [conflict], total: 1 }),
    request_case: () => file({ clashes }),
    conflict_decide: () => ((clashes = []), { ...conflict, clashes: [] }),
  });
  await openTab("Συγκρούσεις");
  await userEvent.click(await screen.findByText("Σβηστή λάμπα"));
  const choices = within(await screen.findByRole("group", { name: "Είδος: ποια εκδοχή ισχύει;" }));
  expect(choices.getByRole("radio", { name: /Σβηστή λάμπα.*Συνεργείο 2.*Φαίνεται τώρα/ })).not.toBeChecked();
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση επιλογής" }));
  expect(await screen.findByRole("link", { name: "Διαλέξτε ποια εκδοχή ισχύει για το πεδίο «Είδος»." })).toBeVisible();
  expect(town.times("conflict_decide")).toBe(0);
  await userEvent.click(choices.getByRole("radio", { name: /Διαρροή νερού.*ΚΕΠ/ }));
  await userEvent.type(screen.getByRole("textbox", { name: /Γιατί αυτή;/ }), "Το είπε ο πρόεδρος");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση επιλογής" }));
  expect(await screen.findByText(/Η απόφαση αποθηκεύτηκε.*μένει στο ιστορικό/)).toBeVisible();
  expect(town.last("conflict_decide")).toEqual({ id: "r1", field: "cat", key: "4@b", note: "Το είπε ο πρόεδρος" });
  expect(await screen.findByRole("button", { name: "Λίστα συγκρούσεων" })).toBeVisible();
});

test("a conflict that somebody else decided meanwhile is read again, without alarm", async () => {
  let clashes = [clash];
  replica({
    ...enrolled("clerk"),
    conflicts_page: () => ({ rows: [conflict], total: 1 }),
    request_case: () => file({ clashes }),
    conflict_decide: () => {
      clashes = [];
      throw { code: "already_decided" } satisfies Problem;
    },
  });
  await openTab("Συγκρούσεις");
  await userEvent.click(await screen.findByText("Σβηστή λάμπα"));
  await userEvent.click(await screen.findByRole("radio", { name: /Διαρροή νερού/ }));
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση επιλογής" }));
  expect(await screen.findByText(/Κάποιος άλλος αποφάσισε ήδη/)).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
  await waitFor(() => expect(screen.queryByRole("radio")).toBeNull());
});

test("no conflicts is said in words", async () => {
  replica(enrolled("clerk"));
  await openTab("Συγκρούσεις");
  expect(await screen.findByText("Καμία σύγκρουση δεν περιμένει απόφαση.")).toBeVisible();
});

const device: DeviceRow = {
  id: "d2", code: "B3", name: "Συνεργείο 2 – Ηλεκτροφωτισμός", person: "Νίκος", role: "crew", crew: "c2", communities: ["11020101"],
  enrolled_at: Date.now() - 40 * 86_400_000, last_seen_at: Date.now() - 3_600_000, revoked_at: null, erased_at: null, twice_at: null, pending: 3, refused: 1, version: "0.1.0", health: null, needs: [], unsent: null,
};
const refused = { change: "ab12", doc: "r1", device: "d2", by: "Συνεργείο 2 – Ηλεκτροφωτισμός", at: Date.now() - 7_200_000, reason: "out_of_scope", typed: "Έσπασε ο κρουνός" };

test("without the server the devices page is calm, and asks again on demand", async () => {
  let isUp = false;
  const town = replica({
    ...enrolled(),
    devices_page: () => {
      if (!isUp) throw { code: "offline", since: null } satisfies Problem;
      return { devices: [device], refused: [] };
    },
  });
  await openTab("Συσκευές");
  expect(await screen.findByText("Δεν μπορούμε να ρωτήσουμε τώρα")).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
  isUp = true;
  await userEvent.click(screen.getByRole("button", { name: "Δοκίμασε ξανά" }));
  expect(await screen.findByRole("heading", { name: "Συνεργείο 2 – Ηλεκτροφωτισμός" })).toBeVisible();
  expect(screen.getByText("3 αλλαγές")).toBeVisible();
  expect(town.times("devices_page")).toBe(2);
});

test("a device of which there may be a copy is marked, and it says what to do", async () => {
  replica({ ...enrolled(), devices_page: () => ({ devices: [{ ...device, twice_at: Date.now() }], refused: [] }) });
  await openTab("Συσκευές");
  expect(await screen.findByText("Ίσως υπάρχει αντίγραφό της")).toBeVisible();
  expect(screen.getByText(/ανακαλέστε την και δώστε νέο κωδικό/)).toBeVisible();
});

test("what a device had not sent is named, and whether anybody can open it", async () => {
  const since = Date.now() - 7_200_000;
  const row = { kind: "request" as const, changes: 2, since, number: "", code: "" };
  const unsent: UnsentRows = {
    records: [
      { ...row, doc: "r1", is_known: true, number: "2026/41", code: "LGT-01" },
      { ...row, doc: "r2", is_known: false, changes: 1 },
      { ...row, doc: "r3", is_known: true },
    ],
    more: 4,
    contacts: 0,
    photos: 2,
    pin: false,
  };
  const town = replica({ ...enrolled(), devices_page: () => ({ devices: [{ ...device, unsent }], refused: [] }) });
  await openTab("Συσκευές");
  expect(await screen.findByText(/^Χωρίς PIN/)).toBeVisible();
  await userEvent.click(screen.getByText(/^Τι δεν είχε στείλει/));
  const said = screen.getAllByRole("listitem").map((item) => item.textContent);
  for (const words of [/Νέο αίτημα, που το έχει μόνο η συσκευή/, /Εγγραφή που δεν βρίσκεται σε αυτόν τον υπολογιστή/, /Και 4 ακόμη εγγραφές/, /2 φωτογραφίες/]) {
    expect(said.some((text) => words.test(text ?? "")), String(words)).toBe(true);
  }
  expect(said.some((text) => text?.includes("ατόμ"))).toBe(false);
  expect(screen.queryByText(/δεν φαίνεται εδώ/)).toBeNull();
  await userEvent.click(screen.getByRole("link", { name: /2026\/41/ }));
  expect(town.last("request_case")).toEqual({ id: "r1" });
});

test("of a device that was silent for long, nobody knows what it saved since", async () => {
  const unsent: UnsentRows = { records: [], more: 0, contacts: 0, photos: 0, pin: null };
  const silent = { ...device, unsent, last_seen_at: Date.now() - 20 * 86_400_000 };
  replica({ ...enrolled(), devices_page: () => ({ devices: [silent], refused: [] }) });
  await openTab("Συσκευές");
  expect(await screen.findByText(/μετά την τελευταία επαφή δεν φαίνεται εδώ/)).toBeVisible();
  expect(screen.queryByText(/PIN/)).toBeNull();
});

test("a revoked device says what it will do, and then that it did", async () => {
  let erased: number | null = null;
  replica({
    ...enrolled(),
    devices_page: () => ({ devices: [{ ...device, revoked_at: Date.now(), erased_at: erased }], refused: [] }),
  });
  await openTab("Συσκευές");
  await userEvent.click(await screen.findByRole("checkbox", { name: "Και όσες έχουν ανακληθεί" }));
  expect(await screen.findByText(/^Ανακλήθηκε/)).toBeVisible();
  expect(screen.getByText(/Την επόμενη φορά που θα βρει δίκτυο θα παραδώσει/)).toBeVisible();
  erased = Date.now();
  await userEvent.click(screen.getByRole("button", { name: "Ανανέωση" }));
  expect(await screen.findByText(/^Διαγράφηκε μόνη της/)).toBeVisible();
  expect(screen.queryByText(/Την επόμενη φορά που θα βρει δίκτυο θα παραδώσει/)).toBeNull();
});

test("revoking needs two separate taps and says what becomes of unsent work", async () => {
  const town = replica({
    ...enrolled(),
    devices_page: () => ({ devices: [device], refused: [] }),
    device_revoke: () => ({ devices: [{ ...device, revoked_at: Date.now() }], refused: [] }),
  });
  await openTab("Συσκευές");
  await userEvent.click(await screen.findByRole("button", { name: "Ανάκληση" }));
  expect(town.times("device_revoke")).toBe(0);
  expect(screen.getByText(/θα παραδώσει ό,τι δεν έχει στείλει και μετά θα διαγράψει όλα όσα έχει/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Όχι, πίσω" })).toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "Ναι, ανάκληση" }));
  expect(town.last("device_revoke")).toEqual({ id: "d2" });
  expect(await screen.findByText("Η συσκευή «Συνεργείο 2 – Ηλεκτροφωτισμός» ανακλήθηκε.")).toBeVisible();
});

test("what a device is for is changed in the form it was invited with", async () => {
  const town = replica({
    ...enrolled(),
    devices_page: () => ({ devices: [device], refused: [] }),
    device_change: () => ({ ...device, name: "Συνεργείο 2 – Ύδρευση" }),
  });
  await openTab("Συσκευές");
  await userEvent.click(await screen.findByRole("button", { name: "Αλλαγή" }));
  await heading("Αλλαγή: Συνεργείο 2 – Ηλεκτροφωτισμός");
  const name = screen.getByRole("textbox", { name: "Όνομα συσκευής" });
  expect(name).toHaveValue("Συνεργείο 2 – Ηλεκτροφωτισμός");
  expect(screen.getByRole("checkbox", { name: "Λιτόχωρο" })).toBeChecked();
  await userEvent.click(screen.getByRole("checkbox", { name: "Λιτόχωρο" }));
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση αλλαγής" }));
  expect(await screen.findByRole("link", { name: "Διαλέξτε τουλάχιστον μία κοινότητα ή όλες." })).toBeVisible();
  expect(town.times("device_change")).toBe(0);
  await userEvent.click(screen.getByRole("checkbox", { name: "Λιτόχωρο" }));
  await userEvent.clear(name);
  await userEvent.type(name, "Συνεργείο 2 – Ύδρευση");
  await userEvent.click(screen.getByRole("button", { name: "Αποθήκευση αλλαγής" }));
  expect(town.last("device_change")).toEqual({ id: "d2", role: "crew", name: "Συνεργείο 2 – Ύδρευση", person: "Νίκος", crew: "c2", communities: ["11020101"] });
  expect(await screen.findByText(/Η συσκευή «Συνεργείο 2 – Ύδρευση» άλλαξε/)).toBeVisible();
});

test("refused changes say why in words and lead to their record", async () => {
  replica({ ...enrolled(), devices_page: () => ({ devices: [device], refused: [refused] }) });
  await openTab("Συσκευές");
  const list = within(await screen.findByRole("list", { name: "Δεν έγιναν δεκτά" }));
  expect(list.getByText("Αφορά κοινότητα που δεν έχει η συσκευή")).toBeVisible();
  await userEvent.click(list.getByRole("button", { name: "Άνοιγμα εγγραφής" }));
  await heading("Σβηστή λάμπα");
});

test("a refused change is read and taken in; what may not be taken stays with its reason", async () => {
  const other = { ...refused, change: "cd34", typed: "Αλλάξαμε λάμπα" };
  const town = replica({
    ...enrolled(),
    devices_page: () => ({ devices: [device], refused: [refused, other] }),
    refused_take: () => ({ taken: 1, left: [{ change: "cd34", reason: "not_allowed" }], devices: { devices: [device], refused: [other] } }),
    refused_dismiss: () => ({ devices: [device], refused: [] }),
  });
  await openTab("Συσκευές");
  const list = within(await screen.findByRole("list", { name: "Δεν έγιναν δεκτά" }));
  expect(list.getByText("Έσπασε ο κρουνός")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Να γραφτούν όλες (2)" }));
  expect(town.times("refused_take")).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: "Ναι, να γραφτούν" }));
  expect(town.last("refused_take")).toEqual({ changes: ["ab12", "cd34"] });
  expect(await screen.findByText(/Γράφτηκε μία αλλαγή/)).toBeVisible();
  expect(list.queryByText("Έσπασε ο κρουνός")).toBeNull();
  expect(list.getByText("Δεν γράφτηκε: Ο ρόλος της συσκευής δεν έχει αυτό το δικαίωμα.")).toBeVisible();

  await userEvent.click(list.getByRole("button", { name: "Να μη γραφτεί" }));
  expect(town.times("refused_dismiss")).toBe(0);
  await userEvent.click(list.getByRole("button", { name: "Ναι, να μη γραφτεί" }));
  expect(town.last("refused_dismiss")).toEqual({ changes: ["cd34"] });
  expect(await screen.findByText("Ό,τι στάλθηκε έχει γίνει δεκτό.")).toBeVisible();
});

test("a clerk sees what was refused, and no devices", async () => {
  const town = replica({ ...enrolled("clerk"), devices_page: () => ({ devices: [], refused: [refused] }) });
  await openTab("Συσκευές");
  expect(await screen.findByText("Τις συσκευές τις διαχειρίζεται ο υπεύθυνος")).toBeVisible();
  const list = within(await screen.findByRole("list", { name: "Δεν έγιναν δεκτά" }));
  expect(list.getByText(/Συνεργείο 2 – Ηλεκτροφωτισμός/)).toBeVisible();
  expect(screen.queryByRole("searchbox")).toBeNull();
  expect(town.times("devices_page")).toBe(1);
});

test("a clerk sees how the kiosks are, in words, and asks for a code for whoever stands there", async () => {
  const kiosk: DeviceRow = {
    ...device, id: "k1", code: "A7", name: "Κιόσκι ΚΕΠ", role: "kiosk", crew: null, refused: 0, pending: 3, needs: ["out_of_order", "paper_out"],
    health: { as_of: Date.now() - 60_000, requests: 2, contacts: 1, paper: "out", out_of_order: true, called_at: null },
  };
  const town = replica({
    ...enrolled("clerk"),
    devices_page: () => ({ devices: [kiosk, { ...kiosk, id: "k2", name: "Κιόσκι δημαρχείου", needs: [], health: null }], refused: [] }),
    device_unlock: () => ({ code: "01234567", good_until: Date.now() + 1_800_000 }),
  });
  await openTab("Συσκευές");
  const kiosks = within(await screen.findByRole("region", { name: "Κιόσκια" }));
  const [first, second] = kiosks.getAllByRole("heading", { level: 3 }).map((heading) => heading.closest("li"));
  expect(first).toHaveTextContent("Κιόσκι ΚΕΠ");
  expect(first).toHaveTextContent("2 αιτήματα, 1 στοιχείο επικοινωνίας");
  expect(within(first!).getAllByText("Τελείωσε το χαρτί")).toHaveLength(2);
  expect(second).toHaveTextContent("Δεν χρειάζεται κάποιον");
  expect(second).toHaveTextContent("Δεν έχει πει ακόμη πώς είναι");
  await userEvent.click(within(first!).getByRole("button", { name: "Κωδικός για το προσωπικό: Κιόσκι ΚΕΠ" }));
  expect(await kiosks.findByText("0123 4567")).toBeVisible();
  expect(town.last("device_unlock")).toEqual({ id: "k1" });
});

test("the desk hears by itself how the kiosks are, keeps what it heard last, and what is open stays open", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const kiosk: DeviceRow = { ...device, id: "k1", code: "A7", name: "Κιόσκι ΚΕΠ", role: "kiosk", crew: null, needs: [], health: null };
  let needs: DeviceRow["needs"] = [];
  let online = true;
  replica({
    ...enrolled("clerk"),
    devices_page: () => {
      if (!online) throw { code: "offline" };
      return { devices: [{ ...kiosk, needs }], refused: [] };
    },
    device_unlock: () => ({ code: "01234567", good_until: Date.now() + 1_800_000 }),
  });
  await openTab("Συσκευές");
  const kiosks = within(await screen.findByRole("region", { name: "Κιόσκια" }));
  await userEvent.click(kiosks.getByRole("button", { name: "Κωδικός για το προσωπικό: Κιόσκι ΚΕΠ" }));
  expect(await kiosks.findByText("0123 4567")).toBeVisible();
  needs = ["paper_out"];
  await vi.advanceTimersByTimeAsync(61_000);
  expect(await kiosks.findByText("Τελείωσε το χαρτί")).toBeVisible();
  expect(kiosks.getByText("0123 4567")).toBeVisible();
  online = false;
  await vi.advanceTimersByTimeAsync(61_000);
  expect(await screen.findByText("Δεν μπορούμε να ρωτήσουμε τώρα")).toBeVisible();
  expect(kiosks.getByText("Τελείωσε το χαρτί")).toBeVisible();
  online = true;
  needs = [];
  await vi.advanceTimersByTimeAsync(61_000);
  expect(await kiosks.findByText("Δεν χρειάζεται κάποιον")).toBeVisible();
});

test("a visitor's call for staff is told on every screen of the desk, until it ends", async () => {
  const at = Date.now() - 120_000;
  replica({
    ...enrolled("clerk"),
    devices_page: () => ({ devices: [], refused: [] }),
    exchange_state: () => ({ ...exchange, calls: [{ device: "k1", name: "Κιόσκι ΚΕΠ", at }, { device: "k2", name: "Παλιά", at: at - 15 * 60_000 }] }),
  });
  await openTab("Συσκευές");
  expect(await screen.findByText("Επισκέπτης καλεί υπάλληλο")).toBeVisible();
  expect(screen.getByText(/^Κιόσκι ΚΕΠ, από τις/)).toBeVisible();
  expect(screen.queryByText(/^Παλιά/)).toBeNull();
});

test("an invitation shows its code, until when it is good, and the QR as a picture", async () => {
  const town = replica({
    ...enrolled(),
    devices_page: () => ({ devices: [device], refused: [] }),
    device_invite: () => ({ code: "7K2QM-X4R9T", expires_at: Date.now() + 72 * 3_600_000, link: "koina:enrol?server=https://koina.example&code=7K2QM-X4R9T", qr_svg: "<svg xmlns='http://www.w3.org/2000/svg'/>" }),
  });
  await openTab("Συσκευές");
  await userEvent.click(await screen.findByRole("button", { name: "Νέα συσκευή" }));
  await heading("Πρόσκληση συσκευής");
  await userEvent.click(screen.getByRole("button", { name: "Έκδοση κωδικού" }));
  expect(await screen.findByRole("link", { name: "Διαλέξτε σε ποιο συνεργείο ανήκει." })).toBeVisible();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Συνεργείο" }), "c2");
  expect(screen.getByRole("textbox", { name: "Όνομα συσκευής" })).toHaveValue("Συνεργείο 2");
  expect(screen.getByRole("checkbox", { name: "Λιτόχωρο" })).toBeChecked();
  await userEvent.type(screen.getByRole("textbox", { name: "Ποιος θα τη χρησιμοποιεί" }), "Νίκος");
  await userEvent.click(screen.getByRole("button", { name: "Έκδοση κωδικού" }));
  expect(await screen.findByRole("heading", { name: "Ο κωδικός για τη συσκευή «Συνεργείο 2»" })).toHaveFocus();
  expect(town.last("device_invite")).toEqual({ role: "crew", name: "Συνεργείο 2", person: "Νίκος", crew: "c2", communities: ["11020101"] });
  expect(document.querySelector(".big")).toHaveTextContent("7K2QM-X4R9T");
  expect(screen.getByRole("img", { name: "QR με τη διεύθυνση και τον κωδικό" })).toHaveAttribute("src", expect.stringMatching(/^data:image\/svg\+xml/));
  expect(town.drafts.has("desk-invite")).toBe(false);
});

