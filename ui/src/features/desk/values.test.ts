import { expect, test } from "vitest";
import { positionInWords } from "../../words/positions";
import { apartInWords, compared, readPosition, valueInWords } from "./values";

const marked = (text: string, other: string) => compared(text, other).filter((part) => part.differs).map((part) => part.text);

test("only the words that differ are marked, and the text is never changed", () => {
  const one = "Σβηστή λάμπα  στην πλατεία,\nδίπλα στη βρύση";
  const two = "Σβηστή λάμπα στην πλατεία, απέναντι από τη βρύση";
  expect(marked(one, two)).toEqual(["δίπλα", "στη"]);
  expect(marked(two, one)).toEqual(["απέναντι", "από", "τη"]);
  expect(compared(one, two).map((part) => part.text).join("")).toBe(one);
  expect(marked("ίδια λόγια", "ίδια λόγια")).toEqual([]);
});

test("positions are coordinates with their accuracy, and how far apart they are", () => {
  const here = readPosition("40.099709,22.500166,8");
  const there = readPosition("40.100709,22.500166");
  expect(here && positionInWords(here)).toBe("40,09971, 22,50017 · ακρίβεια 8 μ.");
  expect(here && there && apartInWords(here, there)).toBe("111 μ.");
  expect(readPosition("κάπου")).toBeNull();
});

test("codes are said by name, and what is empty is called empty", () => {
  expect(valueInWords("pri", "1")).toBe("Κίνδυνος");
  expect(valueInWords("crew", "")).toBe("Χωρίς συνεργείο");
  expect(valueInWords("spot", " ")).toBe("Κενό");
  expect(valueInWords("new-field", "x")).toBe("x");
});
