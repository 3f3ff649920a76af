import { expect, test } from "vitest";
import reference from "../../../sync/model/reference/common/categories.json";
import { matches } from "./greek";
import { spoken, SPOKEN_KINDS } from "./spoken";

test("everyday words belong to kinds that exist", () => {
  const codes = new Set(reference.categories.map((item) => item.code));
  expect(SPOKEN_KINDS.filter((code) => !codes.has(code))).toEqual([]);
});

test("what a caller says finds a kind, in Greek and in Greeklish", () => {
  const found = (typed: string) => reference.categories.filter((item) => matches(typed, `${item.name.el} ${spoken(item.code)}`)).map((item) => item.code);
  expect(found("λάμπα")).toContain("LGT-01");
  expect(found("kolona")).toContain("LGT-05");
  expect(found("σκουπίδια")).toContain("CLN-01");
  expect(found("ΔΕΝ ΕΧΟΥΜΕ ΝΕΡΟ")).toContain("WAT-02");
  expect(found("lakouva")).toContain("ROD-01");
});
