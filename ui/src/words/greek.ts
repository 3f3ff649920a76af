/** Comparing Greek words in small lists of the window; long lists are searched by the replica. */

/** Without accents, case and final sigma. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\p{M}\u0384\u00b4\u1ffd]/gu, "")
    .toLowerCase()
    .replace(/ς/g, "σ")
    .replace(/µ/g, "μ")
    .replace(/\s+/g, " ")
    .trim();
}

const LETTERS: Record<string, string> = {
  α: "a", β: "v", γ: "g", δ: "d", ε: "e", ζ: "z", η: "i", θ: "th", ι: "i", κ: "k", λ: "l", μ: "m", ν: "n", ξ: "x",
  ο: "o", π: "p", ρ: "r", σ: "s", τ: "t", υ: "y", φ: "f", χ: "x", ψ: "ps", ω: "o",
};

/** One spelling for the many ways people type the same sounds: «λάμπα», lampa and lamba meet; so do χώμα, xwma, homa, chwma. */
export function sounds(text: string): string {
  return [...fold(text)]
    .map((letter) => LETTERS[letter] ?? letter)
    .join("")
    .replace(/[^a-z0-9]+/g, " ")
    .replace(/th(?=[aeiouwylnr]|m(?!a))/g, "8")
    .replace(/ph/g, "f")
    .replace(/ch|kh|ks|h(?=[aeiouyw])/g, "x")
    .replace(/([ae])(?:[yuf]|v(?![aeiouwy]))/g, "$1f")
    .replace(/o[uy]/g, "U")
    .replace(/w/g, "o")
    .replace(/[hyu]/g, "i")
    .replace(/ai/g, "e")
    .replace(/[eo]i/g, "i")
    .replace(/nt/g, "d")
    .replace(/mp|mb|b/g, "v")
    .replace(/gg|gk|ng/g, "g")
    .replace(/c|q/g, "k")
    .replace(/(.)\1+/g, "$1")
    .replace(/U/g, "ou");
}

/** Whether every typed word begins, or stands inside, a word of the text. */
export function matches(typed: string, text: string): boolean {
  const plain = fold(text);
  const heard = sounds(text);
  return fold(typed)
    .split(" ")
    .every((word) => plain.includes(word) || (sounds(word).trim() !== "" && heard.includes(sounds(word).trim())));
}
