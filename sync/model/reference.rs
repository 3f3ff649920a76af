//! What a municipality is made of: its communities, categories of requests, departments, feasts and kinds of assets.
//!
//! All of it is data. A municipality is a folder with `municipality.json`, `communities.csv` and `holidays.json`,
//! beside a folder `common` that holds what most share; a file of the same name in the municipality's own
//! folder takes the place of the common one. Two municipalities are bundled; others are read from disk by the
//! caller through [`Reference::parse`], which refuses data that contradicts itself.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::Holidays;
use crate::checks;
use crate::inspections::{Ask, Checklist};
use crate::words::Language;

#[cfg(test)]
mod tests;

/// The municipalities whose reference data is part of the app.
pub const BUNDLED: [&str; 2] = ["dion-olympos", "lixouri"];

/// Everything about a municipality that is the same on every device. Sent to devices as one JSON value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub municipality: Municipality,
    pub units: Vec<Unit>,
    pub communities: Vec<Community>,
    pub settlements: Vec<Settlement>,
    pub groups: Vec<CategoryGroup>,
    pub categories: Vec<Category>,
    pub departments: Vec<Department>,
    pub statuses: Vec<StatusName>,
    pub hold_reasons: Vec<Reason>,
    pub reject_reasons: Vec<Reason>,
    pub asset_types: Vec<AssetType>,
    /// What is looked at on assets, by type; empty in lists of before 0.2.
    #[serde(default)]
    pub checklists: Vec<Checklist>,
    /// What crews use most; empty in lists of before 0.2.
    #[serde(default)]
    pub materials: Vec<MaterialItem>,
    /// What comes first while an emergency lasts.
    #[serde(default)]
    pub emergency_plans: Vec<EmergencyPlan>,
    /// What may be applied for at a kiosk; empty in lists of before 0.2.
    #[serde(default)]
    pub application_types: Vec<ApplicationType>,
    pub holidays: Holidays,
    /// Shown before anything else when life may be in danger.
    pub emergency_text: Text2,
}

/// A text in the two languages of the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Text2 {
    pub el: String,
    pub en: String,
}

impl Text2 {
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::El => &self.el,
            Language::En => &self.en,
        }
    }
}

/// The municipality itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Municipality {
    /// The name of its folder.
    pub id: String,
    pub name: Text2,
    pub seat_el: String,
    pub region_el: String,
    pub regional_unit_el: String,
    /// Code of the Ministry of the Interior; not known of every municipality.
    pub ypes_code: Option<String>,
    /// Code of the statistical authority in 2011; `None` for municipalities founded later.
    pub elstat_code: Option<String>,
    pub diavgeia_uid: String,
    pub diavgeia_latin_name: String,
    pub afm: String,
    pub population_2011: u32,
    pub population_2021: u32,
    pub area_km2: f64,
    /// West, south, east, north in degrees (WGS 84).
    pub bbox: [f64; 4],
    /// The law that founded it.
    pub established: String,
    pub area_phone_prefix: String,
    pub water_provider: WaterProvider,
    pub related_bodies: Vec<RelatedBody>,
}

/// How far outside its frame something of a municipality may still be, in degrees: some five kilometres. Springs and pumps
/// lie beyond borders, and the frame of some municipalities is only that of their villages.
const AROUND: f64 = 0.05;

impl Municipality {
    /// Whether a position may be that of something of this municipality.
    pub fn is_near(&self, position: &crate::words::Position) -> bool {
        let [west, south, east, north] = self.bbox;
        (south - AROUND..=north + AROUND).contains(&position.lat)
            && (west - AROUND..=east + AROUND).contains(&position.lon)
    }
}

/// Who answers for water and sewers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaterProvider {
    /// A department of the municipality.
    Municipality,
    /// A municipal utility of its own (ΔΕΥΑ).
    Deya,
    #[default]
    Unknown,
}

/// A legal person of the municipality, such as its water utility or a school board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedBody {
    pub name_el: String,
    pub diavgeia_uid: String,
    pub afm: String,
    /// Legal form as Diavgeia names it: `DEYA`, `NPID`, `NPDD`.
    pub kind: String,
    #[serde(default)]
    pub note: Option<String>,
}

/// A municipal unit (δημοτική ενότητα): a municipality of before 2011.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// ELSTAT 2011, six digits. Codes are text: leading zeros count.
    pub code: String,
    /// Ministry of the Interior, 2011. Never the same system as `code`.
    pub ypes: String,
    pub name: Text2,
}

/// A municipal community (δημοτική κοινότητα), with a council or a president of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// ELSTAT 2011, eight digits.
    pub code: String,
    /// Ministry of the Interior, 2011, eight digits.
    pub ypes: String,
    /// Code of its [`Unit`].
    pub unit: String,
    /// Short name: Λιτόχωρο.
    pub name: Text2,
    /// As in official papers: Δημοτική Κοινότητα Λιτοχώρου.
    pub legal_name_el: String,
}

/// A village, town or monastery (οικισμός).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// ELSTAT 2011, ten digits.
    pub code: String,
    /// Code of its [`Community`].
    pub community: String,
    pub name: Text2,
    /// Greek article of the name, for sentences: ο, η, το, οι, τα.
    pub article: String,
    /// Degrees north (WGS 84).
    pub lat: f64,
    /// Degrees east (WGS 84).
    pub lon: f64,
}

/// A heading under which categories are offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryGroup {
    pub code: String,
    pub name: Text2,
    /// Code of the [`Department`] that answers for most of it.
    pub department: String,
}

/// What a request may be about, and what is asked of whoever reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Also the Open311 service code.
    pub code: String,
    /// Code of its [`CategoryGroup`].
    pub group: String,
    pub name: Text2,
    /// Code of the [`Department`] that receives it.
    pub department: String,
    /// 1 urgent, danger; 2 high; 3 normal; 4 low.
    pub priority: u8,
    /// Hours within which the municipality means to be done: a promise of its own, no law.
    pub target_hours: u32,
    pub place: Need,
    pub photo: Need,
    /// Crews take photos before and after the work: it is paid by them, or vouches for it.
    #[serde(default)]
    pub work_photos: bool,
    pub anonymous_allowed: bool,
    /// Show the emergency text first.
    pub emergency: bool,
    /// The description will name persons or their condition.
    pub personal_data: bool,
    /// Offered on kiosks only.
    pub kiosk_only: bool,
    /// An urgent fault of water or sewers, against which a community takes measures at once (ν.4555/2018 art. 82).
    #[serde(default)]
    pub immediate: bool,
    /// What only a community files: a proposal for works.
    #[serde(default)]
    pub community_only: bool,
    /// Code of the external [`Department`] that is usually competent.
    #[serde(default)]
    pub usual_forward: Option<String>,
}

impl Category {
    /// Whether work can be done about it at all: an application is answered, and a proposal decided, by the town hall.
    pub fn takes_memos(&self) -> bool {
        !self.kiosk_only && !self.community_only
    }
}

/// How much a part of a request is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    Required,
    Advised,
    Optional,
}

/// A service of the municipality, or another authority to which requests are forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    pub code: String,
    pub name: Text2,
    pub kind: DepartmentKind,
    /// Service number in the municipal budget (00–91).
    #[serde(default)]
    pub budget_service: Option<String>,
}

/// What a department is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentKind {
    Political,
    Support,
    Local,
    /// Serves people at a counter.
    Front,
    Line,
    /// Sends crews out.
    Field,
    /// Not of the municipality.
    External,
}

/// The name of a status and which may follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusName {
    pub code: String,
    pub name: Text2,
    /// When two edits meet, the higher rank stands.
    pub rank: u8,
    /// Whether the citizen sees it.
    pub public: bool,
    /// Codes of the statuses that may follow.
    pub next: Vec<String>,
}

/// Why a request waits or is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub name: Text2,
    /// Whether the municipality's own target time stands still meanwhile.
    pub stops_clock: bool,
}

/// A kind of municipal asset and what is recorded of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetType {
    pub code: String,
    pub name: Text2,
    pub geometry: Geometry,
    /// Names of the fields besides those that every asset has.
    pub fields: Vec<String>,
    /// Group of class 1 of the municipal chart of accounts (π.δ. 315/1999); `None` for what is not owned.
    #[serde(default)]
    pub account_group: Option<String>,
}

/// A material that crews use, offered by the group of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MaterialItem {
    pub code: String,
    pub name: Text2,
    /// What it is counted in: one of [`UNITS`].
    pub unit: String,
    /// Codes of the [`CategoryGroup`]s whose jobs it is for.
    pub groups: Vec<String>,
}

/// A plan of civil protection, and what comes first while it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyPlan {
    pub code: String,
    /// The name of the general plan («ΒΟΡΕΑΣ 2»); empty where none is known.
    pub plan: String,
    pub name: Text2,
    /// Codes of categories, the most urgent first; the rest comes after them.
    pub first: Vec<String>,
}

/// Units that materials are counted in. Stored in docs; add, never rename.
pub const UNITS: [&str; 8] = ["piece", "m", "m2", "m3", "kg", "t", "l", "bag"];

/// Something that may be applied for, and what an applicant states for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationType {
    pub code: String,
    pub name: Text2,
    /// Code of the [`Category`] under which it is a request.
    pub category: String,
    /// Code of the [`Department`] that is charged with it.
    pub department: String,
    pub fields: Vec<ApplicationField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationField {
    pub key: String,
    pub label: Text2,
    pub check: FieldCheck,
    pub required: bool,
}

/// What a field of an application must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldCheck {
    /// One line.
    Text,
    /// Several lines.
    Lines,
    /// A tax number (ΑΦΜ) with its check digit.
    Afm,
    /// A day, as Greeks write it: 20/11/1950. Not in the future.
    Date,
    /// A year of four digits, not in the future.
    Year,
    /// A cadastral code (ΚΑΕΚ).
    Kaek,
    /// Figures, with a comma.
    Number,
}

/// How a kind of asset is drawn on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Geometry {
    Point,
    Line,
    Polygon,
    /// Not drawn: vehicles, furniture.
    None,
}

/// Why reference data was refused.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    #[error("{file} is missing")]
    Missing { file: &'static str },
    #[error("{file} is not the JSON expected")]
    Json {
        file: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("{file} is not the table expected")]
    Csv {
        file: &'static str,
        #[source]
        source: csv::Error,
    },
    /// `row` counts from 1, without the heading of a table.
    #[error("{file}, row {row}: {reason}")]
    Row {
        file: &'static str,
        row: usize,
        reason: RowError,
    },
}

/// What is wrong with one row of reference data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    #[error("the code {0} was used before")]
    DuplicateCode(String),
    #[error("{0} is not a code of its kind")]
    BadCode(String),
    #[error("there is no group {0}")]
    UnknownGroup(String),
    #[error("there is no category {0}")]
    UnknownCategory(String),
    #[error("there is no such department: {0}")]
    UnknownDepartment(String),
    #[error("there is no status {0}")]
    UnknownStatus(String),
    #[error("priority {0} is not between 1 and 4")]
    Priority(u8),
    #[error("no answer to {0} passes")]
    NeverPasses(String),
    #[error("settlement {0} is outside its community")]
    OutsideCommunity(String),
    #[error("{lat}, {lon} is outside the municipality")]
    Coordinates { lat: String, lon: String },
    #[error("{0} is described differently in an earlier row")]
    Disagrees(String),
    #[error("{number} is not a tax number")]
    Afm {
        number: String,
        #[source]
        source: checks::Wrong,
    },
}

impl Reference {
    /// Reads the data of a municipality. `read` gives the contents of a file by its name.
    ///
    /// The caller decides where to look: first in the municipality's own folder, then in the common one.
    pub fn parse(read: &dyn Fn(&str) -> Option<String>) -> Result<Reference, ReferenceError> {
        let municipality: Municipality = json(read, MUNICIPALITY)?;
        let (units, communities, settlements) = places(read, &municipality)?;
        let categories: CategoriesFile = json(read, CATEGORIES)?;
        let departments: DepartmentsFile = json(read, DEPARTMENTS)?;
        let statuses: StatusesFile = json(read, STATUSES)?;
        let asset_types: AssetTypesFile = json(read, ASSET_TYPES)?;
        let applications: ApplicationTypesFile = json(read, APPLICATION_TYPES)?;
        let inspections: InspectionsFile = json(read, INSPECTIONS)?;
        let materials: MaterialsFile = json(read, MATERIALS)?;
        // A municipality with data of its own may have no plans yet.
        let emergency: EmergencyFile = match json(read, EMERGENCY) {
            Err(ReferenceError::Missing { .. }) => EmergencyFile::default(),
            found => found?,
        };
        let reference = Reference {
            application_types: applications.types(&categories.categories),
            municipality,
            units,
            communities,
            settlements,
            groups: categories.groups,
            categories: categories.categories,
            departments: departments.departments,
            statuses: statuses.statuses,
            hold_reasons: statuses.hold_reasons,
            reject_reasons: statuses.reject_reasons,
            asset_types: asset_types.asset_types,
            checklists: inspections.checklists,
            materials: materials.materials,
            emergency_plans: emergency.plans,
            holidays: json(read, HOLIDAYS)?,
            emergency_text: categories.emergency_text,
        };
        reference.agree()?;
        Ok(reference)
    }

    /// The data of a municipality that is part of the app; `None` for an id that is not in [`BUNDLED`].
    pub fn bundled(id: &str) -> Option<Reference> {
        Reference::parse(&|file| bundled_file(id, file).map(str::to_owned)).ok()
    }

    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.code == code)
    }

    /// Whether a request of this category is a proposal for works.
    pub fn is_proposal(&self, category: &str) -> bool {
        self.category(category)
            .is_some_and(|category| category.community_only)
    }

    pub fn emergency_plan(&self, code: &str) -> Option<&EmergencyPlan> {
        self.emergency_plans.iter().find(|plan| plan.code == code)
    }

    pub fn group(&self, code: &str) -> Option<&CategoryGroup> {
        self.groups.iter().find(|g| g.code == code)
    }

    pub fn community(&self, code: &str) -> Option<&Community> {
        self.communities.iter().find(|c| c.code == code)
    }

    pub fn settlement(&self, code: &str) -> Option<&Settlement> {
        self.settlements.iter().find(|s| s.code == code)
    }

    pub fn department(&self, code: &str) -> Option<&Department> {
        self.departments.iter().find(|d| d.code == code)
    }

    pub fn asset_type(&self, code: &str) -> Option<&AssetType> {
        self.asset_types.iter().find(|t| t.code == code)
    }

    pub fn checklist(&self, asset_type: &str) -> Option<&Checklist> {
        self.checklists
            .iter()
            .find(|list| list.asset_type == asset_type)
    }

    pub fn application_type(&self, code: &str) -> Option<&ApplicationType> {
        self.application_types.iter().find(|t| t.code == code)
    }

    pub fn status(&self, code: &str) -> Option<&StatusName> {
        self.statuses.iter().find(|s| s.code == code)
    }

    /// Checks that no code is used twice and that every code which is referred to exists.
    fn agree(&self) -> Result<(), ReferenceError> {
        let bodies = self.municipality.related_bodies.iter().map(|b| &b.afm);
        check(
            MUNICIPALITY,
            std::iter::once(&self.municipality.afm).chain(bodies),
            |afm| {
                checks::afm(afm)
                    .map(|_| ())
                    .map_err(|source| RowError::Afm {
                        number: afm.clone(),
                        source,
                    })
            },
        )?;
        unique(DEPARTMENTS, self.departments.iter().map(|d| &d.code))?;
        unique(CATEGORIES, self.groups.iter().map(|g| &g.code))?;
        unique(CATEGORIES, self.categories.iter().map(|c| &c.code))?;
        unique(STATUSES, self.statuses.iter().map(|s| &s.code))?;
        unique(STATUSES, self.hold_reasons.iter().map(|r| &r.code))?;
        unique(STATUSES, self.reject_reasons.iter().map(|r| &r.code))?;
        unique(ASSET_TYPES, self.asset_types.iter().map(|t| &t.code))?;
        unique(
            APPLICATION_TYPES,
            self.application_types.iter().map(|t| &t.code),
        )?;
        check(APPLICATION_TYPES, &self.application_types, |one| {
            if self.category(&one.category).is_none() {
                return Err(RowError::UnknownCategory(one.category.clone()));
            }
            self.is_own(&one.department)
        })?;
        unique(MATERIALS, self.materials.iter().map(|m| &m.code))?;
        check(MATERIALS, &self.materials, |one| {
            if !UNITS.contains(&one.unit.as_str()) {
                return Err(RowError::BadCode(one.unit.clone()));
            }
            match one.groups.iter().find(|code| self.group(code).is_none()) {
                Some(unknown) => Err(RowError::UnknownGroup(unknown.clone())),
                None => Ok(()),
            }
        })?;
        unique(
            EMERGENCY,
            self.emergency_plans.iter().map(|plan| &plan.code),
        )?;
        check(EMERGENCY, &self.emergency_plans, |one| {
            let mut seen = HashSet::new();
            // A category that a municipality does not have puts nothing first.
            for code in &one.first {
                if !seen.insert(code) {
                    return Err(RowError::DuplicateCode(code.clone()));
                }
            }
            Ok(())
        })?;
        unique(INSPECTIONS, self.checklists.iter().map(|l| &l.asset_type))?;
        check(INSPECTIONS, &self.checklists, |list| {
            self.checklist_agrees(list)
        })?;
        check(CATEGORIES, &self.groups, |group| {
            self.is_own(&group.department)
        })?;
        check(CATEGORIES, &self.categories, |category| {
            self.category_agrees(category)
        })?;
        check(STATUSES, &self.statuses, |status| {
            match status.next.iter().find(|next| self.status(next).is_none()) {
                Some(unknown) => Err(RowError::UnknownStatus(unknown.clone())),
                None => Ok(()),
            }
        })
    }

    fn category_agrees(&self, category: &Category) -> Result<(), RowError> {
        if self.group(&category.group).is_none() {
            return Err(RowError::UnknownGroup(category.group.clone()));
        }
        if !(1..=4).contains(&category.priority) {
            return Err(RowError::Priority(category.priority));
        }
        self.is_own(&category.department)?;
        match &category.usual_forward {
            Some(code) if !self.is_department(code, true) => {
                Err(RowError::UnknownDepartment(code.clone()))
            }
            _ => Ok(()),
        }
    }

    fn checklist_agrees(&self, list: &Checklist) -> Result<(), RowError> {
        if self.asset_type(&list.asset_type).is_none() {
            return Err(RowError::BadCode(list.asset_type.clone()));
        }
        let categories = list.checks.iter().map(|check| list.category_of(check));
        for code in categories.chain([list.category.as_str()]) {
            if self.category(code).is_none_or(|found| found.kiosk_only) {
                return Err(RowError::UnknownCategory(code.to_owned()));
            }
        }
        let mut seen = HashSet::new();
        for check in &list.checks {
            if !seen.insert(&check.code) {
                return Err(RowError::DuplicateCode(check.code.clone()));
            }
            let fits = match &check.ask {
                Ask::Number {
                    least, most, max, ..
                } => least.unwrap_or(*max) <= most.unwrap_or(*max) && most.unwrap_or(*max) <= *max,
                Ask::Choice { options } => options.iter().any(|option| !option.fails),
                Ask::YesNo | Ask::Until => true,
            };
            if !fits {
                return Err(RowError::NeverPasses(check.code.clone()));
            }
        }
        Ok(())
    }

    fn is_own(&self, code: &str) -> Result<(), RowError> {
        if self.is_department(code, false) {
            Ok(())
        } else {
            Err(RowError::UnknownDepartment(code.to_owned()))
        }
    }

    fn is_department(&self, code: &str, external: bool) -> bool {
        self.department(code)
            .is_some_and(|d| (d.kind == DepartmentKind::External) == external)
    }
}

const MUNICIPALITY: &str = "municipality.json";
const COMMUNITIES: &str = "communities.csv";
const HOLIDAYS: &str = "holidays.json";
const CATEGORIES: &str = "categories.json";
const DEPARTMENTS: &str = "departments.json";
const STATUSES: &str = "statuses.json";
const ASSET_TYPES: &str = "asset-types.json";
const INSPECTIONS: &str = "inspections.json";
const MATERIALS: &str = "materials.json";
const EMERGENCY: &str = "emergency.json";
const APPLICATION_TYPES: &str = "application-types.json";

fn bundled_file(id: &str, file: &str) -> Option<&'static str> {
    Some(match (id, file) {
        ("dion-olympos", MUNICIPALITY) => include_str!("reference/dion-olympos/municipality.json"),
        ("dion-olympos", COMMUNITIES) => include_str!("reference/dion-olympos/communities.csv"),
        ("dion-olympos", HOLIDAYS) => include_str!("reference/dion-olympos/holidays.json"),
        ("lixouri", MUNICIPALITY) => include_str!("reference/lixouri/municipality.json"),
        ("lixouri", COMMUNITIES) => include_str!("reference/lixouri/communities.csv"),
        ("lixouri", HOLIDAYS) => include_str!("reference/lixouri/holidays.json"),
        (_, CATEGORIES) => include_str!("reference/common/categories.json"),
        (_, DEPARTMENTS) => include_str!("reference/common/departments.json"),
        (_, STATUSES) => include_str!("reference/common/statuses.json"),
        (_, ASSET_TYPES) => include_str!("reference/common/asset-types.json"),
        (_, EMERGENCY) => include_str!("reference/common/emergency.json"),
        (_, MATERIALS) => include_str!("reference/common/materials.json"),
        (_, INSPECTIONS) => include_str!("reference/common/inspections.json"),
        (_, APPLICATION_TYPES) => include_str!("reference/common/application-types.json"),
        _ => return None,
    })
}

#[derive(Default, Deserialize)]
struct EmergencyFile {
    plans: Vec<EmergencyPlan>,
}

#[derive(Deserialize)]
struct MaterialsFile {
    materials: Vec<MaterialItem>,
}

#[derive(Deserialize)]
struct InspectionsFile {
    checklists: Vec<Checklist>,
}

#[derive(Deserialize)]
struct CategoriesFile {
    emergency_text: Text2,
    groups: Vec<CategoryGroup>,
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct DepartmentsFile {
    departments: Vec<Department>,
}

#[derive(Deserialize)]
struct StatusesFile {
    statuses: Vec<StatusName>,
    hold_reasons: Vec<Reason>,
    reject_reasons: Vec<Reason>,
}

#[derive(Deserialize)]
struct AssetTypesFile {
    asset_types: Vec<AssetType>,
}

#[derive(Deserialize)]
struct ApplicationTypesFile {
    application_types: Vec<ApplicationType>,
    /// What is asked for every other category that only kiosks offer.
    other_fields: Vec<ApplicationField>,
    /// Categories that are applied for in person only.
    not_at_kiosks: Vec<String>,
}

impl ApplicationTypesFile {
    /// The named types first, then every category that only kiosks offer and that none of them stands for.
    fn types(self, categories: &[Category]) -> Vec<ApplicationType> {
        let mut types = self.application_types;
        let named: HashSet<String> = types.iter().map(|one| one.category.clone()).collect();
        let others = categories.iter().filter(|category| {
            category.kiosk_only
                && !named.contains(&category.code)
                && !self.not_at_kiosks.contains(&category.code)
        });
        types.extend(others.map(|category| ApplicationType {
            code: category.code.clone(),
            name: category.name.clone(),
            category: category.code.clone(),
            department: category.department.clone(),
            fields: self.other_fields.clone(),
        }));
        types
    }
}

/// One settlement with the community and unit around it, as spreadsheets hold them.
#[derive(Deserialize)]
struct PlaceRow {
    unit: String,
    unit_ypes: String,
    unit_el: String,
    unit_en: String,
    community: String,
    community_ypes: String,
    community_el: String,
    community_en: String,
    community_legal_el: String,
    settlement: String,
    settlement_el: String,
    settlement_en: String,
    article: String,
    lat: f64,
    lon: f64,
}

fn json<T: DeserializeOwned>(
    read: &dyn Fn(&str) -> Option<String>,
    file: &'static str,
) -> Result<T, ReferenceError> {
    let text = read(file).ok_or(ReferenceError::Missing { file })?;
    serde_json::from_str(&text).map_err(|source| ReferenceError::Json { file, source })
}

/// Units, communities and settlements, each in the order of the table.
type Places = (Vec<Unit>, Vec<Community>, Vec<Settlement>);

fn places(
    read: &dyn Fn(&str) -> Option<String>,
    municipality: &Municipality,
) -> Result<Places, ReferenceError> {
    let file = COMMUNITIES;
    let text = read(file).ok_or(ReferenceError::Missing { file })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut places = (Vec::new(), Vec::new(), Vec::new());
    let mut table = csv::Reader::from_reader(text.as_bytes());
    for (at, row) in table.deserialize().enumerate() {
        let row: PlaceRow = row.map_err(|source| ReferenceError::Csv { file, source })?;
        add_place(row, municipality, &mut places).map_err(|reason| ReferenceError::Row {
            file,
            row: at + 1,
            reason,
        })?;
    }
    Ok(places)
}

fn add_place(
    row: PlaceRow,
    municipality: &Municipality,
    (units, communities, settlements): &mut Places,
) -> Result<(), RowError> {
    for (code, digits) in [(&row.unit, 6), (&row.community, 8), (&row.settlement, 10)] {
        if code.len() != digits || !code.chars().all(|c| c.is_ascii_digit()) {
            return Err(RowError::BadCode(code.clone()));
        }
    }
    if !row.community.starts_with(&row.unit) {
        return Err(RowError::BadCode(row.community));
    }
    if !row.settlement.starts_with(&row.community) {
        return Err(RowError::OutsideCommunity(row.settlement));
    }
    let [west, south, east, north] = municipality.bbox;
    if !(south..=north).contains(&row.lat) || !(west..=east).contains(&row.lon) {
        let (lat, lon) = (row.lat.to_string(), row.lon.to_string());
        return Err(RowError::Coordinates { lat, lon });
    }
    if settlements.iter().any(|s| s.code == row.settlement) {
        return Err(RowError::DuplicateCode(row.settlement));
    }
    let unit = Unit {
        code: row.unit.clone(),
        ypes: row.unit_ypes,
        name: Text2 {
            el: row.unit_el,
            en: row.unit_en,
        },
    };
    let community = Community {
        code: row.community.clone(),
        ypes: row.community_ypes,
        unit: row.unit,
        name: Text2 {
            el: row.community_el,
            en: row.community_en,
        },
        legal_name_el: row.community_legal_el,
    };
    add_once(unit, units, |unit| &unit.code)?;
    add_once(community, communities, |community| &community.code)?;
    settlements.push(Settlement {
        code: row.settlement,
        community: row.community,
        name: Text2 {
            el: row.settlement_el,
            en: row.settlement_en,
        },
        article: row.article,
        lat: row.lat,
        lon: row.lon,
    });
    Ok(())
}

/// Adds a unit or community the first time it is named; later rows must describe it the same.
fn add_once<T: PartialEq>(
    item: T,
    list: &mut Vec<T>,
    code: fn(&T) -> &String,
) -> Result<(), RowError> {
    match list.iter().find(|known| code(known) == code(&item)) {
        None => list.push(item),
        Some(known) if *known == item => {}
        Some(_) => return Err(RowError::Disagrees(code(&item).clone())),
    }
    Ok(())
}

fn unique<'a>(
    file: &'static str,
    codes: impl IntoIterator<Item = &'a String>,
) -> Result<(), ReferenceError> {
    let mut seen = HashSet::new();
    check(file, codes, |code: &'a String| {
        if seen.insert(code) {
            Ok(())
        } else {
            Err(RowError::DuplicateCode(code.clone()))
        }
    })
}

fn check<'a, T: 'a>(
    file: &'static str,
    rows: impl IntoIterator<Item = &'a T>,
    mut rule: impl FnMut(&'a T) -> Result<(), RowError>,
) -> Result<(), ReferenceError> {
    for (at, row) in rows.into_iter().enumerate() {
        rule(row).map_err(|reason| ReferenceError::Row {
            file,
            row: at + 1,
            reason,
        })?;
    }
    Ok(())
}
