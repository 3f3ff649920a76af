import { expect, test } from "vitest";
import { fold, matches } from "./greek";

test("a search ignores accents, capitals and the final sigma", () => {
  expect(fold("ΛΙΤΌΧΩΡΟ")).toBe(fold("Λιτόχωρο"));
  expect(fold("οδός")).toBe(fold("ΟΔΟΣ"));
  expect(fold("προϊόν")).toBe(fold("ΠΡΟΙΟΝ"));
  expect(matches("λαμπα", "Σβηστή λάμπα")).toBe(true);
  expect(matches("ΔΡΟΜΟΣ", "Βρώμικος δρόμος")).toBe(true);
  expect(matches("γάτα", "Σβηστή λάμπα")).toBe(false);
});

test("greeklish finds the Greek word, however it is spelt", () => {
  for (const typed of ["lampa", "lamba", "svisti lampa", "sbhsth"]) expect(matches(typed, "Σβηστή λάμπα"), typed).toBe(true);
  for (const typed of ["xwma", "homa", "choma"]) expect(matches(typed, "χώμα"), typed).toBe(true);
  for (const typed of ["diarroi", "diaroh nerou", "nero"]) expect(matches(typed, "Διαρροή νερού"), typed).toBe(true);
});
