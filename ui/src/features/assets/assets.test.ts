import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../../shell/App.svelte";
import { about, asset, assetCard, replica, station } from "../../testing/replica";

const enrolled = { about: () => about(station) };

async function openAssets() {
  render(App);
  await userEvent.click(await screen.findByRole("button", { name: "Πάγια" }));
}

test("a list of 50,000 fetches only the pages in sight and keeps two dozen rows in the window", async () => {
  const offsets: number[] = [];
  replica({
    ...enrolled,
    assets_page: ({ offset, limit }) => {
      offsets.push(offset);
      const rows = Array.from({ length: limit }, (_, at) => ({ ...asset, id: `a${offset + at}`, number: `ΦΩΤ-${offset + at}` }));
      return { rows, total: 50_000 };
    },
  });
  await openAssets();
  const grid = await screen.findByRole("grid", { name: "Πάγια" });
  expect(grid).toHaveAttribute("aria-rowcount", "50000");
  expect(offsets).toEqual([0]);
  expect(screen.getAllByRole("row").length).toBeLessThanOrEqual(30);

  await new Promise(requestAnimationFrame);
  window.scrollTo(0, 2_500_000);
  await waitFor(() => expect(offsets.length).toBeGreaterThan(1));
  const first = Number(screen.getAllByRole("row")[0]?.getAttribute("aria-rowindex"));
  expect(first).toBeGreaterThan(10_000);
  expect(offsets.length).toBeLessThanOrEqual(3);
  expect(screen.getAllByRole("row").length).toBeLessThanOrEqual(40);
  expect(await screen.findByText(`ΦΩΤ-${first} · Φωτιστικά σώματα`)).toBeInTheDocument();
});

test("a list is walked with the keyboard and opened with Enter", async () => {
  replica({
    ...enrolled,
    assets_page: ({ offset, limit }) => ({
      rows: Array.from({ length: limit }, (_, at) => ({ ...asset, id: `a${offset + at}`, number: `ΦΩΤ-${offset + at}` })),
      total: 300,
    }),
  });
  await openAssets();
  const row = await screen.findByText("ΦΩΤ-0 · Φωτιστικά σώματα");
  row.closest<HTMLElement>("[role=row]")?.focus();
  await userEvent.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toHaveAttribute("aria-rowindex", "2"));
  await userEvent.keyboard("{End}");
  await waitFor(() => expect(document.activeElement).toHaveAttribute("aria-rowindex", "300"));
  await userEvent.keyboard("{Home}");
  await waitFor(() => expect(document.activeElement).toHaveAttribute("aria-rowindex", "1"));
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: /ΦΩΤ-0317/ })).toBeVisible();
});

test("a list that fails says why and tries again; an empty one says what to do", async () => {
  let broken = true;
  replica({
    ...enrolled,
    assets_page: () => {
      if (broken) throw { code: "internal", incident: "7F3A" };
      return { rows: [], total: 0 };
    },
  });
  await openAssets();
  expect(await screen.findByRole("alert")).toHaveTextContent("7F3A");
  broken = false;
  await userEvent.click(screen.getByRole("button", { name: "Δοκίμασε ξανά" }));
  expect(await screen.findByText("Δεν υπάρχουν πάγια στη συσκευή.")).toBeVisible();
});

test("an asset is retired only by a second, separate tap, with a reason", async () => {
  const town = replica({ ...enrolled, asset_retire: () => ({ ...assetCard, row: { ...asset, retired: true }, may: [] }) });
  await openAssets();
  await userEvent.click(await screen.findByText(/ΦΩΤ-0317/));
  await userEvent.click(await screen.findByRole("button", { name: "Απόσυρση" }));
  await userEvent.type(screen.getByLabelText("Γιατί αποσύρεται;"), "έσπασε");
  const panel = screen.getByRole("region", { name: "Απόσυρση" });
  await userEvent.click([...panel.querySelectorAll("button")].at(-1)!);
  expect(town.times("asset_retire")).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: "Ναι, απόσυρση" }));
  expect(town.last("asset_retire")).toEqual({ id: "a1", reason: "έσπασε" });
  expect(await screen.findByText("Αποσύρθηκε")).toBeVisible();
});

test("what the replica does not permit is not offered", async () => {
  replica({ ...enrolled, asset_card: () => ({ ...assetCard, may: ["inspect_assets"] }) });
  await openAssets();
  await userEvent.click(await screen.findByText(/ΦΩΤ-0317/));
  expect(await screen.findByRole("button", { name: "Επιθεώρηση" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Απόσυρση" })).toBeNull();
});
