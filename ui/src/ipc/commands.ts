// Written by `cargo test -p koina-commands` from src-tauri/commands/list.rs. Do not edit.

export type About = { 
/**
 * `None` before enrolment.
 */
station: Station | null, version: string, 
/**
 * The app runs on a telephone or a tablet.
 */
mobile: boolean, 
/**
 * `el` or `en`, as last chosen on this device.
 */
language: string, 
/**
 * The file of the replica could not be read and was begun anew; told until somebody has read it.
 */
recovered: Recovered | null, 
/**
 * The device that was here was withdrawn and has erased itself; told until this one is enrolled.
 */
withdrawn: Withdrawn | null, 
/**
 * The municipality wants a PIN on this device, nobody has one, and one can be set.
 */
pin_wanted: boolean, };

export type Account = { id: string, login: string, name: string, role: Role, 
/**
 * By which the identity provider knows them; empty: it does not.
 */
email: string, 
/**
 * They have come by the identity provider.
 */
provider: boolean, 
/**
 * A password was given, and not chosen anew yet.
 */
first: boolean, signed_in_at: Time | null, 
/**
 * Closed since then.
 */
closed_at: Time | null, 
/**
 * Where they are signed in now.
 */
sessions: Array<Session>, };

export type AccountChangeInput = { id: string, account: AccountInput, 
/**
 * Whether it may not sign in any more; `null`: that stays as it is.
 */
closed: boolean | null, };

export type AccountGiven = { account: Account, 
/**
 * Shown once, kept nowhere in the clear.
 */
password: string, good_until: Time, };

export type AccountIdInput = { id: string, };

export type AccountInput = { login: string, name: string, 
/**
 * `clerk` or `admin`.
 */
role: Role, 
/**
 * By which the identity provider knows them; empty: it does not.
 */
email: string, };

export type AccountRow = { account: Account, 
/**
 * Where they are signed in now.
 */
sessions: Array<SessionRow>, };

export type Accounts = { rows: Array<AccountRow>, };

export type Answer = { key: string, value: string, };

export type Application = { 
/**
 * Code of the [`ApplicationType`].
 */
kind: string, 
/**
 * In the order of the type's fields; what was left empty is not there.
 */
answers: Array<Answer>, signature: Signature, };

export type ApplicationFieldItem = { key: string, el: string, en: string, check: FieldCheck, required: boolean, };

export type ApplicationItem = { code: string, el: string, en: string, department: string, fields: Array<ApplicationFieldItem>, };

export type AssetAddInput = { kind: string, number: string, name: string, community: string, settlement: string, place_text: string, position: Position | null, note: string, 
/**
 * 1 to 5, when it was looked at while being added.
 */
condition: number | null, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, draft: string | null, };

export type AssetCard = { row: AssetRow, 
/**
 * What was last found at each check of the type; empty where nothing was looked at.
 */
checked: Array<CheckedRow>, note: string, tag: Tag | null, position: Position | null, 
/**
 * The same in the Greek grid.
 */
egsa87: Egsa87 | null, 
/**
 * In the order they were added.
 */
photos: Array<PhotoRow>, timeline: Array<TimelineRow>, requests: Array<RequestRow>, clashes: Array<Clash>, may: Array<Permit>, };

export type AssetEditInput = { id: DocId, number: string | null, name: string | null, note: string | null, };

export type AssetFaultInput = { id: DocId, 
/**
 * Code of a check that the last inspection found out of its limits.
 */
check: string, };

export type AssetInspectInput = { id: DocId, 
/**
 * 1 (new) to 5 (dangerous).
 */
condition: number, note: string, 
/**
 * What was found, by the code of the check; left out or empty: not looked at. `yes` or `no`, a number, the code of a
 * choice, a day as people write it.
 */
values: { [key in string]: string }, };

export type AssetMoveInput = { id: DocId, community: string, settlement: string, place_text: string, position: Position | null, note: string, };

export type AssetRef = { id: DocId, number: string, name: string, kind: string, };

export type AssetRetireInput = { id: DocId, reason: string, };

export type AssetRow = { id: DocId, kind: string, number: string, name: string, community: string, settlement: string, place_text: string, 
/**
 * 1 (new) to 5 (dangerous); `None` when never inspected.
 */
condition: number | null, inspected_at: Time | null, 
/**
 * When the next inspection is due; `None` where the type has no rhythm.
 */
due_at: Time | null, 
/**
 * Checks that the last inspection found out of their limits.
 */
failed: number, 
/**
 * When anybody last saw it: in a round, at an inspection or when it was moved.
 */
seen_at: Time | null, 
/**
 * A round looked for it since, in vain.
 */
missing: boolean, retired: boolean, open_requests: number, saved: Saved, clashes: number, };

export type AssetSort = "number" | "place" | "condition" | "inspected" | "due";

export type AssetsPage = { rows: Array<AssetRow>, total: number, };

export type AssetsQuery = { search: string, 
/**
 * Asset type code.
 */
kind: string, community: string, 
/**
 * 1 to 5; 0 means any.
 */
condition: number, retired: boolean, clash: boolean, 
/**
 * Whose next inspection is due from this on, and before that.
 */
due_from: Time | null, due_before: Time | null, 
/**
 * With checks that the last inspection found out of their limits.
 */
failed: boolean, 
/**
 * That a round looked for in vain.
 */
missing: boolean, sort: AssetSort, offset: number, limit: number, };

export type CableInput = { cable: boolean, };

export type CallRow = { device: DeviceId, 
/**
 * What people call the kiosk.
 */
name: string, at: Time, };

export type CategoryItem = { code: string, group: string, el: string, en: string, department: string, 
/**
 * 1 (danger) to 4 (low).
 */
priority: number, target_hours: number, place_required: boolean, 
/**
 * It is applied for at a kiosk, not reported.
 */
kiosk_only: boolean, 
/**
 * Only a community files it: a proposal for works.
 */
community_only: boolean, 
/**
 * A community takes measures at once against urgent faults of this kind.
 */
immediate: boolean, 
/**
 * Life may be in danger: 112, 199 and 166 are shown first.
 */
emergency: boolean, };

export type ChangeInput = { 
/**
 * Hex of the change's hash.
 */
change: string, };

export type Channel = "crew" | "phone" | "counter" | "email" | "import" | "kiosk" | "community";

export type Check = { code: string, name: Text2, category?: string, } & ({ "ask": "yes_no" } | { "ask": "number", unit: string, least?: Decimal, most?: Decimal, max: Decimal, } | { "ask": "choice", options: Array<Choice>, } | { "ask": "until" });

export type CheckedRow = { code: string, 
/**
 * As stored; empty: it was not looked at.
 */
value: string, failed: boolean, 
/**
 * When it was looked at.
 */
at: Time | null, 
/**
 * An open request that says so.
 */
request: RequestRef | null, };

export type Checklist = { 
/**
 * Code of the asset type.
 */
asset_type: string, 
/**
 * Days from one inspection to the next; 0 where there is no rhythm.
 */
every_days: number, 
/**
 * The rule or the practice behind it.
 */
basis: Text2, 
/**
 * Category of the request that a failed check becomes, unless the check names another.
 */
category: string, checks: Array<Check>, };

export type Choice = { code: string, name: Text2, fails: boolean, };

export type Clash = { 
/**
 * The field's name in the record.
 */
field: string, versions: Array<Version>, };

export type CommunitiesNow = { rows: Array<CommunityNow>, };

export type CommunityEnterInput = { category: string, community: string, settlement: string, place_text: string, position: Position | null, asset: DocId | null, text: string, 
/**
 * The resident asks for a protocol number.
 */
register: boolean, 
/**
 * Who is to be told, if anybody; sealed to the town hall before it is written down.
 */
contact: Contact, 
/**
 * What the community says along with it; nothing where it only passes on what a resident says.
 */
filed: CommunityFiled | null, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, 
/**
 * The draft that this request makes unnecessary; dropped in the same tx.
 */
draft: string | null, };

export type CommunityEntered = { id: DocId, receipt_number: string, 
/**
 * The digits with which the request can be followed; empty while this device has not heard the key.
 */
pin: string, };

export type CommunityFiled = { "filed": "memo" } & MemoInput | { "filed": "urgent", measures: string, } | { "filed": "proposal", cost: string, };

export type CommunityInput = { community: string, };

export type CommunityItem = { code: string, el: string, en: string, 
/**
 * The municipal unit (δημοτική ενότητα).
 */
unit: string, 
/**
 * Whether this device holds the community's records.
 */
mine: boolean, };

export type CommunityMemoInput = { id: DocId, memo: MemoInput, 
/**
 * How often the form showed that others reported the same; what came since waits for the desk.
 */
supports?: number, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, 
/**
 * The draft it was typed in, which goes with it.
 */
draft: string | null, };

export type CommunityMonth = { community: string, 
/**
 * YYYY-MM.
 */
month: string, };

export type CommunityNow = { community: string, 
/**
 * Requests that somebody has to do something about, proposals too.
 */
open: number, 
/**
 * Of these, past the time that the municipality gave itself.
 */
late: number, 
/**
 * Done since the first of this month.
 */
done: number, 
/**
 * The first load is not over: there is more than is counted here.
 */
loading: boolean, 
/**
 * Open for longest, the oldest first, without proposals; five at most.
 */
oldest: Array<RequestRow>, 
/**
 * When this device last heard from the server; `None` if never.
 */
as_of: Time | null, };

export type CommunityReport = { community: string, 
/**
 * YYYY-MM.
 */
month: string, 
/**
 * The month is not over yet.
 */
unfinished: boolean, 
/**
 * The first load is not over: there is more than is counted here.
 */
loading: boolean, 
/**
 * By subject, most received first; without subjects that had nothing.
 */
groups: Array<GroupMonth>, total: MonthCount, 
/**
 * Of what was asked for and done in the month, half took no longer than so many days of the calendar from its receipt; `None`
 * when nothing was done.
 */
median_days: number | null, 
/**
 * Memos of work that was done in the month, by day; the first 500 of them.
 */
memos: Array<MemoRow>, memos_in_all: number, 
/**
 * Faults of the month against which measures were taken at once; the first 500 of them.
 */
urgent: Array<RequestRow>, urgent_in_all: number, 
/**
 * Open now for longest, the oldest first, without proposals; ten at most.
 */
oldest: Array<RequestRow>, 
/**
 * When this device last heard from the server; `None` if never.
 */
as_of: Time | null, };

export type ConflictDecideInput = { id: DocId, field: string, 
/**
 * Key of the version that stands.
 */
key: string, note: string, };

export type ConflictRow = { doc: DocId, kind: Kind, 
/**
 * Category code of a request, type code of an asset.
 */
code: string, number: string | null, title: string, community: string, settlement: string, clashes: Array<Clash>, };

export type ConflictsPage = { rows: Array<ConflictRow>, total: number, };

export type Contact = { name: string, 
/**
 * In international form, `+302352084100`.
 */
phone: string, email: string, 
/**
 * What is applied for, of whoever applies.
 */
application?: Application | null, };

export type ContactRow = { 
/**
 * `None` when it cannot be opened.
 */
contact: Contact | null, 
/**
 * The device that handed it over.
 */
device: string, at: Time, 
/**
 * Tells it from what it is once somebody corrected it.
 */
mark: string, };

export type Contacts = { rows: Array<ContactRow>, erased: ContactsErased | null, };

export type ContactsCorrectInput = { id: DocId, 
/**
 * Of the contact as it was read.
 */
mark: string, name: string, phone: string, email: string, };

export type ContactsEraseInput = { id: DocId, reason: EraseReason, };

export type ContactsErased = { 
/**
 * The server's clock.
 */
at: Time, reason: EraseReason, 
/**
 * The desk that erased them, or told it again after a restore.
 */
device: string, };

export type ContactsExportInput = { id: DocId, 
/**
 * Other records of the same person, among those of `contacts_same`.
 */
docs: Array<DocId>, 
/**
 * One of the places that `courier_places` names.
 */
place: string, };

export type ContactsExported = { path: string, 
/**
 * Requests of the person in it.
 */
records: number, };

export type ContactsKept = { 
/**
 * Records with a contact.
 */
kept: number, 
/**
 * Days after a record was closed and nothing was added any more; none: until somebody erases them.
 */
keep_days: number | null, 
/**
 * Categories with a rule of their own.
 */
rules: Array<KeepRule>, 
/**
 * Records whose contacts were erased within a year, by reason.
 */
erased: Array<ErasedCount>, 
/**
 * Records that will be erased by rule within thirty days.
 */
soon: number, 
/**
 * When it was last looked what is to be erased by rule; none: never.
 */
ruled_at: Time | null, };

export type ContactsReadInput = { id: DocId, reason: ReadReason, };

export type ContactsSame = { rows: Array<SamePerson>, };

export type CourierPlaces = { places: Array<string>, };

export type CourierTakeInput = { 
/**
 * The whole file, base64.
 */
file: string, 
/**
 * Where the answer goes, if the file asks for one.
 */
place: string, };

export type CourierTaken = { 
/**
 * Changes the server has for good.
 */
received: number, 
/**
 * Changes it refused.
 */
refused: number, 
/**
 * Pieces of news that were taken.
 */
news: number, 
/**
 * The device had moved on meanwhile: at most receipts were taken.
 */
late: boolean, 
/**
 * There is more to say: another file is needed.
 */
again: boolean, 
/**
 * The device was revoked.
 */
revoked: boolean, };

export type CourierTook = { taken: CourierTaken | null, written: CourierWritten | null, };

export type CourierWritten = { path: string, bytes: number, };

export type CrewItem = { id: string, name: string, department: string, communities: Array<string>, 
/**
 * Codes of the groups of kinds that it can do; empty: nobody said.
 */
skills: Array<string>, 
/**
 * Who works in it.
 */
members: Array<Member>, };

export type CrewLoad = { crew: string, 
/**
 * Open jobs of it that it can do something about.
 */
open: number, 
/**
 * Those past their target time.
 */
late: number, 
/**
 * Those planned for the day that was asked for.
 */
on_day: number, };

export type CrewLoads = { 
/**
 * The day as it was understood, YYYY-MM-DD; empty: none.
 */
day: string, crews: Array<CrewLoad>, };

export type Decimal = string;

export type DeviceChangeInput = { id: DeviceId, role: Role, name: string, person: string, crew: string | null, communities: Array<string>, };

export type DeviceId = string;

export type DeviceInput = { id: DeviceId, };

export type DeviceInviteInput = { role: Role, 
/**
 * What people will call the device.
 */
name: string, person: string, 
/**
 * Id of a crew; required for crews.
 */
crew: string | null, 
/**
 * Communities whose records it holds; empty means all.
 */
communities: Array<string>, };

export type DeviceRow = { id: DeviceId, code: string, name: string, person: string, role: Role, crew: string | null, communities: Array<string>, enrolled_at: Time, last_seen_at: Time | null, revoked_at: Time | null, 
/**
 * When a revoked device said that it had handed over everything and erases itself.
 */
erased_at: Time | null, 
/**
 * When a request of the device came last a second time: somebody may have copied it.
 */
twice_at: Time | null, 
/**
 * Changes and contacts the device said it still held when last seen.
 */
pending: number, 
/**
 * Changes of this device that the server refused.
 */
refused: number, version: string, 
/**
 * How a kiosk is; `None` while it has not said, and for all other devices.
 */
health: HealthRow | null, 
/**
 * What a kiosk needs somebody for.
 */
needs: Array<Need>, 
/**
 * What it had not handed over when it was last seen; `None`: it did not say.
 */
unsent: UnsentRows | null, };

export type Devices = { devices: Array<DeviceRow>, 
/**
 * Changes that the server did not take, newest first, at most 200.
 */
refused: Array<RefusedRow>, };

export type DocId = string;

export type Draft = { json: string | null, };

export type DraftInput = { key: string, json: string, 
/**
 * Only fields that were typed before the draft was read; its others stay.
 */
part?: boolean, };

export type DraftKey = { key: string, };

export type Due = { rows: Array<DueRow>, };

export type DueRow = { community: string, kind: string, overdue: number, 
/**
 * Due within 30 days.
 */
soon: number, 
/**
 * Assets with checks out of their limits.
 */
failed: number, 
/**
 * Assets of that type there.
 */
all: number, };

export type Egsa87 = { east: number, north: number, };

export type EmergencySet = { plan: string, };

export type EnrolInput = { 
/**
 * Address of the municipal server, or the whole text of the QR.
 */
server: string, code: string, };

export type EraseReason = "asked_by_person" | "not_needed" | "by_mistake" | "by_rule" | "unknown";

export type ErasedCount = { reason: EraseReason, records: number, };

export type ExchangeState = { 
/**
 * Whether the person lets this device use the network.
 */
cable: boolean, running: boolean, 
/**
 * Changes and contacts saved here and not yet received by the server.
 */
pending: number, needs_decision: number, 
/**
 * When the last complete exchange ended.
 */
last_at: Time | null, 
/**
 * Why the last try failed; `None` after a success.
 */
problem: Problem | null, 
/**
 * Records fetched and expected, while a first load runs.
 */
done: number, expected: number, 
/**
 * About how long the rest will take, in seconds; 0 while that is not known.
 */
remaining_s: number, 
/**
 * Photos saved here that the town hall does not have yet.
 */
photos: PhotosWaiting, 
/**
 * Bytes of photos that travelled, of those that are to, and about how long the rest takes in seconds, while they travel.
 */
photos_done: number, photos_expected: number, photos_remaining_s: number, 
/**
 * Grows with every change of what the windows show.
 */
revision: number, 
/**
 * Visitors' calls for staff that stand, at kiosks this desk looks after.
 */
calls: Array<CallRow>, 
/**
 * Hours after which this device closes if it has no contact with the town hall; `None` while that is far off.
 */
closes_in_h: number | null, };

export type FaultReported = { id: DocId, number: string, 
/**
 * It was open already, and this was noted on it.
 */
same: boolean, };

export type FieldCheck = "text" | "lines" | "afm" | "date" | "year" | "kaek" | "number";

export type FieldProblem = { 
/**
 * The name of the field in the input, as in the TypeScript type.
 */
field: string, rule: FieldRule, };

export type FieldRule = { "rule": "missing" } | { "rule": "too_long", max: number, } | { "rule": "too_short", min: number, } | { "rule": "taken" } | { "rule": "too_easy" } | { "rule": "unknown" } | { "rule": "not_text" } | { "rule": "bad_character" } | { "rule": "out_of_range", min: number, max: number, } | { "rule": "outside_municipality" } | { "rule": "in_future" } | { "rule": "too_early", first: string, } | { "rule": "not_on_a_list" } | { "rule": "not_a_phone" } | { "rule": "not_an_email" } | { "rule": "not_an_afm" } | { "rule": "not_a_kaek" } | { "rule": "not_a_date" } | { "rule": "not_a_number" } | { "rule": "not_a_tag" };

export type FileHash = string;

export type GroupMonth = { 
/**
 * Code of the category group; empty where the category is on no list.
 */
group: string, count: MonthCount, };

export type HealthRow = { 
/**
 * When it said so, by the clock of the server.
 */
as_of: Time, 
/**
 * Requests and contacts that waited there.
 */
requests: number, contacts: number, paper: Paper, out_of_order: boolean, 
/**
 * Since when a visitor calls for staff.
 */
called_at: Time | null, };

export type Invite = { code: string, expires_at: Time, 
/**
 * Address and code as one text, for scanning.
 */
link: string, 
/**
 * The same as an SVG picture.
 */
qr_svg: string, };

export type KeepRule = { category: string, days: number, };

export type Kind = "request" | "asset";

export type KioskApplyInput = { application: Application, 
/**
 * Of whoever applies, or of the place it is about.
 */
community: string, 
/**
 * How to reach them. The name is that of the application.
 */
contact: Contact, };

export type KioskAssetInput = { 
/**
 * The number on a tag, however it was typed.
 */
number: string, };

export type KioskAssets = { rows: Array<Tagged>, };

export type KioskCallInput = { 
/**
 * A visitor calls for staff, or does not any more.
 */
on: boolean, };

export type KioskEndInput = { 
/**
 * Whether the visitor typed anything anywhere.
 */
typed: boolean, };

export type KioskEnded = { 
/**
 * The app starts anew now, so that nothing stays in its memory.
 */
starts_anew: boolean, };

export type KioskMode = { out_of_order: boolean, 
/**
 * Since when a visitor has been calling for staff.
 */
called_at: Time | null, 
/**
 * The town hall has heard of the call.
 */
call_told: boolean, };

export type KioskPrintInput = { receipt_number: string, language: Language, };

export type KioskReceipt = { receipt_number: string, 
/**
 * Six digits; empty while this kiosk has not heard the key.
 */
pin: string, received_at: Time, 
/**
 * Until when the municipality has to answer an application, as Greeks write a date.
 */
due: string | null, 
/**
 * Both, for a scanner.
 */
qr_svg: string, };

export type KioskReportInput = { category: string, 
/**
 * Empty only where the category needs no place.
 */
community: string, 
/**
 * Empty when the visitor does not know.
 */
settlement: string, 
/**
 * What it is about, if the number on it was found.
 */
asset: DocId | null, 
/**
 * Where on the map, if the visitor pointed at it.
 */
position: Position | null, place_text: string, text: string, contact: Contact, };

export type KioskSpeakInput = { text: string, 
/**
 * `el` or `en`.
 */
language: string, 
/**
 * 1 (slow) to 5.
 */
rate: number, 
/**
 * 1 (soft) to 5.
 */
volume: number, };

export type KioskTrackInput = { 
/**
 * A receipt or protocol number, however it was typed.
 */
number: string, pin: string, };

export type KioskVoice = { languages: Array<string>, };

export type Language = "el" | "en";

export type LanguageInput = { 
/**
 * `el` or `en`.
 */
language: string, };

export type Lists = { municipality: Named, 
/**
 * West, south, east, north of the municipality, in degrees.
 */
bounds: [number, number, number, number], communities: Array<CommunityItem>, settlements: Array<SettlementItem>, groups: Array<Named>, categories: Array<CategoryItem>, departments: Array<Named>, crews: Array<CrewItem>, asset_types: Array<Named>, 
/**
 * What is looked at when an asset of a type is inspected.
 */
checklists: Array<Checklist>, 
/**
 * Days before an inspection is due from which it is shown as coming.
 */
soon_days: number, 
/**
 * Materials that are offered on a job, by the group of its category.
 */
materials: Array<MaterialItem>, 
/**
 * What may be applied for at a kiosk.
 */
application_types: Array<ApplicationItem>, hold_reasons: Array<Named>, reject_reasons: Array<Named>, emergency: Named, 
/**
 * Plans of civil protection that may be put into force.
 */
emergency_plans: Array<PlanItem>, 
/**
 * The code of the one that is; empty: none.
 */
emergency_plan: string, };

export type LockState = { 
/**
 * Nobody has opened it yet.
 */
locked: boolean, 
/**
 * Whoever may open it with a PIN; empty: it is not locked.
 */
people: Array<Person>, 
/**
 * Whoever did.
 */
me: Person | null, 
/**
 * Seconds that everybody has to wait after wrong PINs; 0: none.
 */
wait_s: number, 
/**
 * Seconds without a touch after which it locks itself.
 */
idle_s: number, 
/**
 * Characters that a PIN has at least.
 */
pin_min: number, 
/**
 * It had no contact with the town hall for too long: nobody opens it but with a code from there.
 */
closed: boolean, 
/**
 * The town hall has its key: a code from there opens it.
 */
escrowed: boolean, 
/**
 * Hours after which it closes without contact; `None` while that is far off.
 */
closes_in_h: number | null, };

export type MapCluster = { what: Kind, 
/**
 * Their middle.
 */
lat: number, lon: number, count: number, 
/**
 * Requests that are late or say that there is danger, assets that are dangerous or about which there are open requests, among them.
 */
pressing: number, 
/**
 * West, south, east, north of all of them.
 */
bounds: [number, number, number, number], };

export type MapComing = { map: MapPack, 
/**
 * Bytes that are here.
 */
had: number, 
/**
 * There is room for the rest; else it waits.
 */
fits: boolean, };

export type MapFault = "not_a_map" | "truncated" | "too_large" | "elsewhere" | "not_here" | "not_at_town";

export type MapFile = { path: string, bytes: number, };

export type MapHere = { map: MapPack | null, };

export type MapInstallInput = { 
/**
 * One of those that `map_state` found.
 */
path: string, };

export type MapPack = { file: FileHash, bytes: number, name: string, 
/**
 * Whose data it is, to be shown on the map.
 */
attribution: string, 
/**
 * The day of its data, as YYYY-MM-DD, where it says so.
 */
made_on: string | null, 
/**
 * When it was put here.
 */
installed_at: Time, min_zoom: number, max_zoom: number, 
/**
 * West, south, east, north in degrees.
 */
bounds: [number, number, number, number], };

export type MapPoint = { id: DocId, what: Kind, lat: number, lon: number, 
/**
 * Receipt number of a request, number of an asset.
 */
number: string, 
/**
 * Category of a request, type of an asset.
 */
code: string, name: string, community: string, settlement: string, place_text: string, 
/**
 * Of a request.
 */
status: Status | null, 
/**
 * Of a request: 1 (danger) to 4 (low).
 */
priority: number, late: boolean, 
/**
 * Of an asset: 1 (new) to 5 (dangerous); 0 when never inspected.
 */
condition: number, 
/**
 * Open requests about an asset.
 */
open_requests: number, };

export type MapPoints = { points: Array<MapPoint>, clusters: Array<MapCluster>, 
/**
 * Things in the frame, of both kinds.
 */
total: number, 
/**
 * Not all of them are drawn: come closer.
 */
more: boolean, 
/**
 * Open requests of which nobody knows the position, wherever they are.
 */
unplaced: number, };

export type MapQuery = { west: number, south: number, east: number, north: number, 
/**
 * As on every map of this kind: 0 is the world, each step doubles it.
 */
zoom: number, 
/**
 * Open requests.
 */
requests: boolean, 
/**
 * Assets in use.
 */
assets: boolean, 
/**
 * Asset type code; empty means all.
 */
kind: string, };

export type MapState = { map: MapPack | null, 
/**
 * On its way from the town hall.
 */
coming: MapComing | null, 
/**
 * Somebody said that none is to come by itself.
 */
declined: boolean, 
/**
 * What the town hall has, if it was asked.
 */
offer: MapPack | null, 
/**
 * Files of maps on sticks and among the downloads.
 */
found: Array<MapFile>, };

export type MapTile = { data: string | null, };

export type MapTileInput = { z: number, x: number, y: number, };

export type MapWantInput = { 
/**
 * The map of the town hall is to come here, or not any more.
 */
on: boolean, };

export type Material = { name: string, 
/**
 * A decimal number as text, with a dot: «2.5».
 */
quantity: string, unit: string, };

export type MaterialItem = { code: string, name: Text2, 
/**
 * What it is counted in: one of [`UNITS`].
 */
unit: string, 
/**
 * Codes of the [`CategoryGroup`]s whose jobs it is for.
 */
groups: Array<string>, };

export type Member = { 
/**
 * What records say instead of the name: a record may be published.
 */
id: string, name: string, };

export type MemoInput = { 
/**
 * The day it was done, as people write it: 20/11/2026.
 */
on: string, 
/**
 * Who did it, in words.
 */
by: string, note: string, };

export type MemoRow = { id: DocId, 
/**
 * The event that says so: a request may have several.
 */
event: string, receipt_number: string, protocol_number: string, category: string, settlement: string, place_text: string, 
/**
 * YYYY-MM-DD.
 */
on: string, 
/**
 * Who did it, and what was done, in the community's words. What a resident had said is not here.
 */
by: string, note: string, 
/**
 * The request is open now: somebody says that the trouble is still there.
 */
open: boolean, };

export type Moment = "before" | "after" | "other";

export type MonthCount = { 
/**
 * Received in the month.
 */
received: number, 
/**
 * Done in the month, whenever received, and not opened again.
 */
done: number, 
/**
 * Ended otherwise in the month: rejected, forwarded, withdrawn, joined with another.
 */
ended: number, 
/**
 * Open now, whenever received.
 */
open: number, 
/**
 * Of these, past the time that the municipality gave itself.
 */
late: number, };

export type Named = { code: string, el: string, en: string, };

export type Need = "called" | "out_of_order" | "paper_out" | "printer_fault" | "silent";

export type NotPlanned = { id: DocId, why: Problem, };

export type Nothing = Record<symbol, never>;

export type OutboxPage = { rows: Array<OutboxRow>, total: number, };

export type OutboxQuery = { search: string, 
/**
 * Only what is in this state.
 */
saved: Saved | null, offset: number, limit: number, };

export type OutboxRow = { 
/**
 * Hex of the change's hash.
 */
change: string, doc: DocId, kind: Kind, 
/**
 * Category code of a request, type code of an asset.
 */
code: string, number: string | null, title: string, 
/**
 * What was done: `entered`, `edited`, or the tag of an event.
 */
what: string, saved_at: Time, saved: Saved, bytes: number, tries: number, 
/**
 * Code of the server's reason when it refused the change.
 */
reason: string | null, 
/**
 * The words that were typed, when the change was refused: the record does not show them any more.
 */
typed: string | null, };

export type Outcome = { "outcome": "resolved" } | { "outcome": "rejected", reason: string, } | { "outcome": "duplicate", of: DocId, } | { "outcome": "forwarded", to: string, } | { "outcome": "withdrawn" };

export type PageInput = { search: string, offset: number, limit: number, };

export type Paper = "no_printer" | "ready" | "low" | "out" | "fault" | "unknown";

export type Permit = "enter_requests" | "enter_registered" | "edit_requests" | "register_requests" | "assign_requests" | "answer_requests" | "close_requests" | "reopen_requests" | "record_work" | "note_requests" | "file_memos" | "add_assets" | "edit_assets" | "inspect_assets" | "move_assets" | "retire_assets" | "decide_conflicts" | "read_contacts" | "correct_contacts" | "export_contacts" | "erase_contacts" | "tend_kiosks" | "declare_emergencies" | "manage_devices" | "manage_accounts";

export type Person = { id: string, name: string, 
/**
 * Their PIN opens it only together with what the key store of this computer has.
 */
bound: boolean, };

export type PersonAddInput = { 
/**
 * The PIN of whoever opened this device; empty while nobody has one.
 */
old: string, name: string, pin: string, };

export type PersonInput = { 
/**
 * The PIN of whoever opened this device.
 */
old: string, person: string, };

export type PersonPinInput = { 
/**
 * The PIN until now.
 */
old: string, pin: string, };

export type PhotoData = { 
/**
 * A JPEG, as base64.
 */
data: string, };

export type PhotoFault = "empty" | "not_a_picture" | "too_large" | "damaged" | "not_here";

export type PhotoInput = { 
/**
 * A picture or a small copy.
 */
file: FileHash, };

export type PhotoKeepInput = { 
/**
 * The bytes of the file, as base64.
 */
data: string, moment: Moment, 
/**
 * Where it was taken, and where the camera looked, may be kept with it.
 */
with_place: boolean, };

export type PhotoRow = { 
/**
 * Names the picture when a window asks for it.
 */
file: FileHash, thumb: FileHash, moment: Moment, 
/**
 * When it was added, by the clock of the device that did.
 */
added_at: Time, 
/**
 * When it was taken, by the clock of the camera.
 */
taken_at: Time | null, 
/**
 * Who added it: the device's name, as people call it.
 */
by: string, position: Position | null, 
/**
 * Where the camera looked, in degrees from true north.
 */
direction: number | null, 
/**
 * Bytes of the picture.
 */
size: number, width: number, height: number, state: PhotoState, 
/**
 * The picture can be shown in full.
 */
here: boolean, 
/**
 * The small copy can be shown.
 */
thumb_here: boolean, 
/**
 * Somebody asked for the picture, and it is on its way.
 */
wanted: boolean, };

export type PhotoState = "on_device" | "received" | "elsewhere";

export type Photos = { photos: Array<PhotoRow>, };

export type PhotosAddInput = { id: DocId, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, };

export type PhotosBudgetInput = { bytes: number, };

export type PhotosRoom = { used_bytes: number, 
/**
 * Above this, pictures that the town hall has leave this device, the oldest first.
 */
budget_bytes: number, 
/**
 * Bytes that cannot go, since only this device has them.
 */
unsent_bytes: number, };

export type PhotosWaiting = { 
/**
 * Pictures that are not at the town hall yet.
 */
photos: number, 
/**
 * Bytes of those and of their small copies.
 */
bytes: number, };

export type Place = { position: Position, egsa87: Egsa87 | null, 
/**
 * The nearest village, and how far its middle is, in metres.
 */
community: string, settlement: string, metres: number, };

export type PlaceInput = { 
/**
 * One of the places that `courier_places` names.
 */
place: string, };

export type PlaceReadInput = { 
/**
 * Degrees (WGS 84) or metres (ΕΓΣΑ87), in either order, however they were typed.
 */
typed: string, };

export type PlanDayInput = { 
/**
 * As typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
 */
day: string, };

export type PlanInput = { 
/**
 * At most 200.
 */
jobs: Array<PlanJob>, crew: string, 
/**
 * As typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
 */
day: string, note: string, };

export type PlanItem = { code: string, el: string, en: string, 
/**
 * The name of the general plan («ΒΟΡΕΑΣ 2»), if it has one.
 */
plan: string, };

export type PlanJob = { id: DocId, crew: string, status: Status, };

export type Planned = { saved: Array<DocId>, refused: Array<NotPlanned>, };

export type Position = { lat: number, lon: number, accuracy_m: number | null, };

export type PrinterFault = "not_set" | "unreachable" | "no_paper" | "cover_open" | "slow";

export type Problem = { "code": "bad_input", fields: Array<FieldProblem>, } | { "code": "not_found" } | { "code": "not_allowed", needs: Permit, } | { "code": "already_closed" } | { "code": "not_closed" } | { "code": "retired" } | { "code": "already_decided" } | { "code": "changed_meanwhile" } | { "code": "not_enrolled" } | { "code": "already_enrolled" } | { "code": "code_refused" } | { "code": "too_many_tries", wait_s: number, } | { "code": "locked" } | { "code": "wrong_pin" } | { "code": "sign_in_needed" } | { "code": "sign_in_refused" } | { "code": "provider_failed" } | { "code": "no_browser" } | { "code": "no_account" } | { "code": "last_admin" } | { "code": "last_person" } | { "code": "keys_unreadable" } | { "code": "key_store_shut" } | { "code": "key_store_lost" } | { "code": "revoked" } | { "code": "offline", since: Time | null, } | { "code": "cable_out" } | { "code": "bad_address" } | { "code": "wrong_server" } | { "code": "busy" } | { "code": "too_large", bytes_max: number, } | { "code": "malformed", what: string, } | { "code": "not_signed" } | { "code": "courier_unreadable" } | { "code": "courier_not_ready" } | { "code": "photos_too_early", photos: number, } | { "code": "upgrade_needed" } | { "code": "disk_full" } | { "code": "disk_read_only" } | { "code": "disk_gone" } | { "code": "place_full" } | { "code": "place_read_only" } | { "code": "replica_in_use" } | { "code": "replica_damaged" } | { "code": "printer", fault: PrinterFault, } | { "code": "printed_enough", most: number, } | { "code": "photo", fault: PhotoFault, } | { "code": "tag_taken", asset: DocId, } | { "code": "map", fault: MapFault, } | { "code": "no_voice" } | { "code": "internal", incident: string, };

export type Profile = "crew" | "desk" | "kiosk" | "community";

export type ProposalRow = { row: RequestRow, 
/**
 * In cents of a euro; `None` where it was not said.
 */
cost: number | null, 
/**
 * Where the council put it, from 1; 0: nowhere yet.
 */
rank: number, };

export type Proposals = { 
/**
 * Open ones: those with a place in the council's order first, in it, then the newest. The first 200 of them.
 */
open: Array<ProposalRow>, open_in_all: number, 
/**
 * Answered ones, the newest first. The first 200 of them.
 */
closed: Array<ProposalRow>, closed_in_all: number, };

export type RankInput = { community: string, 
/**
 * The first is the most wanted. At most 200.
 */
order: Array<DocId>, 
/**
 * Of which decision or meeting, in words.
 */
decision: string, 
/**
 * The draft it was typed in, dropped when all is written.
 */
draft: string | null, };

export type ReadReason = "reach" | "apply" | "asked_by_person" | "authority" | "oversight";

export type RecordInput = { id: DocId, };

export type Recovered = { at: Time, 
/**
 * Where the old file is kept; `None` when there was none any more.
 */
file: string | null, 
/**
 * Changes that had not arrived and were brought along.
 */
unsent: number, 
/**
 * All of the outbox could be read.
 */
whole: boolean, };

export type RefusedInput = { 
/**
 * Identities of changes (hex of their hashes), at most 500.
 */
changes: Array<string>, };

export type RefusedLeft = { change: string, 
/**
 * Code of the reason; 'waits' when it rests on a change that is not here.
 */
reason: string, };

export type RefusedRow = { 
/**
 * Identity of the change (hex of its hash).
 */
change: string, doc: string, 
/**
 * Id of the device that wrote it.
 */
device: string, 
/**
 * Its name, as this replica knows it; the server leaves it empty.
 */
by: string, at: Time, 
/**
 * Code of the reason.
 */
reason: string, 
/**
 * What a person typed in it.
 */
typed: string, };

export type RefusedTook = { taken: number, 
/**
 * Those that could not be taken.
 */
left: Array<RefusedLeft>, devices: Devices, };

export type ReopenInput = { 
/**
 * Of the desk.
 */
code: string, 
/**
 * Whoever opens it, with a new PIN.
 */
name: string, pin: string, };

export type RequestAnswerInput = { id: DocId, 
/**
 * Public words, at most 4,000 characters.
 */
text: string, };

export type RequestAssignInput = { id: DocId, department: string, 
/**
 * Empty when the department decides.
 */
crew: string, 
/**
 * The day the crew is to do it, as typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
 */
day: string, note: string, };

export type RequestCase = { row: RequestRow, text: string, channel: Channel, position: Position | null, 
/**
 * The same in the Greek grid.
 */
egsa87: Egsa87 | null, 
/**
 * The asset it is about.
 */
asset: AssetRef | null, 
/**
 * The last public answer.
 */
answer: string | null, 
/**
 * What the works of a proposal may cost, in cents of a euro.
 */
cost: number | null, 
/**
 * Where the council put a proposal, from 1; 0: nowhere yet.
 */
rank: number, 
/**
 * Somebody left a contact; who it is, the server tells those who may know.
 */
has_contact: boolean, 
/**
 * Somebody asked for a protocol number that has not come yet.
 */
awaits_number: boolean, registered_at: Time | null, 
/**
 * Last day to answer an application (ΚΔΔ, ν.2690/1999 art. 4), as YYYY-MM-DD.
 */
answer_by: string | null, duplicate_of: DocId | null, 
/**
 * Requests that were joined with this one, the oldest first; 100 at most.
 */
joined: Array<RequestRow>, 
/**
 * How often somebody else reported the same, apart from those.
 */
supports: number, materials: Array<Material>, 
/**
 * How long crews worked on it, as their devices say; what is under way is not counted.
 */
worked_minutes: number, 
/**
 * The same of all who took part together.
 */
people_minutes: number, 
/**
 * Ids of who works on it now, as the crew said; of several devices the one of this device, or who began last.
 */
team: Array<string>, 
/**
 * In the order they were added.
 */
photos: Array<PhotoRow>, 
/**
 * What its category wants before a crew is done; empty: nothing.
 */
wanted_photos: Array<WantedPhoto>, timeline: Array<TimelineRow>, clashes: Array<Clash>, 
/**
 * What the person at this window may do with it now.
 */
may: Array<Permit>, };

export type RequestCloseInput = { id: DocId, outcome: Outcome, note: string, 
/**
 * How often the form showed that others reported the same; what came since waits for the desk.
 */
supports?: number, };

export type RequestEditInput = { id: DocId, category: string | null, 
/**
 * Community and settlement change together.
 */
community: string | null, settlement: string | null, place_text: string | null, text: string | null, priority: number | null, };

export type RequestEnterInput = { category: string, 
/**
 * Empty only where the category needs no place.
 */
community: string, settlement: string, place_text: string, position: Position | null, asset: DocId | null, text: string, channel: Channel, 
/**
 * The person asks for a protocol number (a formal application always has one).
 */
register: boolean, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, 
/**
 * The draft that this request makes unnecessary; dropped in the same tx.
 */
draft: string | null, };

export type RequestEntered = { id: DocId, receipt_number: string, };

export type RequestHeardInput = { id: DocId, note: string, 
/**
 * How often the form showed that others reported the same; what came since waits for the desk.
 */
supports?: number, };

export type RequestRef = { id: DocId, number: string, };

export type RequestReopenInput = { id: DocId, reason: string, };

export type RequestRow = { id: DocId, receipt_number: string | null, protocol_number: string | null, category: string, community: string, settlement: string, 
/**
 * Where exactly, in words.
 */
place_text: string, 
/**
 * The first 200 characters of what was reported.
 */
text: string, status: Status, open: boolean, 
/**
 * 1 (danger) to 4 (low).
 */
priority: number, department: string, crew: string, 
/**
 * The day a crew is to do it, YYYY-MM-DD.
 */
day: string | null, received_at: Time, due_at: Time, late: boolean, saved: Saved, 
/**
 * Fields with versions to decide.
 */
clashes: number, 
/**
 * Closed by somebody who could not see that it was reported again.
 */
unheard: boolean, 
/**
 * It was joined with one that was joined with it, and nobody works on either.
 */
in_circle: boolean, };

export type RequestSort = "newest" | "oldest" | "due" | "priority" | "place";

export type RequestSupportInput = { id: DocId, channel: Channel, text: string, 
/**
 * Photos that were kept here.
 */
photos: Array<FileHash>, 
/**
 * The draft it was typed in, which goes with it.
 */
draft: string | null, };

export type RequestsPage = { rows: Array<RequestRow>, 
/**
 * Rows in all pages.
 */
total: number, };

export type RequestsQuery = { 
/**
 * Words in Greek or Greeklish, any case, with or without accents; or a number.
 */
search: string, open: boolean | null, status: Status | null, community: string, group: string, department: string, crew: string, 
/**
 * Charged to no crew.
 */
no_crew: boolean, 
/**
 * Past its target time.
 */
late: boolean, 
/**
 * With versions for the desk to decide.
 */
clash: boolean, 
/**
 * Closed, and to be looked at again: reported again unknown to whoever closed it, or joined in a circle.
 */
unheard: boolean, 
/**
 * With a memo of a community that the work was done.
 */
executed: boolean, sort: RequestSort, offset: number, 
/**
 * At most 200.
 */
limit: number, };

export type Role = "crew" | "clerk" | "admin" | "kiosk" | "community";

export type Round = { 
/**
 * YYYY-MM-DD in Athens.
 */
day: string, community: string, 
/**
 * Empty: the whole community.
 */
settlement?: string, 
/**
 * Asset type code; empty: all types.
 */
kind?: string, 
/**
 * A street or another word of where exactly; empty: everywhere there.
 */
words?: string, };

export type RoundAsset = { row: AssetRow, 
/**
 * When it was seen or looked for, and by whom.
 */
at: Time | null, by: string, 
/**
 * Metres from where somebody stands, if both are known.
 */
metres: number | null, };

export type RoundBeginInput = { community: string, settlement: string, 
/**
 * Asset type code.
 */
kind: string, 
/**
 * A street or another word of where exactly, at most 300 characters.
 */
place_text: string, };

export type RoundEnded = { noted: number, row: RoundRow, };

export type RoundInput = { round: Round, };

export type RoundPage = { rows: Array<RoundAsset>, total: number, };

export type RoundPart = "left" | "found" | "elsewhere" | "not_found";

export type RoundQuery = { round: Round, part: RoundPart, 
/**
 * Where somebody stands: what is left comes in the order of its distance.
 */
near: Position | null, offset: number, 
/**
 * At most 200.
 */
limit: number, };

export type RoundRow = { round: Round, 
/**
 * Of its first and its last word; `None` before anything was seen.
 */
began_at: Time | null, last_at: Time | null, 
/**
 * Still to be looked for.
 */
left: number, found: number, 
/**
 * Found, though the register says that they stand elsewhere.
 */
elsewhere: number, not_found: number, 
/**
 * Who works on it, as people call their devices.
 */
by: Array<string>, };

export type RoundSeen = { row: AssetRow, 
/**
 * The register says that it stands in another place.
 */
elsewhere: boolean, 
/**
 * Somebody saw it in this round already.
 */
again: boolean, };

export type RoundSeenInput = { round: Round, 
/**
 * The asset that is there.
 */
id: DocId, };

export type RoundUnseen = { 
/**
 * This device had said it; what others saw is theirs to take back.
 */
mine: boolean, row: RoundRow, };

export type Rounds = { rows: Array<RoundRow>, 
/**
 * Rounds in all pages.
 */
total: number, };

export type RoundsInput = { offset: number, 
/**
 * At most 200.
 */
limit: number, };

export type SamePerson = { doc: DocId, 
/**
 * The receipt or protocol number, where the record is on this device.
 */
number: string, 
/**
 * Who left the contact.
 */
name: string, phone: boolean, email: boolean, 
/**
 * The tax number.
 */
afm: boolean, };

export type Saved = "draft" | "on_device" | "sent" | "received" | "needs_decision";

export type Session = { id: string, device: DeviceId, began_at: Time, used_at: Time, };

export type SessionRow = { id: string, 
/**
 * What people call the desk.
 */
device: string, began_at: Time, used_at: Time, };

export type SettlementItem = { code: string, community: string, el: string, en: string, position: Position, };

export type SignInInput = { login: string, password: string, 
/**
 * Of the telephone; empty at first.
 */
code: string, 
/**
 * The password that takes the place of a first one; empty: none.
 */
fresh: string, };

export type SignInState = { who: SignedIn | null, };

export type SignInStep = { "state": "in", who: SignedIn, } | { "state": "code" } | { "state": "begin", 
/**
 * For typing into the telephone, base32.
 */
secret: string, 
/**
 * For scanning.
 */
qr_svg: string, };

export type SignInWays = { 
/**
 * Also at the identity provider of the municipality, with the browser of this machine.
 */
provider: boolean, };

export type Signature = { "by": "drawn", lines: Array<Array<[number, number]>>, } | { "by": "typed", name: string, };

export type SignedIn = { name: string, role: Role, };

export type Similar = { 
/**
 * The likeliest first.
 */
rows: Array<SimilarRow>, };

export type SimilarQuery = { category: string, community: string, settlement: string, position: Position | null, 
/**
 * The asset it is about.
 */
asset: DocId | null, };

export type SimilarRow = { row: RequestRow, 
/**
 * Both are about the same asset.
 */
same_asset: boolean, 
/**
 * How far it is, where both positions are known.
 */
metres: number | null, };

export type StaffCloseInput = { out_of_order: boolean, };

export type StaffPage = { 
/**
 * Station code, and what people call the kiosk.
 */
station: string, name: string, version: string, 
/**
 * Requests and contacts that wait here.
 */
requests: number, contacts: number, 
/**
 * Requests that the server did not take.
 */
refused: number, paper: Paper, out_of_order: boolean, 
/**
 * When the last complete exchange ended, and why the last try failed.
 */
last_at: Time | null, problem: Problem | null, running: boolean, 
/**
 * Room on the disk; `None` where the system does not say.
 */
disk_free_mb: number | null, };

export type StaffUnlockInput = { 
/**
 * Eight digits, however they were typed.
 */
code: string, };

export type Station = { device: DeviceId, 
/**
 * Short code that opens every receipt number of this device.
 */
code: string, 
/**
 * What people call it: «Συνεργείο 2 – Ηλεκτροφωτισμός».
 */
name: string, person: string, role: Role, profile: Profile, 
/**
 * The crew the device works for, if any.
 */
crew: string | null, 
/**
 * Community codes whose records the device holds; empty means all of them.
 */
communities: Array<string>, municipality: Named, server: string, };

export type Status = "RECEIVED" | "PROTOCOLLED" | "ASSIGNED" | "IN_PROGRESS" | "ON_HOLD" | "CANNOT_BE_DONE" | "REOPENED" | "FORWARDED" | "RESOLVED" | "REJECTED" | "DUPLICATE" | "WITHDRAWN";

export type Tag = string;

export type TagFound = { 
/**
 * `None` when it was the number of an asset.
 */
tag: Tag | null, 
/**
 * Assets that bear it. None: the tag is free, or its asset is not on this device.
 */
assets: Array<AssetRow>, };

export type TagLinkInput = { id: DocId, 
/**
 * `None` takes the tag off.
 */
tag: Tag | null, };

export type TagPictureInput = { 
/**
 * JPEG, PNG or WebP, as base64.
 */
data: string, };

export type TagReadInput = { 
/**
 * What a scanner or a person typed: the address in a square code, the digits of a tag, or the number of an asset.
 */
scanned: string, };

export type Tagged = { id: DocId, kind: string, number: string, community: string, settlement: string, };

export type TagsPrintInput = { 
/**
 * Assets that get a label, as lists find them; none when all three are empty. Those without a tag get one.
 */
search: string, kind: string, community: string, 
/**
 * Labels with free tags. At most 240 of both.
 */
blank: number, 
/**
 * One of the places that `courier_places` names.
 */
place: string, };

export type TagsPrinted = { path: string, labels: number, };

export type Text2 = { el: string, en: string, };

export type Time = number;

export type TimelineRow = { id: string, at: Time, 
/**
 * The device's clock contradicts the server's; the time is a claim.
 */
claimed: boolean, 
/**
 * Who: the device's name, as people call it.
 */
by: string, 
/**
 * What: `received`, `protocolled`, or the tag of an event.
 */
what: string, 
/**
 * Codes and words that belong to it, by name (`reason`, `crew`, `department`, `text`, `quantity`, `unit`, `number`, `field`, `value`, `condition`, `outcome`, `of`, `to`).
 */
detail: { [key in string]: string }, 
/**
 * Not yet received by the server.
 */
pending: boolean, 
/**
 * Two people acted without knowing of each other and this is one of them.
 */
concurrent: boolean, };

export type Today = { 
/**
 * In the order to do them: what is under way, what the plan in force puts first, danger, what is planned for today or
 * was for a day before, then what is due, and last what is planned for later; or, from where somebody stands, the way
 * from one to the next.
 */
jobs: Array<RequestRow>, 
/**
 * To each job, in the same order, its way from the one before; empty without a place to begin from.
 */
ways: Array<Way | null>, 
/**
 * All open jobs of the crew, when there are more than were sent.
 */
total: number, 
/**
 * How many of the jobs, at the end of them, are planned for later.
 */
later: number, 
/**
 * Finished today by this crew.
 */
done: number, 
/**
 * When this device last heard from the server; `None` if never.
 */
as_of: Time | null, };

export type TodayInput = { 
/**
 * Where somebody stands: the jobs come in the order of the way.
 */
near?: Position, };

export type Tracked = { receipt_number: string, protocol_number: string | null, category: string, community: string, received_at: Time, status: Status, answer: string | null, 
/**
 * It was joined with another report of the same trouble: where that one stands.
 */
joined: TrackedJoined | null, 
/**
 * How it came to stand where it stands, the oldest first.
 */
steps: Array<TrackedStep>, 
/**
 * How old this is: the last exchange of this device.
 */
as_of: Time | null, };

export type TrackedJoined = { status: Status, since: Time, answer: string | null, };

export type TrackedStep = { at: Time, status: Status, };

export type UnlockCode = { 
/**
 * Eight digits for a kiosk, ten letters and digits for a device.
 */
code: string, 
/**
 * Until when it is good; for a kiosk, if its clock is right.
 */
good_until: Time, };

export type UnlockInput = { person: string, pin: string, };

export type UnsentRow = { doc: string, kind: Kind, changes: number, 
/**
 * When the first of them was saved, by the clock of the device.
 */
since: Time, 
/**
 * The town hall has the record; otherwise only the device has it.
 */
is_known: boolean, 
/**
 * Its number and its category or type, if this replica has it; the server leaves them empty.
 */
number: string, code: string, };

export type UnsentRows = { 
/**
 * Records with changes that waited, the longest waiting first; at most fifty.
 */
records: Array<UnsentRow>, 
/**
 * So many records more.
 */
more: number, contacts: number, photos: number, 
/**
 * Whoever opens the device types a PIN; `None`: it could not tell.
 */
pin: boolean | null, };

export type Version = { 
/**
 * Names the version when the desk chooses it.
 */
key: string, 
/**
 * The value as stored: a code, a text, a position.
 */
value: string, 
/**
 * Who wrote it: the device's name, as people call it.
 */
by: string, at: Time, 
/**
 * The value that is shown until the desk decides.
 */
winning: boolean, };

export type WantedPhoto = { 
/**
 * Before or after the work.
 */
moment: Moment, there: boolean, };

export type Way = { metres: number, 
/**
 * Only its village is known.
 */
roughly: boolean, };

export type Withdrawn = { municipality: Text2, 
/**
 * What people called the device.
 */
name: string, at: Time, 
/**
 * It stood where everybody passes by: nobody there enrols another one by hand.
 */
kiosk: boolean, };

export type WorkInput = { id: DocId, step: WorkStep, 
/**
 * How often the form showed that others reported the same; what came since waits for the desk.
 */
supports?: number, };

export type WorkStep = { "step": "start", team: Array<string>, } | { "step": "pause", reason: string, } | { "step": "done", note: string, no_photos: string, } | { "step": "impossible", reason: string, note: string, } | { "step": "material", name: string, quantity: string, unit: string, } | { "step": "note", text: string, };

/** Every command with its input and its output. */
export type Commands = {
  about: [input: Nothing, output: About];
  recovered_seen: [input: Nothing, output: About];
  lists: [input: Nothing, output: Lists];
  set_language: [input: LanguageInput, output: Nothing];
  enrol: [input: EnrolInput, output: About];
  lock_state: [input: Nothing, output: LockState];
  unlock: [input: UnlockInput, output: Nothing];
  reopen: [input: ReopenInput, output: Nothing];
  lock_now: [input: Nothing, output: Nothing];
  person_add: [input: PersonAddInput, output: LockState];
  person_pin: [input: PersonPinInput, output: LockState];
  person_remove: [input: PersonInput, output: LockState];
  sign_in_state: [input: Nothing, output: SignInState];
  sign_in_ways: [input: Nothing, output: SignInWays];
  sign_in: [input: SignInInput, output: SignInStep];
  sign_in_provider: [input: Nothing, output: SignInStep];
  sign_in_provider_stop: [input: Nothing, output: Nothing];
  sign_out: [input: Nothing, output: SignInState];
  accounts_page: [input: Nothing, output: Accounts];
  account_add: [input: AccountInput, output: AccountGiven];
  account_change: [input: AccountChangeInput, output: Accounts];
  account_reset: [input: AccountIdInput, output: AccountGiven];
  account_session_end: [input: AccountIdInput, output: Accounts];
  draft_save: [input: DraftInput, output: Nothing];
  draft_load: [input: DraftKey, output: Draft];
  draft_drop: [input: DraftKey, output: Nothing];
  exchange_state: [input: Nothing, output: ExchangeState];
  exchange_now: [input: Nothing, output: ExchangeState];
  set_cable: [input: CableInput, output: ExchangeState];
  outbox_page: [input: OutboxQuery, output: OutboxPage];
  outbox_retry: [input: ChangeInput, output: Nothing];
  outbox_discard: [input: ChangeInput, output: Nothing];
  courier_places: [input: Nothing, output: CourierPlaces];
  courier_export: [input: PlaceInput, output: CourierWritten];
  courier_take: [input: CourierTakeInput, output: CourierTook];
  requests_page: [input: RequestsQuery, output: RequestsPage];
  request_case: [input: RecordInput, output: RequestCase];
  request_enter: [input: RequestEnterInput, output: RequestEntered];
  request_edit: [input: RequestEditInput, output: RequestCase];
  request_register: [input: RecordInput, output: RequestCase];
  request_assign: [input: RequestAssignInput, output: RequestCase];
  request_answer: [input: RequestAnswerInput, output: RequestCase];
  request_close: [input: RequestCloseInput, output: RequestCase];
  request_reopen: [input: RequestReopenInput, output: RequestCase];
  request_heard: [input: RequestHeardInput, output: RequestCase];
  request_similar: [input: SimilarQuery, output: Similar];
  request_support: [input: RequestSupportInput, output: RequestCase];
  plan_loads: [input: PlanDayInput, output: CrewLoads];
  plan_save: [input: PlanInput, output: Planned];
  today: [input: TodayInput, output: Today];
  work_record: [input: WorkInput, output: RequestCase];
  assets_page: [input: AssetsQuery, output: AssetsPage];
  asset_card: [input: RecordInput, output: AssetCard];
  asset_add: [input: AssetAddInput, output: AssetCard];
  asset_edit: [input: AssetEditInput, output: AssetCard];
  asset_inspect: [input: AssetInspectInput, output: AssetCard];
  asset_fault: [input: AssetFaultInput, output: FaultReported];
  inspections_due: [input: Nothing, output: Due];
  asset_move: [input: AssetMoveInput, output: AssetCard];
  asset_retire: [input: AssetRetireInput, output: AssetCard];
  rounds: [input: RoundsInput, output: Rounds];
  round_begin: [input: RoundBeginInput, output: RoundRow];
  round: [input: RoundInput, output: RoundRow];
  round_page: [input: RoundQuery, output: RoundPage];
  round_seen: [input: RoundSeenInput, output: RoundSeen];
  round_unseen: [input: RoundSeenInput, output: RoundUnseen];
  round_end: [input: RoundInput, output: RoundEnded];
  tag_read: [input: TagReadInput, output: TagFound];
  tag_picture: [input: TagPictureInput, output: TagFound];
  tag_link: [input: TagLinkInput, output: AssetCard];
  tags_print: [input: TagsPrintInput, output: TagsPrinted];
  photo_keep: [input: PhotoKeepInput, output: PhotoRow];
  photos_add: [input: PhotosAddInput, output: Photos];
  photo_read: [input: PhotoInput, output: PhotoData];
  photo_want: [input: PhotoInput, output: Nothing];
  photos_room: [input: Nothing, output: PhotosRoom];
  photos_budget: [input: PhotosBudgetInput, output: PhotosRoom];
  map_tile: [input: MapTileInput, output: MapTile];
  map_pack: [input: Nothing, output: MapHere];
  map_points: [input: MapQuery, output: MapPoints];
  map_state: [input: Nothing, output: MapState];
  map_offer: [input: Nothing, output: MapState];
  map_want: [input: MapWantInput, output: MapState];
  map_install: [input: MapInstallInput, output: MapState];
  place_read: [input: PlaceReadInput, output: Place];
  communities_now: [input: Nothing, output: CommunitiesNow];
  community_enter: [input: CommunityEnterInput, output: CommunityEntered];
  community_memo: [input: CommunityMemoInput, output: RequestCase];
  community_report: [input: CommunityMonth, output: CommunityReport];
  community_proposals: [input: CommunityInput, output: Proposals];
  community_rank: [input: RankInput, output: Proposals];
  conflicts_page: [input: PageInput, output: ConflictsPage];
  conflict_decide: [input: ConflictDecideInput, output: ConflictRow];
  contacts_read: [input: ContactsReadInput, output: Contacts];
  contacts_correct: [input: ContactsCorrectInput, output: Contacts];
  contacts_same: [input: RecordInput, output: ContactsSame];
  contacts_export: [input: ContactsExportInput, output: ContactsExported];
  contacts_erase: [input: ContactsEraseInput, output: Contacts];
  contacts_kept: [input: Nothing, output: ContactsKept];
  kiosk_contact: [input: Contact, output: Contact];
  kiosk_report: [input: KioskReportInput, output: KioskReceipt];
  kiosk_application: [input: Application, output: Application];
  kiosk_apply: [input: KioskApplyInput, output: KioskReceipt];
  kiosk_print: [input: KioskPrintInput, output: Nothing];
  kiosk_end: [input: KioskEndInput, output: KioskEnded];
  kiosk_track: [input: KioskTrackInput, output: Tracked];
  kiosk_asset: [input: KioskAssetInput, output: KioskAssets];
  kiosk_voice: [input: Nothing, output: KioskVoice];
  kiosk_speak: [input: KioskSpeakInput, output: Nothing];
  kiosk_hush: [input: Nothing, output: Nothing];
  kiosk_mode: [input: Nothing, output: KioskMode];
  kiosk_call: [input: KioskCallInput, output: KioskMode];
  staff_unlock: [input: StaffUnlockInput, output: StaffPage];
  staff_page: [input: Nothing, output: StaffPage];
  staff_exchange: [input: Nothing, output: StaffPage];
  staff_close: [input: StaffCloseInput, output: StaffPage];
  staff_end: [input: Nothing, output: Nothing];
  emergency_set: [input: EmergencySet, output: EmergencySet];
  devices_page: [input: Nothing, output: Devices];
  device_invite: [input: DeviceInviteInput, output: Invite];
  device_change: [input: DeviceChangeInput, output: DeviceRow];
  device_revoke: [input: DeviceInput, output: Devices];
  device_unlock: [input: DeviceInput, output: UnlockCode];
  device_reopen: [input: DeviceInput, output: UnlockCode];
  refused_take: [input: RefusedInput, output: RefusedTook];
  refused_dismiss: [input: RefusedInput, output: Devices];
};

/** What each role may do. */
export const MAY: Readonly<Record<Role, readonly Permit[]>> = {
  crew: ["enter_requests","reopen_requests","record_work","note_requests","add_assets","edit_assets","inspect_assets","move_assets","retire_assets"],
  community: ["enter_requests","enter_registered","reopen_requests","note_requests","file_memos"],
  clerk: ["enter_requests","enter_registered","edit_requests","register_requests","assign_requests","answer_requests","close_requests","reopen_requests","record_work","note_requests","add_assets","edit_assets","inspect_assets","move_assets","retire_assets","decide_conflicts","read_contacts","correct_contacts","tend_kiosks","declare_emergencies"],
  admin: ["enter_requests","enter_registered","edit_requests","register_requests","assign_requests","answer_requests","close_requests","reopen_requests","record_work","note_requests","add_assets","edit_assets","inspect_assets","move_assets","retire_assets","decide_conflicts","read_contacts","correct_contacts","export_contacts","erase_contacts","tend_kiosks","declare_emergencies","manage_devices","manage_accounts"],
  kiosk: ["enter_requests","enter_registered"],
};

/** For how many requests the desk plans at once. */
export const PLAN_MAX = 200;
