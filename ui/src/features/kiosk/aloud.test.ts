import { beforeEach, describe, expect, it } from "vitest";
import { lists } from "../../testing/replica";
import { files as greek } from "../../words/el";
import { files as english } from "../../words/en";
import { learn, spelled } from "../../words/known";
import { speak } from "../../words/words.svelte";
import { controlAloud, screenAloud, SPOKEN_MAX } from "./aloud";

const el = learn(greek, () => lists, "el");
const en = learn(english, () => lists, "en");

function screen(html: string): HTMLElement {
  document.body.innerHTML = `<main>${html}</main>`;
  return document.querySelector("main") as HTMLElement;
}

/** What a visitor may type, and nobody else is to hear. */
const typed = ["Ευτυχία Δοκιμαστική", "094014201", "6912345678", "612 832", "612832", "eftychia@example.gr", "στην Ευτυχία, απέναντι", "ΑΦΜ 094014201"];

beforeEach(() => speak("el"));

describe("what is said aloud", () => {
  it("is never what somebody typed, wherever it stands", () => {
    for (const words of typed) {
      const main = screen(`
        <h1>${words}</h1><p>${words}</p><p>Κοινότητα: ${words}</p><p>Βήμα ${words} από 5</p><p>Αίτημα ${words}</p>
        <label for="a">Όνομα</label><input id="a" value="${words}"><textarea aria-label="${words}">${words}</textarea>
        <button aria-label="Αλλαγή: ${words}">${words}</button><button>${words}</button><label><input type="radio">${words}</label>
        <img alt="${words}"><dd data-private>${words}</dd><ul><li>· ${words}</li><li>Λιτόχωρο, ${words}</li></ul>`);
      const said = [screenAloud(main, el), ...[...main.querySelectorAll("input, textarea, button")].map((one) => controlAloud(one, el))].join(" ");
      for (const word of words.split(/[\s,@]+/)) {
        if (word === "στην" || word === "ΑΦΜ") continue;
        expect(said.replace(/\s/g, "")).not.toContain(word);
      }
      expect(said).toContain("Όνομα, πεδίο, έχει γραφτεί κάτι.");
      expect(said).toContain("Προσωπικό, δεν διαβάζεται φωναχτά.");
    }
  });

  it("is the screen in its order: words, fields with their hints, choices, buttons", () => {
    const main = screen(`
      <button><svg></svg><span>Πίσω</span></button><h1>Πού είναι;</h1><p>Βήμα 2 από 5</p>
      <fieldset><legend>Κοινότητα</legend>
        <label><input type="radio" name="c"><span aria-hidden="true"></span><span>Λιτόχωρο</span></label>
        <label><input type="radio" name="c" checked><span>Δίον</span></label></fieldset>
      <div><label for="s">Σημείο<span>&nbsp;(προαιρετικό)</span></label><p id="h">Οδός και αριθμός, ή κάτι κοντά, όπως «απέναντι από το σχολείο».</p><input id="s" aria-describedby="h"></div>
      <button><span>Συνέχεια</span></button>`);
    expect(screenAloud(main, el)).toBe(
      "Πίσω, κουμπί. Πού είναι; Βήμα 2 από 5. Κοινότητα. Λιτόχωρο. Δίον, επιλεγμένο. " +
        "Σημείο (προαιρετικό), πεδίο, κενό. Οδός και αριθμός, ή κάτι κοντά, όπως «απέναντι από το σχολείο». Συνέχεια, κουμπί.",
    );
    const [first, second] = [...main.querySelectorAll("[type=radio]")];
    expect(controlAloud(first as Element, el)).toBe("Λιτόχωρο, όχι επιλεγμένο. Κοινότητα.");
    expect(controlAloud(second as Element, el)).toBe("Δίον, επιλεγμένο. Κοινότητα.");
  });

  it("is an error in the words of the field", () => {
    const main = screen(`
      <div role="alert"><h2>Υπάρχει πρόβλημα</h2><ul><li><a href="#p">Γράψτε τηλέφωνο με 10 ψηφία στο πεδίο «Τηλέφωνο», όπως 6912345678, ή με τον κωδικό της χώρας.</a></li></ul></div>
      <label for="p">Τηλέφωνο</label><p id="e"><span>Πρόβλημα:</span>Γράψτε τηλέφωνο με 10 ψηφία στο πεδίο «Τηλέφωνο», όπως 6912345678, ή με τον κωδικό της χώρας.</p><input id="p" value="12345" aria-describedby="e">`);
    const said = controlAloud(main.querySelector("input") as Element, el);
    expect(said).toMatch(/^Τηλέφωνο, πεδίο, έχει γραφτεί κάτι\. Πρόβλημα: Γράψτε τηλέφωνο με 10 ψηφία/);
    expect(said).not.toContain("12345 ");
    expect(screenAloud(main.querySelector("[role=alert]") as Element, el)).toMatch(/^Υπάρχει πρόβλημα\. Γράψτε τηλέφωνο .*, σύνδεσμος\.$/);
  });

  it("tells whether a switch is on, and the other language by its name", () => {
    const main = screen(`<button aria-pressed="true"><b aria-hidden="true">◐</b> Αντίθεση</button><button aria-pressed="false"> Πιο χαμηλά</button><button lang="en">English</button>`);
    expect([...main.children].map((one) => controlAloud(one, el))).toEqual(["Αντίθεση, κουμπί, ανοιχτό.", "Πιο χαμηλά, κουμπί, κλειστό.", "Αγγλικά, κουμπί."]);
  });

  it("spells the numbers of a receipt, and keeps its code to itself", () => {
    const main = screen(`<dl><dt>Αριθμός απόδειξης</dt><dd>B12-26-000042-K</dd><dt>Κωδικός παρακολούθησης</dt><dd data-private>612 832</dd><dt>Παραλήφθηκε</dt><dd>27/11/2026, 09:12</dd></dl><h1>Αίτημα 1234/2026</h1>`);
    expect(screenAloud(main, el)).toBe(
      "Αριθμός απόδειξης. B 1 2, παύλα, 2 6, παύλα, 0 0 0 0 4 2, παύλα, K. Κωδικός παρακολούθησης. Προσωπικό, δεν διαβάζεται φωναχτά. " +
        "Παραλήφθηκε. 27 Νοεμβρίου 2026, 09:12. Αίτημα 1 2 3 4, κάθετος, 2 0 2 6.",
    );
    expect(spelled("6912345678", "en")).toBe("6 9 1 2 3 4 5 6 7 8");
    expect(spelled("1234/2026", "en")).toBe("1 2 3 4, slash, 2 0 2 6");
  });

  it("is public words of the municipality where they are marked as such", () => {
    const main = screen(`<p>Απάντηση του δήμου</p><p data-spoken>Αλλάχτηκε ο λαμπτήρας, 2310123456.</p><p>Αλλάχτηκε ο λαμπτήρας.</p><div data-private><p data-spoken>Ευτυχία</p></div>`);
    expect(screenAloud(main, el)).toBe("Απάντηση του δήμου. Αλλάχτηκε ο λαμπτήρας, 2 3 1 0 1 2 3 4 5 6. Προσωπικό, δεν διαβάζεται φωναχτά.");
  });

  it("is English in English", async () => {
    await speak("en");
    const main = screen(`<h1>What would you like to do?</h1><button><span>Report a fault</span></button><label><input type="radio" checked>Litochoro</label><button lang="el">Ελληνικά</button><dd>B12-26-000042-K</dd>`);
    expect(screenAloud(main, en)).toBe("What would you like to do? Report a fault, button. Litochoro, chosen. Greek, button. B 1 2, dash, 2 6, dash, 0 0 0 0 4 2, dash, K.");
  });

  it("leaves out what is not shown, and says no more than the voice takes", () => {
    const main = screen(`<p hidden>Κοινότητα</p><p aria-hidden="true">Κοινότητα</p><div class="keyboard"><button>Κενό</button></div>${"<p>Κοινότητα</p>".repeat(1_000)}`);
    const said = screenAloud(main, el);
    expect([...said].length).toBeLessThanOrEqual(SPOKEN_MAX);
    expect(said).toMatch(/^(Κοινότητα\. )+Κοινότητα\.$/);
    expect(screenAloud(screen(""), el)).toBe("");
  });
});
