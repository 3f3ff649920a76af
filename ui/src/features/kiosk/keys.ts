/** The keyboard on the screen: which keys there are, and what a press makes of what was pressed before. */

export type Layer = "el" | "en" | "num";

export const rows: Record<Layer, string[][]> = {
  el: [
    [..."1234567890"],
    [..."ςερτυθιοπ", "΄"],
    [..."ασδφγηξκλ", "¨"],
    [..."ζχψωβνμ.,-"],
  ],
  en: [
    [..."1234567890"],
    [..."qwertyuiop"],
    [..."asdfghjkl", "@"],
    [..."zxcvbnm._-"],
  ],
  num: [[..."123"], [..."456"], [..."789"], ["+", "0", "-"]],
};

/** Marks that wait for the letter they belong to, in the order Unicode wants them. */
const marks: Record<string, string> = { "¨": "\u0308", "΄": "\u0301" };

export type Held = { waiting: string[]; upper: boolean };
export const nothingHeld: Held = { waiting: [], upper: false };

/** What a key puts into the field, and what is held for the next one. A mark that fits no letter goes without a trace. */
export function press(held: Held, key: string): { text: string; held: Held } {
  if (key in marks) {
    const waiting = held.waiting.includes(key) ? held.waiting.filter((mark) => mark !== key) : [...held.waiting, key];
    return { text: "", held: { ...held, waiting } };
  }
  const letter = held.upper ? upper(key) : key;
  const wanted = Object.keys(marks).filter((mark) => held.waiting.includes(mark));
  const whole = (letter + wanted.map((mark) => marks[mark]).join("")).normalize("NFC");
  // Dialytika alone where both do not fit together, as on «ή».
  const text = [whole, ...wanted.map((mark) => (letter + marks[mark]).normalize("NFC")), letter].find((one) => [...one].length === 1) ?? letter;
  return { text, held: nothingHeld };
}

/** The capital of one letter; the final sigma has that of the other. */
export function upper(key: string): string {
  return key === "ς" ? "Σ" : key.toLocaleUpperCase("el");
}

export function isMark(key: string): boolean {
  return key in marks;
}
