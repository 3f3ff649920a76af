import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { replica } from "../../testing/replica";
import { speak } from "../../words/words.svelte";
import Receipt from "./Receipt.svelte";

const receipt = { receipt_number: "A7-26-000001-R", pin: "612832", received_at: 1_795_817_100_000, due: null, qr_svg: "" };

test("a receipt that was printed often enough stays on the screen, and says so in both languages", async () => {
  let prints = 0;
  const behind = replica({
    kiosk_print: () => {
      if (prints === 3) throw { code: "printed_enough", most: 3 };
      prints += 1;
      return {};
    },
  });
  render(Receipt, { receipt, onend: () => undefined });
  for (let times = 1; times <= 3; times += 1) {
    const again = await screen.findByRole("button", { name: "Τυπώστε την ξανά" });
    expect(behind.times("kiosk_print")).toBe(times);
    await userEvent.click(again);
  }
  const told = await screen.findByRole("alert");
  expect(told).toHaveTextContent("Η απόδειξη τυπώθηκε ήδη 3 φορές.");
  expect(screen.queryByRole("button", { name: "Τυπώστε την ξανά" })).toBeNull();
  expect(screen.getByTestId("receipt-number")).toHaveTextContent("A7-26-000001-R");
  expect(screen.getByTestId("pin")).toHaveTextContent("612 832");
  expect(screen.getByRole("button", { name: "Τέλος" })).toBeVisible();
  await speak("en");
  await waitFor(() => expect(told).toHaveTextContent("Your receipt was printed 3 times already."));
  await speak("el");
});
