//! Who may do what. The same functions decide on the device (what a screen offers) and on the server (what is accepted).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::doc::{EVENT_PREFIX, Record, STATE, Scalar, Writes};
use crate::exchange::Refusal;
use crate::place::Place;
use crate::words::Kind;
use crate::{assets, guard, requests};

/// What a person does for the municipality; it comes with the enrolled device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A field crew (συνεργείο).
    Crew,
    /// A clerk at the town hall, a KEP or on the phone (υπάλληλος).
    Clerk,
    /// A clerk who also manages devices (υπεύθυνος).
    Admin,
    /// A public kiosk: whoever stands before it enters requests, and reads what became of one whose number they know.
    Kiosk,
    /// The president or the council of a community (δημοτική κοινότητα): enters for residents, and says what was done there.
    Community,
}

/// Which set of screens the app shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    Crew,
    Desk,
    Kiosk,
    Community,
}

impl Profile {
    /// What its window is called.
    pub fn window(self) -> &'static str {
        match self {
            Self::Crew => "crew",
            Self::Desk => "desk",
            Self::Kiosk => "kiosk",
            Self::Community => "community",
        }
    }
}

/// A thing that may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Permit {
    EnterRequests,
    /// Entering a request that asks for a protocol number.
    EnterRegistered,
    EditRequests,
    RegisterRequests,
    AssignRequests,
    AnswerRequests,
    CloseRequests,
    ReopenRequests,
    RecordWork,
    /// Adding words and photos, and that somebody else reports the same.
    NoteRequests,
    /// Memos of work that was done, measures that could not wait, proposals for works and their order.
    FileMemos,
    AddAssets,
    EditAssets,
    InspectAssets,
    MoveAssets,
    RetireAssets,
    DecideConflicts,
    ReadContacts,
    /// Correcting who reported something (GDPR, article 16).
    CorrectContacts,
    /// Giving a person what is kept of them (GDPR, article 15).
    ExportContacts,
    /// Erasing who reported something, for good.
    EraseContacts,
    /// Seeing how kiosks are, and asking for the code that opens the page of staff at one.
    TendKiosks,
    /// Putting a plan of civil protection into force, for the whole municipality.
    DeclareEmergencies,
    ManageDevices,
    /// Saying who may sign in at a desk.
    ManageAccounts,
}

impl Permit {
    /// Every permit, for tables and tests.
    pub const ALL: [Self; 25] = [
        Self::EnterRequests,
        Self::EnterRegistered,
        Self::EditRequests,
        Self::RegisterRequests,
        Self::AssignRequests,
        Self::AnswerRequests,
        Self::CloseRequests,
        Self::ReopenRequests,
        Self::RecordWork,
        Self::NoteRequests,
        Self::FileMemos,
        Self::AddAssets,
        Self::EditAssets,
        Self::InspectAssets,
        Self::MoveAssets,
        Self::RetireAssets,
        Self::DecideConflicts,
        Self::ReadContacts,
        Self::CorrectContacts,
        Self::ExportContacts,
        Self::EraseContacts,
        Self::TendKiosks,
        Self::DeclareEmergencies,
        Self::ManageDevices,
        Self::ManageAccounts,
    ];
}

impl Role {
    /// Every role, for tables and tests.
    pub const ALL: [Self; 5] = [
        Self::Crew,
        Self::Community,
        Self::Clerk,
        Self::Admin,
        Self::Kiosk,
    ];

    /// What somebody with this role may be at the desk of another: no more than either.
    #[must_use]
    pub fn lesser_of(self, desk: Self) -> Self {
        match (self, desk) {
            (Self::Admin, desk) => desk,
            (role, Self::Admin) => role,
            (_, desk) => desk,
        }
    }

    /// The screens this role works with.
    pub fn profile(self) -> Profile {
        match self {
            Self::Crew => Profile::Crew,
            Self::Clerk | Self::Admin => Profile::Desk,
            Self::Kiosk => Profile::Kiosk,
            Self::Community => Profile::Community,
        }
    }

    /// Whether this role has a permit at all.
    pub fn may(self, permit: Permit) -> bool {
        match self {
            Self::Crew => matches!(
                permit,
                Permit::EnterRequests
                    | Permit::RecordWork
                    | Permit::NoteRequests
                    | Permit::ReopenRequests
                    | Permit::AddAssets
                    | Permit::EditAssets
                    | Permit::InspectAssets
                    | Permit::MoveAssets
                    | Permit::RetireAssets
            ),
            Self::Clerk => !matches!(
                permit,
                Permit::ManageDevices
                    | Permit::ManageAccounts
                    | Permit::ExportContacts
                    | Permit::EraseContacts
                    | Permit::FileMemos
            ),
            Self::Admin => permit != Permit::FileMemos,
            Self::Kiosk => matches!(permit, Permit::EnterRequests | Permit::EnterRegistered),
            Self::Community => matches!(
                permit,
                Permit::EnterRequests
                    | Permit::EnterRegistered
                    | Permit::NoteRequests
                    | Permit::FileMemos
                    | Permit::ReopenRequests
            ),
        }
    }
}

/// Who writes, as far as permits care.
#[derive(Clone, Debug, PartialEq)]
pub struct Author {
    pub role: Role,
    /// Communities the device works for; empty means all.
    pub communities: Vec<String>,
}

impl Author {
    /// Whether a record at this place is the author's business. Records without a place are the desk's.
    pub fn serves(&self, community: &str) -> bool {
        self.communities.is_empty() || self.communities.iter().any(|mine| mine == community)
    }

    /// Whether a kiosk for these communities (empty means all) is this desk's to look after: administrators look after all,
    /// a desk of the whole municipality too, and a desk of some communities after those that are for one of them.
    pub fn tends(&self, kiosk: &[String]) -> bool {
        let serves_one = || kiosk.iter().any(|community| self.serves(community));
        self.role == Role::Admin
            || (self.role.may(Permit::TendKiosks) && (self.communities.is_empty() || serves_one()))
    }
}

/// Decides on one change: what it writes, to a record that read `before` (`None` for a new one).
///
/// Looks at the change's own writes and at the places its writer could see, not at the merged outcome, so that the answer
/// does not depend on what others did meanwhile: work on a record that moved away while its crew had no signal is taken.
/// Unknown fields need the permit to edit: a newer version may write them, an older one keeps them.
pub fn may_write(
    author: &Author,
    kind: Kind,
    before: Option<&Record>,
    places_seen: &[Place],
    writes: &Writes,
) -> Result<(), Refusal> {
    let need = |permit: Permit| {
        if author.role.may(permit) {
            Ok(())
        } else {
            Err(Refusal::NotAllowed { needs: permit })
        }
    };
    let (enter, edit, fixed): (Permit, Permit, &[&str]) = match kind {
        Kind::Request => (
            Permit::EnterRequests,
            Permit::EditRequests,
            &requests::FIXED,
        ),
        Kind::Asset => (Permit::AddAssets, Permit::EditAssets, &assets::FIXED),
    };
    if before.is_none() {
        need(enter)?;
    }
    for (key, value) in writes {
        if key == "kind" || key == "v" {
            return Err(Refusal::Fixed { field: key.clone() });
        }
        if let Some(before) = before {
            let written = before.fields.contains_key(key.as_str());
            if written && (fixed.contains(&key.as_str()) || key.starts_with(EVENT_PREFIX)) {
                return Err(Refusal::Fixed {
                    field: key.chars().take(12).collect(),
                });
            }
        }
        if key == requests::keys::PLACE {
            let Scalar::Text(place) = value else {
                return Err(Refusal::BadValue { field: key.clone() });
            };
            if !author.serves(&Place::read(place).community) {
                return Err(Refusal::OutOfScope);
            }
        }
    }
    if before.is_some()
        && !places_seen
            .iter()
            .any(|place| author.serves(&place.community))
    {
        return Err(Refusal::OutOfScope);
    }
    let mut granted: Vec<&str> = Vec::new();
    let mut deciding: Vec<&str> = Vec::new();
    for (id, json) in guard::event_keys(writes) {
        let bad = || Refusal::BadValue {
            field: format!("{EVENT_PREFIX}{}", id.chars().take(8).collect::<String>()),
        };
        let fields = match kind {
            Kind::Request => {
                let event: requests::Event = serde_json::from_str(json).map_err(|_| bad())?;
                request_event(&event.what, &need)?
            }
            Kind::Asset => {
                let event: assets::Event = serde_json::from_str(json).map_err(|_| bad())?;
                asset_event(&event.what, &need)?
            }
        };
        if fields.contains(&STATE) {
            deciding.push(id);
        }
        granted.extend(fields);
    }
    let decided = decided_field(kind, writes);
    for (key, value) in writes
        .iter()
        .filter(|(key, _)| !key.starts_with(EVENT_PREFIX))
    {
        // The state is what an event of this same change says, never one that somebody wrote before.
        if key == STATE {
            match value {
                Scalar::Text(id) if deciding.contains(&id.as_str()) => continue,
                _ => return Err(Refusal::BadValue { field: key.clone() }),
            }
        }
        if granted.contains(&key.as_str()) || decided.as_ref() == Some(key) {
            continue;
        }
        let begins = before.is_none();
        need(match (kind, key.as_str()) {
            (Kind::Request, requests::keys::REGISTER) if begins => Permit::EnterRegistered,
            (Kind::Request, requests::keys::REGISTER) => Permit::RegisterRequests,
            (Kind::Request, requests::keys::RANK | requests::keys::COST) => Permit::FileMemos,
            (Kind::Request, requests::keys::CREW | requests::keys::DAY) => Permit::AssignRequests,
            (Kind::Request, requests::keys::DEPARTMENT) if !begins => Permit::AssignRequests,
            (Kind::Request, requests::keys::ANSWER) => Permit::AnswerRequests,
            (Kind::Asset, assets::keys::PLACE) if !begins => Permit::MoveAssets,
            _ if begins => enter,
            _ => edit,
        })?;
    }
    Ok(())
}

/// The permit an event needs, and the fields it may write along with itself.
fn request_event(
    what: &requests::What,
    need: &dyn Fn(Permit) -> Result<(), Refusal>,
) -> Result<Vec<&'static str>, Refusal> {
    use requests::{What, keys};
    let state = STATE;
    Ok(match what {
        What::Assigned { .. } => {
            need(Permit::AssignRequests)?;
            vec![state, keys::DEPARTMENT, keys::CREW, keys::DAY]
        }
        What::Started { .. } | What::Paused { .. } | What::Impossible { .. } => {
            need(Permit::RecordWork)?;
            vec![state]
        }
        What::Done { .. } => {
            need(Permit::RecordWork)?;
            vec![state, keys::SUPPORTED]
        }
        What::Executed { .. } => {
            need(Permit::FileMemos)?;
            vec![state, keys::SUPPORTED]
        }
        What::Urgent { .. } => {
            need(Permit::FileMemos)?;
            vec![]
        }
        What::Ranked { .. } => {
            need(Permit::FileMemos)?;
            vec![keys::RANK]
        }
        What::Material { .. } => {
            need(Permit::RecordWork)?;
            vec![]
        }
        What::Note { .. } => {
            need(Permit::NoteRequests)?;
            vec![]
        }
        What::Supported { .. } => {
            need(Permit::NoteRequests)?;
            vec![keys::SUPPORTED]
        }
        What::Heard { .. } => {
            need(Permit::CloseRequests)?;
            vec![keys::SUPPORTED]
        }
        What::Photo(photo) => {
            need(Permit::NoteRequests)?;
            photo.check()?;
            vec![]
        }
        What::Answered { .. } => {
            need(Permit::AnswerRequests)?;
            vec![keys::ANSWER]
        }
        What::Closed { .. } => {
            need(Permit::CloseRequests)?;
            vec![state, keys::SUPPORTED]
        }
        What::Reopened { .. } => {
            need(Permit::ReopenRequests)?;
            vec![state]
        }
        What::Decided { .. } => {
            need(Permit::DecideConflicts)?;
            vec![]
        }
        What::Other => {
            need(Permit::EditRequests)?;
            vec![state]
        }
    })
}

fn asset_event(
    what: &assets::What,
    need: &dyn Fn(Permit) -> Result<(), Refusal>,
) -> Result<Vec<&'static str>, Refusal> {
    use assets::{What, keys};
    let state = STATE;
    Ok(match what {
        What::Inspected { .. } => {
            need(Permit::InspectAssets)?;
            vec![state]
        }
        What::Seen { .. } | What::NotFound { .. } | What::Unseen { .. } => {
            need(Permit::InspectAssets)?;
            vec![]
        }
        What::Photo(photo) => {
            need(Permit::InspectAssets)?;
            photo.check()?;
            vec![]
        }
        What::Moved { .. } => {
            need(Permit::MoveAssets)?;
            vec![keys::PLACE, keys::PLACE_TEXT, keys::POSITION]
        }
        What::Retired { .. } => {
            need(Permit::RetireAssets)?;
            vec![]
        }
        What::Decided { .. } => {
            need(Permit::DecideConflicts)?;
            vec![]
        }
        What::Other => {
            need(Permit::EditAssets)?;
            vec![state]
        }
    })
}

/// The field a decision in this change is about.
fn decided_field(kind: Kind, writes: &Writes) -> Option<String> {
    guard::event_keys(writes).find_map(|(_, json)| match kind {
        Kind::Request => match serde_json::from_str::<requests::Event>(json).ok()?.what {
            requests::What::Decided { field, .. } => Some(field),
            _ => None,
        },
        Kind::Asset => match serde_json::from_str::<assets::Event>(json).ok()?.what {
            assets::What::Decided { field, .. } => Some(field),
            _ => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Author, Permit, Role, may_write};
    use crate::exchange::Refusal;
    use crate::place::Place;
    use crate::requests;
    use crate::words::Kind;

    #[test]
    fn a_kiosk_is_looked_after_by_the_desks_of_its_place() {
        let author = |role, communities: &[&str]| Author {
            role,
            communities: communities.iter().map(|code| (*code).to_owned()).collect(),
        };
        let everywhere: &[String] = &[];
        let here: &[String] = &["11020101".to_owned()];
        let there: &[String] = &["11020201".to_owned()];
        for (author, tends) in [
            (author(Role::Admin, &["11020201"]), [true, true, true]),
            (author(Role::Clerk, &[]), [true, true, true]),
            (author(Role::Clerk, &["11020101"]), [false, true, false]),
            (author(Role::Crew, &[]), [false; 3]),
            (author(Role::Kiosk, &[]), [false; 3]),
        ] {
            let all = [everywhere, here, there].map(|kiosk| author.tends(kiosk));
            assert_eq!(all, tends, "{author:?}");
        }
    }

    #[test]
    fn an_order_and_a_cost_are_a_communitys_also_without_an_event() {
        let here = "11020101".to_owned();
        let place = Place::new(&here, "");
        for role in Role::ALL {
            let author = Author {
                role,
                communities: vec![here.clone()],
            };
            let begin = vec![(requests::keys::PLACE.to_owned(), place.to_text().into())];
            for key in [requests::keys::RANK, requests::keys::COST] {
                let mut writes = begin.clone();
                writes.push((key.to_owned(), 1_i64.into()));
                let may = may_write(&author, Kind::Request, None, &[], &writes);
                let needs = Permit::FileMemos;
                let wanted = match role {
                    Role::Community => Ok(()),
                    _ => Err(Refusal::NotAllowed { needs }),
                };
                assert_eq!(may, wanted, "{role:?} {key}");
            }
        }
    }
}
