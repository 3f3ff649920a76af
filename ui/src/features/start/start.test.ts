import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../../shell/App.svelte";
import { about, replica, station } from "../../testing/replica";

const server = () => screen.findByLabelText("Διεύθυνση διακομιστή");

test("a new device asks for its municipality and then shows the crew's day", async () => {
  const town = replica({ enrol: () => about(station) });
  render(App);
  await userEvent.type(await server(), "https://koina.dimos.gr");
  await userEvent.type(screen.getByLabelText("Κωδικός σύνδεσης"), "ABCD-EFGH");
  await userEvent.click(screen.getByRole("button", { name: "Σύνδεση" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Σήμερα" })).toBeVisible();
  expect(town.last("enrol")).toEqual({ server: "https://koina.dimos.gr", code: "ABCD-EFGH" });
  expect(town.drafts.has("enrol")).toBe(false);
});

test("what is wrong is said once on top and once beside the field, with the focus there and the typed text kept", async () => {
  replica();
  render(App);
  await userEvent.type(await server(), "koina.dimos.gr");
  await userEvent.click(screen.getByRole("button", { name: "Σύνδεση" }));
  const summary = await screen.findByRole("alert");
  expect(summary).toHaveFocus();
  expect(summary).toHaveTextContent("Υπάρχει πρόβλημα");
  expect(screen.getAllByText("Γράψτε τον κωδικό σύνδεσης.")).toHaveLength(2);
  expect(await server()).toHaveValue("koina.dimos.gr");
  expect(document.title).toMatch(/^Πρόβλημα: /);
  await userEvent.click(screen.getByRole("link", { name: "Γράψτε τον κωδικό σύνδεσης." }));
  expect(screen.getByLabelText("Κωδικός σύνδεσης")).toHaveFocus();
});

test("a refusal of the server is said in words and loses nothing", async () => {
  replica({
    enrol: () => {
      throw { code: "code_refused" };
    },
  });
  render(App);
  await userEvent.type(await server(), "https://koina.dimos.gr");
  await userEvent.type(screen.getByLabelText("Κωδικός σύνδεσης"), "ΛΑΘΟΣ");
  await userEvent.click(screen.getByRole("button", { name: "Σύνδεση" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Ελέγξτε τον ή ζητήστε νέο από το γραφείο.");
  expect(screen.getByLabelText("Κωδικός σύνδεσης")).toHaveValue("ΛΑΘΟΣ");
});

test("another language changes the words and keeps what was typed", async () => {
  const town = replica();
  render(App);
  await userEvent.type(await server(), "https://koina.dimos.gr");
  await userEvent.click(screen.getByRole("button", { name: "English" }));
  expect(await screen.findByLabelText("Server address")).toHaveValue("https://koina.dimos.gr");
  expect(document.documentElement.lang).toBe("en");
  expect(town.last("set_language")).toEqual({ language: "en" });
});

test("what was typed survives the window", async () => {
  const town = replica();
  const first = render(App);
  await userEvent.type(await server(), "https://koina.dimos.gr");
  first.unmount();
  await waitFor(() => expect(town.drafts.get("enrol")).toContain("koina.dimos.gr"));
  render(App);
  await waitFor(async () => expect(await server()).toHaveValue("https://koina.dimos.gr"));
  expect(screen.getByText("Συνεχίζετε από εκεί που είχατε μείνει.")).toBeVisible();
});

test("a draft that cannot be kept is said aloud, and the text stays on the screen", async () => {
  replica({
    draft_save: () => {
      throw { code: "disk_full" };
    },
  });
  render(App);
  await userEvent.type(await server(), "https://koina.dimos.gr");
  expect(await screen.findByRole("alert")).toHaveTextContent("μην κλείσετε την οθόνη");
  expect(await server()).toHaveValue("https://koina.dimos.gr");
});

test("a damaged database is told with what was brought along, until it has been read", async () => {
  const recovered = { at: Date.now(), file: "C:\\Koina\\replica.sqlite.unreadable-7", unsent: 3, whole: true };
  const town = replica({ about: () => ({ ...about(station), recovered }), recovered_seen: () => about(station) });
  render(App);
  expect(await screen.findByText("3 αλλαγές που δεν είχαν σταλεί μεταφέρθηκαν και θα σταλούν.")).toBeVisible();
  expect(screen.getByText(/replica\.sqlite\.unreadable-7/)).toBeVisible();
  expect(screen.queryByText(/Ίσως λείπουν αλλαγές/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Το διάβασα" }));
  await waitFor(() => expect(screen.queryByText(/είχε βλάβη/)).toBeNull());
  expect(town.times("recovered_seen")).toBe(1);
});

test("a device that no longer knows who it is says so where it is connected again", async () => {
  const recovered = { at: Date.now(), file: "/data/replica.sqlite.unreadable-7", unsent: 0, whole: false };
  replica({ about: () => ({ ...about(null), recovered }) });
  render(App);
  expect(await screen.findByText(/Τα στοιχεία σύνδεσης χάθηκαν/)).toBeVisible();
  expect(await server()).toBeVisible();
});

test("a device that was withdrawn and has erased itself says so where it is connected again", async () => {
  const withdrawn = { municipality: { el: "Δήμος Δίου-Ολύμπου", en: "Municipality of Dion-Olympos" }, name: "Συνεργείο 2", at: new Date(2026, 10, 2, 9, 30).getTime(), kiosk: false };
  replica({ about: () => ({ ...about(null), withdrawn }) });
  render(App);
  expect(await screen.findByText("Αυτή η συσκευή αποσύρθηκε")).toBeVisible();
  expect(screen.getByText(/«Συνεργείο 2» \(Δήμος Δίου-Ολύμπου\) αποσύρθηκε από το γραφείο/)).toBeVisible();
  expect(await server()).toBeVisible();
});

test("a kiosk that was withdrawn says so, and nobody who passes by can enrol it", async () => {
  const withdrawn = { municipality: { el: "Δήμος Δίου-Ολύμπου", en: "" }, name: "Κιόσκι", at: Date.now(), kiosk: true };
  replica({ about: () => ({ ...about(null), withdrawn }) });
  render(App);
  expect(await screen.findByText("Αυτή η συσκευή αποσύρθηκε")).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Σύνδεση" })).toBeNull();
});
