/** Moments and sizes in words. Municipal time is Athens time, wherever the device believes to be. */
import { locale, t } from "./words.svelte";

const ZONE = "Europe/Athens";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = $state({ now: Date.now() });
if (typeof window !== "undefined") {
  setInterval(() => (clock.now = Date.now()), 30_000);
}

/** Now, to the half minute; what reads it is drawn again as time passes. */
export function now(): number {
  return Math.max(clock.now, Date.now());
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The last moment that has a date. */
const LAST = 8.64e15;

function format(moment: number, options: Intl.DateTimeFormatOptions): string {
  // A record may say anything: what is no moment is a dash, and the screen goes on.
  if (!(Math.abs(moment) <= LAST)) return "–";
  const key = locale() + JSON.stringify(options);
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options });
  formats.set(key, found);
  return found.format(moment);
}

/** «09:12» */
export function hour(moment: number): string {
  return format(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** «20 Νοεμβρίου 2026» */
export function day(moment: number): string {
  return format(moment, { day: "numeric", month: "long", year: "numeric" });
}

/** «20/11/2026, 09:12» */
export function moment(at: number): string {
  return `${format(at, { day: "2-digit", month: "2-digit", year: "numeric" })}, ${hour(at)}`;
}

/** A day written as YYYY-MM-DD, in words. */
export function dayOf(iso: string): string {
  return day(Date.parse(`${iso}T12:00:00Z`));
}

/** Cents of a euro: «12.500,50 €». */
export function euros(cents: number): string {
  return new Intl.NumberFormat(locale(), { style: "currency", currency: "EUR" }).format(cents / 100);
}

const figures = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" });

/** The day of the calendar so many months and days before today, in Athens, as people type it: 20/11/2026. Months are whole. */
function before(months: number, days: number): string {
  const [day = 1, month = 1, year = 1970] = figures.format(now()).split("/").map(Number);
  // Noon: an hour that summer time neither skips nor repeats.
  return figures.format(Date.UTC(year, month - 1 - months, months ? 1 : day - days, 12));
}

/** A day of a record, `2026-11-29`, as people type it: 29/11/2026. */
export function plainDay(iso: string): string {
  return iso.split("-").reverse().join("/");
}

/** So many days ago, as people type it: 20/11/2026. */
export function typedDay(daysAgo: number): string {
  return before(0, daysAgo);
}

/** So many months ago: YYYY-MM. */
export function monthOf(back: number): string {
  const [, month, year] = before(back, 0).split("/");
  return `${year}-${month}`;
}

/** A month written as YYYY-MM, in words: «Νοέμβριος 2026». */
export function monthInWords(iso: string): string {
  return format(Date.parse(`${iso}-15T12:00:00Z`), { month: "long", year: "numeric" });
}

function isSameDay(a: number, b: number): boolean {
  const options = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
  return format(a, options) === format(b, options);
}

/** The hour when it was today, «χθες 09:12» yesterday, else the date and the hour. */
export function when(at: number): string {
  if (isSameDay(at, now())) return hour(at);
  if (isSameDay(at, now() - DAY)) return t("when-yesterday", { hour: hour(at) });
  return moment(at);
}

/** «πριν 3 ώρες» */
export function age(at: number): string {
  const past = now() - at;
  if (past < -MINUTE) return t("age-ahead", { span: span(-past) });
  if (past < MINUTE) return t("age-now");
  return t("age-ago", { span: span(past) });
}

/** «3 ώρες» */
export function span(ms: number): string {
  if (ms < HOUR) return t("span-minutes", { count: Math.max(1, Math.round(ms / MINUTE)) });
  if (ms < 2 * DAY) return t("span-hours", { count: Math.round(ms / HOUR) });
  if (ms < 60 * DAY) return t("span-days", { count: Math.round(ms / DAY) });
  if (ms < 730 * DAY) return t("span-months", { count: Math.round(ms / (30.44 * DAY)) });
  return t("span-years", { count: Math.round(ms / (365.25 * DAY)) });
}

/** «1,2 KB» */
export function size(bytes: number): string {
  const kilobytes = bytes / 1024;
  if (kilobytes < 1) return `${number(bytes)} B`;
  if (kilobytes < 1024) return `${number(Math.round(kilobytes * 10) / 10)} KB`;
  return `${number(Math.round(kilobytes / 102.4) / 10)} MB`;
}

/** A distance: «350 μ.», «1,2 χλμ.». */
export function far(metres: number): string {
  if (metres < 1_000) return t("far-m", { metres: number(Math.round(metres / 10) * 10) });
  return t("far-km", { km: new Intl.NumberFormat(locale(), { maximumFractionDigits: metres < 10_000 ? 1 : 0 }).format(metres / 1_000) });
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}
