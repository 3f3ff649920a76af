//! What every device of a municipality knows by name: reference data, crews, devices. The server writes it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::DeviceId;
use crate::permits::{Profile, Role};
use crate::reference::{EmergencyPlan, Reference};

/// Stored on devices as JSON since 0.1; add fields, never rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lists {
    /// Grows with every change.
    pub version: u64,
    pub reference: Reference,
    #[serde(default)]
    pub crews: Vec<Crew>,
    /// Names of devices, so that «who» and «where» can be said in words.
    #[serde(default)]
    pub devices: BTreeMap<DeviceId, DeviceName>,
    /// The public key that courier files are sealed to, as an age recipient; empty until it was heard.
    #[serde(default)]
    pub courier: String,
    /// The key of the numbers with which people follow their requests, in hex; empty until it was heard.
    #[serde(default)]
    pub tracking: String,
    /// The code of the plan of civil protection that is in force; empty: none.
    #[serde(default)]
    pub emergency: String,
    /// Days without contact after which a device closes, and only the town hall opens it; 0: never.
    #[serde(default)]
    pub closes_after_days: u32,
    /// On whose devices somebody has to have a PIN.
    #[serde(default)]
    pub pin_for: Vec<Profile>,
}

/// A working party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crew {
    pub id: String,
    pub name: String,
    pub department: String,
    pub communities: Vec<String>,
    /// Codes of the groups of kinds that it can do; empty: nobody said.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Who works in it. Only crews and desks hear of them.
    #[serde(default)]
    pub members: Vec<Member>,
}

/// Somebody of a crew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Member {
    /// What records say instead of the name: a record may be published.
    pub id: String,
    pub name: String,
}

/// What people call a device and who works with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceName {
    pub name: String,
    pub person: String,
}

impl Lists {
    /// No municipality yet: what an installation knows before enrolment.
    pub fn empty() -> Self {
        Self {
            version: 0,
            reference: Reference::default(),
            crews: Vec::new(),
            devices: BTreeMap::new(),
            courier: String::new(),
            tracking: String::new(),
            emergency: String::new(),
            closes_after_days: 0,
            pin_for: Vec::new(),
        }
    }

    /// The lists as a device of this role hears them: people's names stay with crews and desks.
    pub fn told_to(&self, role: Role) -> Cow<'_, Self> {
        if !matches!(role, Role::Kiosk | Role::Community) {
            return Cow::Borrowed(self);
        }
        let mut told = self.clone();
        for crew in &mut told.crews {
            crew.members.clear();
        }
        for device in told.devices.values_mut() {
            device.person.clear();
        }
        Cow::Owned(told)
    }

    /// What of them a device of this role keeps until it has asked for them anew.
    pub fn anew(&self, role: Role) -> Self {
        let mut lists = self.told_to(role).into_owned();
        lists.version = 0;
        lists
    }

    /// Somebody of any crew.
    pub fn member(&self, id: &str) -> Option<&Member> {
        let mut all = self.crews.iter().flat_map(|crew| &crew.members);
        all.find(|member| member.id == id)
    }

    /// The plan of civil protection that is in force.
    pub fn emergency(&self) -> Option<&EmergencyPlan> {
        self.reference.emergency_plan(&self.emergency)
    }

    /// What people call a device.
    pub fn device_name(&self, device: DeviceId) -> String {
        self.devices.get(&device).map_or_else(
            || device.to_string().chars().take(8).collect(),
            |known| known.name.clone(),
        )
    }
}
