/** A sentence for every problem and every rule of a field. A new code without a sentence does not compile. */
import type { FieldProblem, FieldRule, MapFault, PhotoFault, PrinterFault, Problem } from "../ipc/commands";
import type { MessageId } from "./ids";
import { dayOf, moment, number } from "./times.svelte";
import { t } from "./words.svelte";

type Sentence<P> = (problem: P) => string;
type Sentences = { [C in Problem["code"]]: Sentence<Extract<Problem, { code: C }>> };
type Rules = { [R in FieldRule["rule"]]: (label: string, rule: Extract<FieldRule, { rule: R }>) => string };

const faults: Record<PrinterFault, MessageId & `printer-${string}`> = {
  not_set: "printer-not-set", unreachable: "printer-unreachable", no_paper: "printer-no-paper", cover_open: "printer-cover-open", slow: "printer-slow",
};

const photoFaults: Record<PhotoFault, MessageId & `photo-fault-${string}`> = {
  empty: "photo-fault-empty", not_a_picture: "photo-fault-not-a-picture", too_large: "photo-fault-too-large", damaged: "photo-fault-damaged", not_here: "photo-fault-not-here",
};

const mapFaults: Record<MapFault, MessageId & `map-fault-${string}`> = {
  not_a_map: "map-fault-not-a-map", truncated: "map-fault-truncated", too_large: "map-fault-too-large", elsewhere: "map-fault-elsewhere", not_here: "map-fault-not-here", not_at_town: "map-fault-not-at-town",
};

const problems: Sentences = {
  bad_input: () => t("problem-bad-input"),
  not_found: () => t("problem-not-found"),
  not_allowed: () => t("problem-not-allowed"),
  already_closed: () => t("problem-already-closed"),
  not_closed: () => t("problem-not-closed"),
  retired: () => t("problem-retired"),
  already_decided: () => t("problem-already-decided"),
  changed_meanwhile: () => t("problem-changed-meanwhile"),
  not_enrolled: () => t("problem-not-enrolled"),
  already_enrolled: () => t("problem-already-enrolled"),
  code_refused: () => t("problem-code-refused"),
  too_many_tries: ({ wait_s }) => t("problem-too-many-tries", { minutes: Math.max(1, Math.ceil(wait_s / 60)) }),
  locked: () => t("problem-locked"),
  wrong_pin: () => t("problem-wrong-pin"),
  last_person: () => t("problem-last-person"),
  sign_in_needed: () => t("problem-sign-in-needed"),
  sign_in_refused: () => t("problem-sign-in-refused"),
  provider_failed: () => t("problem-provider-failed"),
  no_browser: () => t("problem-no-browser"),
  no_account: () => t("problem-no-account"),
  last_admin: () => t("problem-last-admin"),
  keys_unreadable: () => t("problem-keys-unreadable"),
  key_store_shut: () => t("problem-key-store-shut"),
  key_store_lost: () => t("problem-key-store-lost"),
  revoked: () => t("problem-revoked"),
  offline: ({ since }) => (since === null ? t("problem-offline") : t("problem-offline-since", { since: moment(since) })),
  cable_out: () => t("problem-cable-out"),
  bad_address: () => t("problem-bad-address"),
  wrong_server: () => t("problem-wrong-server"),
  busy: () => t("problem-busy"),
  too_large: ({ bytes_max }) => t("problem-too-large", { megabytes: number(Math.round((bytes_max / 1_048_576) * 10) / 10) }),
  malformed: () => t("problem-malformed"),
  not_signed: () => t("problem-not-signed"),
  courier_unreadable: () => t("problem-courier-unreadable"),
  courier_not_ready: () => t("problem-courier-not-ready"),
  photos_too_early: ({ photos }) => t("problem-photos-too-early", { count: photos, conflicts: t("nav-conflicts") }),
  upgrade_needed: () => t("problem-upgrade-needed"),
  disk_full: () => t("problem-disk-full"),
  disk_gone: () => t("problem-disk-gone"),
  disk_read_only: () => t("problem-disk-read-only"),
  place_full: () => t("problem-place-full"),
  place_read_only: () => t("problem-place-read-only"),
  replica_in_use: () => t("problem-replica-in-use"),
  replica_damaged: () => t("problem-replica-damaged"),
  printer: ({ fault }) => t(faults[fault]),
  printed_enough: ({ most }) => t("kiosk-printed-enough", { most }),
  photo: ({ fault }) => t(photoFaults[fault]),
  tag_taken: () => t("problem-tag-taken"),
  map: ({ fault }) => t(mapFaults[fault]),
  no_voice: () => t("problem-no-voice"),
  internal: ({ incident }) => t("problem-internal", { incident }),
};

const rules: Rules = {
  missing: (label) => t("rule-missing", { label }),
  too_long: (label, { max }) => t("rule-too-long", { label, max: number(max) }),
  too_short: (label, { min }) => t("rule-too-short", { label, min: number(min) }),
  taken: (label) => t("rule-taken", { label }),
  too_easy: (label) => t("rule-too-easy", { label }),
  unknown: (label) => t("rule-unknown", { label }),
  not_text: (label) => t("rule-not-text", { label }),
  bad_character: (label) => t("rule-bad-character", { label }),
  out_of_range: (label, { min, max }) => t("rule-out-of-range", { label, min: number(min), max: number(max) }),
  outside_municipality: (label) => t("rule-outside-municipality", { label }),
  in_future: (label) => t("rule-in-future", { label }),
  too_early: (label, { first }) => t("rule-too-early", { label, first: dayOf(first) }),
  not_a_phone: (label) => t("rule-not-a-phone", { label }),
  not_an_email: (label) => t("rule-not-an-email", { label }),
  not_an_afm: (label) => t("rule-not-an-afm", { label }),
  not_a_kaek: (label) => t("rule-not-a-kaek", { label }),
  not_a_date: (label) => t("rule-not-a-date", { label }),
  not_a_tag: (label) => t("rule-not-a-tag", { label }),
  not_a_number: (label) => t("rule-not-a-number", { label }),
  not_on_a_list: (label) => t("rule-not-on-a-list", { label }),
};

/** The sentence of a problem: what happened and how to put it right. */
export function sentence(problem: Problem): string {
  const say = problems[problem.code] as Sentence<Problem> | undefined;
  return say ? say(problem) : t("problem-internal", { incident: problem.code });
}

/** Whether the person has nothing to put right: the work is safe and goes out by itself later. */
export function isCalm(problem: Problem): boolean {
  return problem.code === "offline" || problem.code === "cable_out" || problem.code === "busy";
}

/** One field and the sentence that stands both beside it and in the summary. */
export type FieldError = { field: string; text: string };

/** The sentences of a refused form. `labels` names its fields; `own` gives a field a sentence of its own when it is missing. */
export function fieldErrors(
  problem: Problem | null,
  labels: Record<string, string>,
  own: Record<string, string> = {},
): FieldError[] {
  if (problem?.code !== "bad_input") return [];
  return problem.fields.map((item: FieldProblem) => ({ field: item.field, text: ruleSentence(item, labels, own) }));
}

function ruleSentence({ field, rule }: FieldProblem, labels: Record<string, string>, own: Record<string, string>): string {
  const sentenceOfOwn = own[field];
  if (rule.rule === "missing" && sentenceOfOwn) return sentenceOfOwn;
  const say = rules[rule.rule] as ((label: string, rule: FieldRule) => string) | undefined;
  const label = labels[field] ?? field;
  return say ? say(label, rule) : t("rule-unknown", { label });
}

/** The sentence for one field, if it has one. */
export function errorAt(errors: FieldError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.text;
}

/** A sentence that the form found by itself, before asking the replica. */
export function ownError(field: string, id: MessageId): FieldError {
  return { field, text: (t as (id: MessageId) => string)(id) };
}
