/** A replica for tests: it keeps drafts, answers from plain data, and remembers what it was asked. */
import { mockIPC, mockWindows } from "@tauri-apps/api/mocks";
import type { About, AssetCard, AssetRow, Commands, ExchangeState, Lists, LockState, OutboxRow, RequestCase, RequestRow, Station } from "../ipc/commands";

type Answers = { [K in keyof Commands]?: (input: Commands[K][0]) => Commands[K][1] };

export type Replica = {
  asked: { name: keyof Commands; input: unknown }[];
  drafts: Map<string, string>;
  times: (name: keyof Commands) => number;
  last: <K extends keyof Commands>(name: K) => Commands[K][0] | undefined;
};

/** A device that nobody locks. */
export const unlocked: LockState = { locked: false, people: [], me: null, wait_s: 0, idle_s: 600, pin_min: 6, closed: false, escrowed: false, closes_in_h: null };

/** Stands behind the window until the test ends. `own` answers first; a thrown `Problem` is a refusal. */
export function replica(own: Answers = {}, label = "crew"): Replica {
  mockWindows(label);
  const asked: Replica["asked"] = [];
  const drafts = new Map<string, string>();
  const answers: Answers = {
    about: () => about(null),
    lists: () => lists,
    lock_state: () => unlocked,
    set_language: () => ({}),
    sign_in_state: () => ({ who: null }),
    draft_save: ({ key, json }) => (drafts.set(key, json), {}),
    draft_load: ({ key }) => ({ json: drafts.get(key) ?? null }),
    draft_drop: ({ key }) => (drafts.delete(key), {}),
    exchange_state: () => exchange,
    exchange_now: () => exchange,
    set_cable: ({ cable }) => ({ ...exchange, cable }),
    today: () => ({ jobs: [request], ways: [], total: 1, later: 0, done: 0, as_of: Date.now() }),
    request_case: () => requestCase,
    asset_card: () => assetCard,
    requests_page: () => ({ rows: [request], total: 1 }),
    assets_page: () => ({ rows: [asset], total: 1 }),
    outbox_page: () => ({ rows: [], total: 0 }),
    ...own,
  };
  mockIPC(
    (name, payload) => {
      const input = (payload as { input?: unknown } | undefined)?.input;
      const answer = answers[name as keyof Commands] as ((input: unknown) => unknown) | undefined;
      if (!answer) throw new Error(`The replica was asked for ${name}`);
      asked.push({ name: name as keyof Commands, input });
      return answer(input);
    },
    { shouldMockEvents: true },
  );
  return {
    asked,
    drafts,
    times: (name) => asked.filter((item) => item.name === name).length,
    last: (name) => asked.filter((item) => item.name === name).at(-1)?.input as never,
  };
}

export const station: Station = {
  device: "0193-d", code: "B12", name: "Συνεργείο 2 – Ηλεκτροφωτισμός", person: "Νίκος", role: "crew", profile: "crew", crew: "c2",
  communities: ["11020101"], municipality: { code: "dion-olympos", el: "Δήμος Δίου-Ολύμπου", en: "Municipality of Dion-Olympos" }, server: "https://koina.example",
};

export function about(where: Station | null): About {
  return { station: where, version: "0.1.0", mobile: false, language: "el", recovered: null, withdrawn: null, pin_wanted: false };
}

export const exchange: ExchangeState = {
  cable: true, running: false, pending: 0, needs_decision: 0, last_at: null, problem: null, done: 0, expected: 0, remaining_s: 0, revision: 1, calls: [], closes_in_h: null,
  photos: { photos: 0, bytes: 0 }, photos_done: 0, photos_expected: 0, photos_remaining_s: 0,
};

export const lists: Lists = {
  municipality: station.municipality,
  bounds: [22.34, 39.94, 22.68, 40.26],
  communities: [
    { code: "11020101", el: "Λιτόχωρο", en: "Litochoro", unit: "Λιτοχώρου", mine: true },
    { code: "11020302", el: "Δίον", en: "Dion", unit: "Δίου", mine: false },
  ],
  settlements: [
    { code: "1102010103", community: "11020101", el: "Λιμάνι Λιτοχώρου", en: "Limani Litochorou", position: { lat: 40.15, lon: 22.54, accuracy_m: null } },
  ],
  groups: [
    { code: "LGT", el: "Ηλεκτροφωτισμός", en: "Street lighting" },
    { code: "WTR", el: "Ύδρευση", en: "Water" },
  ],
  categories: [
    { code: "LGT-01", group: "LGT", el: "Σβηστή λάμπα", en: "Lamp out", department: "HLF", priority: 3, target_hours: 72, place_required: true, kiosk_only: false, community_only: false, immediate: false, emergency: false },
    { code: "LGT-09", group: "LGT", el: "Γυμνό καλώδιο", en: "Bare cable", department: "HLF", priority: 1, target_hours: 2, place_required: true, kiosk_only: false, community_only: false, immediate: false, emergency: true },
    { code: "WTR-01", group: "WTR", el: "Διαρροή νερού", en: "Water leak", department: "YDR", priority: 2, target_hours: 12, place_required: true, kiosk_only: false, community_only: false, immediate: true, emergency: false },
  ],
  departments: [{ code: "HLF", el: "Τμήμα Ηλεκτροφωτισμού", en: "Street Lighting Section" }],
  crews: [{ id: "c2", name: "Συνεργείο 2", department: "HLF", communities: ["11020101"], skills: [], members: [{ id: "c2-1", name: "Νίκος Πέτρου" }, { id: "c2-2", name: "Μαρία Ζώη" }] }],
  application_types: [],
  checklists: [],
  materials: [],
  soon_days: 30,
  asset_types: [{ code: "FOT", el: "Φωτιστικά σώματα", en: "Street lights" }],
  hold_reasons: [{ code: "MATERIAL", el: "Έλλειψη υλικών", en: "Materials missing" }],
  reject_reasons: [{ code: "NOT_COMPETENT", el: "Αναρμοδιότητα", en: "Not our competence" }],
  emergency_plans: [], emergency_plan: "", emergency: { code: "112", el: "Αν κινδυνεύει ζωή καλέστε 112.", en: "If life is in danger call 112." },
};

export const request: RequestRow = {
  id: "r1", receipt_number: "B12-26-000042-K", protocol_number: null, category: "LGT-01", community: "11020101", settlement: "1102010103",
  place_text: "πλατεία", text: "Η λάμπα δεν ανάβει.", status: "ASSIGNED", open: true, priority: 3, department: "HLF", crew: "c2", day: null,
  received_at: Date.now() - 7_200_000, due_at: Date.now() + 7_200_000, late: false, saved: "received", clashes: 0, unheard: false, in_circle: false,
};

export const requestCase: RequestCase = {
  row: request, text: "Η λάμπα δεν ανάβει.", channel: "phone", position: null, egsa87: null, asset: null, answer: null, has_contact: false, awaits_number: false, registered_at: null,
  answer_by: null, duplicate_of: null, cost: null, rank: 0, joined: [], supports: 0, materials: [], worked_minutes: 0, people_minutes: 0, team: [], photos: [], wanted_photos: [], clashes: [], may: ["record_work", "reopen_requests"],
  timeline: [{ id: "e1", at: Date.now() - 7_200_000, claimed: false, by: "Γραφείο", what: "received", detail: {}, pending: false, concurrent: false }],
};

export const asset: AssetRow = {
  id: "a1", kind: "FOT", number: "ΦΩΤ-0317", name: "", community: "11020101", settlement: "1102010103", place_text: "παραλία", condition: 2,
  inspected_at: null, due_at: null, failed: 0, seen_at: null, missing: false, retired: false, open_requests: 0, saved: "received", clashes: 0,
};

export const assetCard: AssetCard = {
  row: asset, checked: [], note: "", tag: null, position: null, egsa87: null, photos: [], timeline: [], requests: [], clashes: [], may: ["inspect_assets", "edit_assets", "move_assets", "retire_assets"],
};

export function outboxRow(change: string, saved: OutboxRow["saved"], more: Partial<OutboxRow> = {}): OutboxRow {
  return {
    change, doc: "r1", kind: "request", code: "LGT-01", number: "B12-26-000042-K", title: "Λιμάνι Λιτοχώρου, πλατεία", what: "done",
    saved_at: Date.now() - 60_000, saved, bytes: 412, tries: 1, reason: null, typed: null, ...more,
  };
}
