//! What each command takes. One struct a command; unknown fields are refused.

use koina_model::accounts::{Account, AccountInput, SignedIn};
use koina_model::applications::Application;
use koina_model::contacts::{Contact, EraseReason, ReadReason};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_model::inspections::Values;
use koina_model::kiosks::Paper;
use koina_model::permits::Role;
use koina_model::photos::{FileHash, Moment};
use koina_model::problem::Problem;
use koina_model::rounds::Round;
use koina_model::tags::Tag;
use koina_model::words::{Channel, Language, Outcome, Position, Status};
use koina_sync::courier::CourierTaken;
use koina_sync::maps::MapPack;
use koina_sync::maps::carry::MapComing;
use koina_sync::vault::Person;
use koina_sync::views::assets::AssetRow;
use koina_sync::views::community::CommunityNow;
use koina_sync::views::photos::PhotoRow;
use koina_sync::views::plan::CrewLoad;
use koina_sync::views::rounds::RoundRow;
use koina_sync::views::tagged::Tagged;
use koina_sync::views::{DeviceRow, RefusedRow, SamePerson};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// A command that takes, or answers, nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LanguageInput {
    /// `el` or `en`.
    pub language: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EnrolInput {
    /// Address of the municipal server, or the whole text of the QR.
    pub server: String,
    pub code: String,
}

/// What is being typed in a form, as JSON of the form's own making. At most 256 KiB.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    pub key: String,
    pub json: String,
    /// Only fields that were typed before the draft was read; its others stay.
    #[serde(default)]
    #[ts(optional)]
    pub part: Option<bool>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftKey {
    pub key: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Draft {
    pub json: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CableInput {
    pub cable: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// One of the places that `courier_places` names.
    pub place: String,
}

/// A courier file that somebody brought.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CourierTakeInput {
    /// The whole file, base64.
    pub file: String,
    /// Where the answer goes, if the file asks for one.
    pub place: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CourierPlaces {
    pub places: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CourierWritten {
    pub path: String,
    pub bytes: u32,
}

/// Either an answer for this device was taken, or another device's file was handed over and its answer written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CourierTook {
    pub taken: Option<CourierTaken>,
    pub written: Option<CourierWritten>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeInput {
    /// Hex of the change's hash.
    pub change: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordInput {
    pub id: DocId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PageInput {
    pub search: String,
    pub offset: u32,
    pub limit: u32,
}

/// A new request. Text at most 4,000 characters, place at most 300.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestEnterInput {
    pub category: String,
    /// Empty only where the category needs no place.
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    pub position: Option<Position>,
    pub asset: Option<DocId>,
    pub text: String,
    pub channel: Channel,
    /// The person asks for a protocol number (a formal application always has one).
    pub register: bool,
    /// Photos that were kept here.
    #[serde(default)]
    pub photos: Vec<FileHash>,
    /// The draft that this request makes unnecessary; dropped in the same tx.
    pub draft: Option<String>,
}

/// A picture from the camera or from a file.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoKeepInput {
    /// The bytes of the file, as base64.
    pub data: String,
    pub moment: Moment,
    /// Where it was taken, and where the camera looked, may be kept with it.
    pub with_place: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotosAddInput {
    pub id: DocId,
    /// Photos that were kept here.
    pub photos: Vec<FileHash>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Photos {
    pub photos: Vec<PhotoRow>,
}

#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoInput {
    /// A picture or a small copy.
    pub file: FileHash,
}

#[derive(Clone, Serialize, TS)]
pub struct PhotoData {
    /// A JPEG, as base64.
    pub data: String,
}

#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotosBudgetInput {
    #[ts(type = "number")]
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MapTileInput {
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

/// A Mapbox Vector Tile 2.1, as base64; `None` where the map has none.
#[derive(Clone, Serialize, TS)]
pub struct MapTile {
    pub data: Option<String>,
}

/// The map of this device.
#[derive(Clone, Debug, Serialize, TS)]
pub struct MapHere {
    pub map: Option<MapPack>,
}

/// The map of this device, and where another may come from.
#[derive(Clone, Debug, Serialize, TS)]
pub struct MapState {
    pub map: Option<MapPack>,
    /// On its way from the town hall.
    pub coming: Option<MapComing>,
    /// Somebody said that none is to come by itself.
    pub declined: bool,
    /// What the town hall has, if it was asked.
    pub offer: Option<MapPack>,
    /// Files of maps on sticks and among the downloads.
    pub found: Vec<MapFile>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MapFile {
    pub path: String,
    #[ts(type = "number")]
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MapWantInput {
    /// The map of the town hall is to come here, or not any more.
    pub on: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MapInstallInput {
    /// One of those that `map_state` found.
    pub path: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlaceReadInput {
    /// Degrees (WGS 84) or metres (ΕΓΣΑ87), in either order, however they were typed.
    pub typed: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TagReadInput {
    /// What a scanner or a person typed: the address in a square code, the digits of a tag, or the number of an asset.
    pub scanned: String,
}

/// A picture with a square code on it.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TagPictureInput {
    /// JPEG, PNG or WebP, as base64.
    pub data: String,
}

/// What was scanned.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TagFound {
    /// `None` when it was the number of an asset.
    pub tag: Option<Tag>,
    /// Assets that bear it. None: the tag is free, or its asset is not on this device.
    pub assets: Vec<AssetRow>,
}

#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TagLinkInput {
    pub id: DocId,
    /// `None` takes the tag off.
    pub tag: Option<Tag>,
}

/// Labels on A4, 24 a sheet: for assets, or blank ones to be linked outside.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TagsPrintInput {
    /// Assets that get a label, as lists find them; none when all three are empty. Those without a tag get one.
    pub search: String,
    pub kind: String,
    pub community: String,
    /// Labels with free tags. At most 240 of both.
    pub blank: u32,
    /// One of the places that `courier_places` names.
    pub place: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct TagsPrinted {
    pub path: String,
    pub labels: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RequestEntered {
    pub id: DocId,
    pub receipt_number: String,
}

/// What a community enters: for a resident, or of its own accord.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommunityEnterInput {
    pub category: String,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    pub position: Option<Position>,
    pub asset: Option<DocId>,
    pub text: String,
    /// The resident asks for a protocol number.
    pub register: bool,
    /// Who is to be told, if anybody; sealed to the town hall before it is written down.
    pub contact: Contact,
    /// What the community says along with it; nothing where it only passes on what a resident says.
    pub filed: Option<CommunityFiled>,
    /// Photos that were kept here.
    #[serde(default)]
    pub photos: Vec<FileHash>,
    /// The draft that this request makes unnecessary; dropped in the same tx.
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "filed", rename_all = "snake_case")]
pub enum CommunityFiled {
    /// The work was done already («Υπόμνημα εκτελεσθείσας εργασίας»).
    Memo(MemoInput),
    /// Measures were taken at once against a fault of water or sewers («Άμεση αποκατάσταση βλάβης»).
    Urgent { measures: String },
    /// Works are proposed; `cost` in euros as people write them, or empty.
    Proposal { cost: String },
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommunityInput {
    pub community: String,
}

/// The order into which a council put the proposals of its community.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RankInput {
    pub community: String,
    /// The first is the most wanted. At most 200.
    pub order: Vec<DocId>,
    /// Of which decision or meeting, in words.
    pub decision: String,
    /// The draft it was typed in, dropped when all is written.
    pub draft: Option<String>,
}

/// A memo of work that was done.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct MemoInput {
    /// The day it was done, as people write it: 20/11/2026.
    pub on: String,
    /// Who did it, in words.
    pub by: String,
    pub note: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CommunityEntered {
    pub id: DocId,
    pub receipt_number: String,
    /// The digits with which the request can be followed; empty while this device has not heard the key.
    pub pin: String,
}

/// A memo on a request that is there.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommunityMemoInput {
    pub id: DocId,
    pub memo: MemoInput,
    /// How often the form showed that others reported the same; what came since waits for the desk.
    #[serde(default)]
    #[ts(optional)]
    pub supports: Option<u32>,
    /// Photos that were kept here.
    #[serde(default)]
    pub photos: Vec<FileHash>,
    /// The draft it was typed in, which goes with it.
    pub draft: Option<String>,
}

/// The communities of this device, in the order of its enrolment.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CommunitiesNow {
    pub rows: Vec<CommunityNow>,
}

/// What a visitor reports at a kiosk.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskReportInput {
    pub category: String,
    /// Empty only where the category needs no place.
    pub community: String,
    /// Empty when the visitor does not know.
    pub settlement: String,
    /// What it is about, if the number on it was found.
    pub asset: Option<DocId>,
    /// Where on the map, if the visitor pointed at it.
    #[serde(default)]
    pub position: Option<Position>,
    pub place_text: String,
    pub text: String,
    pub contact: Contact,
}

/// What a visitor applies for.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskApplyInput {
    pub application: Application,
    /// Of whoever applies, or of the place it is about.
    pub community: String,
    /// How to reach them. The name is that of the application.
    pub contact: Contact,
}

/// What a visitor takes home.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KioskReceipt {
    pub receipt_number: String,
    /// Six digits; empty while this kiosk has not heard the key.
    pub pin: String,
    pub received_at: Time,
    /// Until when the municipality has to answer an application, as Greeks write a date.
    pub due: Option<String>,
    /// Both, for a scanner.
    pub qr_svg: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskTrackInput {
    /// A receipt or protocol number, however it was typed.
    pub number: String,
    pub pin: String,
}

/// A receipt of this visit, to be printed.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskPrintInput {
    pub receipt_number: String,
    pub language: Language,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskCallInput {
    /// A visitor calls for staff, or does not any more.
    pub on: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskEndInput {
    /// Whether the visitor typed anything anywhere.
    pub typed: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct KioskEnded {
    /// The app starts anew now, so that nothing stays in its memory.
    pub starts_anew: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskAssetInput {
    /// The number on a tag, however it was typed.
    pub number: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct KioskAssets {
    pub rows: Vec<Tagged>,
}

/// The languages a kiosk speaks; none where it has no voice.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KioskVoice {
    pub languages: Vec<String>,
}

/// What a kiosk says aloud. At most 4,000 characters; whoever asks sees to it that nothing personal is among them.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KioskSpeakInput {
    pub text: String,
    /// `el` or `en`.
    pub language: String,
    /// 1 (slow) to 5.
    pub rate: u8,
    /// 1 (soft) to 5.
    pub volume: u8,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StaffUnlockInput {
    /// Eight digits, however they were typed.
    pub code: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StaffCloseInput {
    pub out_of_order: bool,
}

/// What staff see of a kiosk. Counts only: nothing says who reported what.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StaffPage {
    /// Station code, and what people call the kiosk.
    pub station: String,
    pub name: String,
    pub version: String,
    /// Requests and contacts that wait here.
    pub requests: u32,
    pub contacts: u32,
    /// Requests that the server did not take.
    pub refused: u32,
    pub paper: Paper,
    pub out_of_order: bool,
    /// When the last complete exchange ended, and why the last try failed.
    pub last_at: Option<Time>,
    pub problem: Option<Problem>,
    pub running: bool,
    /// Room on the disk; `None` where the system does not say.
    pub disk_free_mb: Option<u32>,
}

/// Somebody wants to see who is to be told about a request.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsReadInput {
    pub id: DocId,
    pub reason: ReadReason,
}

/// Who is to be told about a request is erased for good.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsEraseInput {
    pub id: DocId,
    pub reason: EraseReason,
}

/// How whoever is to be told about a request is rightly reached; it takes the place of what is kept.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsCorrectInput {
    pub id: DocId,
    /// Of the contact as it was read.
    pub mark: String,
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// A file with everything that is kept of whoever is to be told about a request.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ContactsExportInput {
    pub id: DocId,
    /// Other records of the same person, among those of `contacts_same`.
    pub docs: Vec<DocId>,
    /// One of the places that `courier_places` names.
    pub place: String,
}

/// Records that may be the same person's.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ContactsSame {
    pub rows: Vec<SamePerson>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ContactsExported {
    pub path: String,
    /// Requests of the person in it.
    pub records: u32,
}

/// Fields left `None` stay as they are.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestEditInput {
    pub id: DocId,
    pub category: Option<String>,
    /// Community and settlement change together.
    pub community: Option<String>,
    pub settlement: Option<String>,
    pub place_text: Option<String>,
    pub text: Option<String>,
    pub priority: Option<u8>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestAssignInput {
    pub id: DocId,
    pub department: String,
    /// Empty when the department decides.
    pub crew: String,
    /// The day the crew is to do it, as typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
    #[serde(default)]
    pub day: String,
    pub note: String,
}

/// For how many requests the desk plans at once.
pub const PLAN_MAX: usize = 200;

/// Many requests for one crew; its department takes them.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// At most 200.
    pub jobs: Vec<PlanJob>,
    pub crew: String,
    /// As typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
    pub day: String,
    pub note: String,
}

/// A request as whoever plans saw it: what changed since is not planned over.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanJob {
    pub id: DocId,
    pub crew: String,
    pub status: Status,
}

/// What became of a plan; what was planned before a refusal stays.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Planned {
    pub saved: Vec<DocId>,
    pub refused: Vec<NotPlanned>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct NotPlanned {
    pub id: DocId,
    pub why: Problem,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanDayInput {
    /// As typed (`29/11/2026`) or as YYYY-MM-DD; empty: none.
    pub day: String,
}

/// What the crews with open jobs have to do.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CrewLoads {
    /// The day as it was understood, YYYY-MM-DD; empty: none.
    pub day: String,
    pub crews: Vec<CrewLoad>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestAnswerInput {
    pub id: DocId,
    /// Public words, at most 4,000 characters.
    pub text: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestCloseInput {
    pub id: DocId,
    pub outcome: Outcome,
    pub note: String,
    /// How often the form showed that others reported the same; what came since waits for the desk.
    #[serde(default)]
    #[ts(optional)]
    pub supports: Option<u32>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestReopenInput {
    pub id: DocId,
    pub reason: String,
}

/// The request was reported again and stays closed. The note may be empty, 2,000 characters at most.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestHeardInput {
    pub id: DocId,
    pub note: String,
    /// How often the form showed that others reported the same; what came since waits for the desk.
    #[serde(default)]
    #[ts(optional)]
    pub supports: Option<u32>,
}

/// Somebody else reports the same. Text at most 4,000 characters.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RequestSupportInput {
    pub id: DocId,
    pub channel: Channel,
    pub text: String,
    /// Photos that were kept here.
    #[serde(default)]
    pub photos: Vec<FileHash>,
    /// The draft it was typed in, which goes with it.
    #[serde(default)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WorkInput {
    pub id: DocId,
    pub step: WorkStep,
    /// How often the form showed that others reported the same; what came since waits for the desk.
    #[serde(default)]
    #[ts(optional)]
    pub supports: Option<u32>,
}

/// What a crew did. Saved on every tap.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum WorkStep {
    /// `team`: ids of who works on it; empty: nobody said.
    Start {
        #[serde(default)]
        team: Vec<String>,
    },
    /// `reason` is a code of the hold reasons.
    Pause {
        reason: String,
    },
    /// `no_photos`: why photos of before and after are lacking, where the category wants them.
    Done {
        note: String,
        #[serde(default)]
        no_photos: String,
    },
    Impossible {
        reason: String,
        note: String,
    },
    /// `quantity` is a decimal number as typed, with a comma or a dot.
    Material {
        name: String,
        quantity: String,
        unit: String,
    },
    Note {
        text: String,
    },
}

/// A new asset. Number at most 40 characters, name 200, note 2,000.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetAddInput {
    pub kind: String,
    pub number: String,
    pub name: String,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    pub position: Option<Position>,
    pub note: String,
    /// 1 to 5, when it was looked at while being added.
    pub condition: Option<u8>,
    /// Photos that were kept here.
    #[serde(default)]
    pub photos: Vec<FileHash>,
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetEditInput {
    pub id: DocId,
    pub number: Option<String>,
    pub name: Option<String>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetInspectInput {
    pub id: DocId,
    /// 1 (new) to 5 (dangerous).
    pub condition: u8,
    pub note: String,
    /// What was found, by the code of the check; left out or empty: not looked at. `yes` or `no`, a number, the code of a
    /// choice, a day as people write it.
    #[serde(default)]
    pub values: Values,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetFaultInput {
    pub id: DocId,
    /// Code of a check that the last inspection found out of its limits.
    pub check: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TodayInput {
    /// Where somebody stands: the jobs come in the order of the way.
    #[serde(default)]
    #[ts(optional)]
    pub near: Option<Position>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RoundsInput {
    pub offset: u32,
    /// At most 200.
    pub limit: u32,
}

/// A round that begins today. Empty strings mean: all of them.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RoundBeginInput {
    pub community: String,
    pub settlement: String,
    /// Asset type code.
    pub kind: String,
    /// A street or another word of where exactly, at most 300 characters.
    pub place_text: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RoundInput {
    pub round: Round,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RoundSeenInput {
    pub round: Round,
    /// The asset that is there.
    pub id: DocId,
}

/// A step of the end of a round: so many were noted as not found. Ask again while any are left.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RoundEnded {
    pub noted: u32,
    pub row: RoundRow,
}

/// A sighting was taken back.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RoundUnseen {
    /// This device had said it; what others saw is theirs to take back.
    pub mine: bool,
    pub row: RoundRow,
}

/// The request that a failed check became.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FaultReported {
    pub id: DocId,
    pub number: String,
    /// It was open already, and this was noted on it.
    pub same: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetMoveInput {
    pub id: DocId,
    pub community: String,
    pub settlement: String,
    pub place_text: String,
    pub position: Option<Position>,
    pub note: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssetRetireInput {
    pub id: DocId,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConflictDecideInput {
    pub id: DocId,
    pub field: String,
    /// Key of the version that stands.
    pub key: String,
    pub note: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviceInviteInput {
    pub role: Role,
    /// What people will call the device.
    pub name: String,
    pub person: String,
    /// Id of a crew; required for crews.
    pub crew: Option<String>,
    /// Communities whose records it holds; empty means all.
    pub communities: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviceChangeInput {
    pub id: DeviceId,
    pub role: Role,
    pub name: String,
    pub person: String,
    pub crew: Option<String>,
    pub communities: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviceInput {
    pub id: DeviceId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RefusedInput {
    /// Identities of changes (hex of their hashes), at most 500.
    pub changes: Vec<String>,
}

/// What became of refused changes that the desk wanted to take in.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RefusedTook {
    pub taken: u32,
    /// Those that could not be taken.
    pub left: Vec<RefusedLeft>,
    pub devices: Devices,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RefusedLeft {
    pub change: String,
    /// Code of the reason; 'waits' when it rests on a change that is not here.
    pub reason: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Devices {
    pub devices: Vec<DeviceRow>,
    /// Changes that the server did not take, newest first, at most 200.
    pub refused: Vec<RefusedRow>,
}

/// How this device is locked, and for whom.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LockState {
    /// Nobody has opened it yet.
    pub locked: bool,
    /// Whoever may open it with a PIN; empty: it is not locked.
    pub people: Vec<Person>,
    /// Whoever did.
    pub me: Option<Person>,
    /// Seconds that everybody has to wait after wrong PINs; 0: none.
    pub wait_s: u32,
    /// Seconds without a touch after which it locks itself.
    pub idle_s: u32,
    /// Characters that a PIN has at least.
    pub pin_min: u32,
    /// It had no contact with the town hall for too long: nobody opens it but with a code from there.
    pub closed: bool,
    /// The town hall has its key: a code from there opens it.
    pub escrowed: bool,
    /// Hours after which it closes without contact; `None` while that is far off.
    pub closes_in_h: Option<u32>,
}

#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReopenInput {
    /// Of the desk.
    pub code: String,
    /// Whoever opens it, with a new PIN.
    pub name: String,
    pub pin: String,
}

#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlockInput {
    pub person: String,
    pub pin: String,
}

#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonAddInput {
    /// The PIN of whoever opened this device; empty while nobody has one.
    pub old: String,
    pub name: String,
    pub pin: String,
}

#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonPinInput {
    /// The PIN until now.
    pub old: String,
    pub pin: String,
}

#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// The PIN of whoever opened this device.
    pub old: String,
    pub person: String,
}

/// With what somebody signs in at a desk.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignInInput {
    pub login: String,
    pub password: String,
    /// Of the telephone; empty at first.
    pub code: String,
    /// The password that takes the place of a first one; empty: none.
    pub fresh: String,
}

/// Who is signed in at this desk.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SignInState {
    pub who: Option<SignedIn>,
}

/// How one signs in here.
#[derive(Clone, Debug, Serialize, serde::Deserialize, TS)]
pub struct SignInWays {
    /// Also at the identity provider of the municipality, with the browser of this machine.
    pub provider: bool,
}

/// What is wanted next of whoever signs in.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignInStep {
    /// Nothing: they are signed in.
    In { who: SignedIn },
    /// The code of their telephone.
    Code,
    /// Another password, and a telephone that gives codes.
    Begin {
        /// For typing into the telephone, base32.
        secret: String,
        /// For scanning.
        qr_svg: String,
    },
}

/// Who may sign in at desks.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Accounts {
    pub rows: Vec<AccountRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AccountRow {
    pub account: Account,
    /// Where they are signed in now.
    pub sessions: Vec<SessionRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SessionRow {
    #[ts(type = "string")]
    pub id: Uuid,
    /// What people call the desk.
    pub device: String,
    pub began_at: Time,
    pub used_at: Time,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountChangeInput {
    #[ts(type = "string")]
    pub id: Uuid,
    pub account: AccountInput,
    /// Whether it may not sign in any more; `null`: that stays as it is.
    pub closed: Option<bool>,
}

/// An account, or a session.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountIdInput {
    #[ts(type = "string")]
    pub id: Uuid,
}
