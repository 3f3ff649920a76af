import { describe, expect, it } from "vitest";
import { nothingHeld, press, rows } from "./keys";

function type(keys: string[]): string {
  let held = nothingHeld;
  let typed = "";
  for (const key of keys) {
    if (key === "⇧") {
      held = { ...held, upper: !held.upper };
      continue;
    }
    const done = press(held, key);
    typed += done.text;
    held = done.held;
  }
  return typed;
}

describe("the keyboard on the screen", () => {
  it("writes Greek as it is written", () => {
    expect(type([..."κα", "¨", "΄", ..."ικι"])).toBe("καΐκι");
    expect(type(["⇧", ..."τα", "΄", "¨", ..."υγετος"].slice(0, -1).concat("ς"))).toBe("Ταΰγετος");
    expect(type(["΄", ..."αμαξα μα", "¨", "΄", ..."ιμου"])).toBe("άμαξα μαΐμου");
    expect(type(["⇧", "΄", "α", ..."ρης"])).toBe("Άρης");
    expect(type(["¨", "ι"])).toBe("ϊ");
    expect(type(["⇧", "ς"])).toBe("Σ");
  });

  it("loses a mark that fits no letter, and never the letter", () => {
    expect(type(["΄", "κ", "α"])).toBe("κα");
    expect(type(["¨", "΄", "η"])).toBe("ή");
    expect(type(["΄", "΄", "α"])).toBe("α");
  });

  it("has every letter of both alphabets, and what an address takes", () => {
    const greek = rows.el.flat().join("");
    for (const letter of "αβγδεζηθικλμνξοπρσςτυφχψω΄¨0123456789") expect(greek).toContain(letter);
    const english = rows.en.flat().join("");
    for (const letter of "abcdefghijklmnopqrstuvwxyz@.-_0123456789") expect(english).toContain(letter);
  });
});
