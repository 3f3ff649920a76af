//! Who and where we are; what is being typed.

use koina_model::problem::{FieldRule, Problem};
use koina_model::reference::{ApplicationType, Need};
use koina_model::words::{Named, Position};
use koina_sync::erase;
use koina_sync::exchange::pinned::{is_pin, without_pin};
use koina_sync::views::{
    About, ApplicationFieldItem, ApplicationItem, CategoryItem, CommunityItem, CrewItem, Lists,
    PlanItem, SettlementItem, Station,
};

use crate::{
    Desk, Draft, DraftInput, DraftKey, EnrolInput, LanguageInput, Nothing, VERSION, lock, told,
};

pub(crate) fn about(desk: &Desk, _: Nothing) -> Result<About, Problem> {
    let lists = desk.replica.lists();
    let municipality = &lists.reference.municipality;
    Ok(About {
        station: desk.replica.identity().map(|identity| Station {
            device: identity.device,
            code: identity.station.clone(),
            name: identity.name.clone(),
            person: identity.person.clone(),
            role: identity.role,
            profile: identity.role.profile(),
            crew: identity.crew.clone(),
            communities: identity.communities.clone(),
            municipality: named(&municipality.id, &municipality.name),
            server: without_pin(&identity.server).to_owned(),
        }),
        mobile: cfg!(any(target_os = "android", target_os = "ios")),
        version: VERSION.to_owned(),
        language: told(desk.replica.language())?,
        recovered: told(desk.replica.recovered())?,
        withdrawn: match desk.replica.identity() {
            Some(_) => None,
            None => erase::told(desk.replica.path()),
        },
        pin_wanted: lock::is_pin_wanted(desk),
    })
}

pub(crate) fn recovered_seen(desk: &Desk, _: Nothing) -> Result<About, Problem> {
    told(desk.replica.recovered_seen())?;
    about(desk, Nothing {})
}

pub(crate) fn lists(desk: &Desk, _: Nothing) -> Result<Lists, Problem> {
    let known = desk.replica.lists();
    let reference = &known.reference;
    let mine = desk
        .replica
        .identity()
        .map(|identity| identity.communities.clone())
        .unwrap_or_default();
    Ok(Lists {
        municipality: named(&reference.municipality.id, &reference.municipality.name),
        bounds: reference.municipality.bbox,
        communities: reference
            .communities
            .iter()
            .map(|one| CommunityItem {
                code: one.code.clone(),
                el: one.name.el.clone(),
                en: one.name.en.clone(),
                unit: reference
                    .units
                    .iter()
                    .find(|unit| unit.code == one.unit)
                    .map(|unit| unit.name.el.clone())
                    .unwrap_or_default(),
                mine: mine.is_empty() || mine.contains(&one.code),
            })
            .collect(),
        settlements: reference
            .settlements
            .iter()
            .map(|one| SettlementItem {
                code: one.code.clone(),
                community: one.community.clone(),
                el: one.name.el.clone(),
                en: one.name.en.clone(),
                position: Position {
                    lat: one.lat,
                    lon: one.lon,
                    accuracy_m: None,
                },
            })
            .collect(),
        groups: reference
            .groups
            .iter()
            .map(|one| named(&one.code, &one.name))
            .collect(),
        categories: reference
            .categories
            .iter()
            .map(|one| CategoryItem {
                code: one.code.clone(),
                group: one.group.clone(),
                el: one.name.el.clone(),
                en: one.name.en.clone(),
                department: one.department.clone(),
                priority: one.priority,
                target_hours: one.target_hours,
                place_required: one.place == Need::Required,
                kiosk_only: one.kiosk_only,
                community_only: one.community_only,
                immediate: one.immediate,
                emergency: one.emergency,
            })
            .collect(),
        departments: reference
            .departments
            .iter()
            .map(|one| named(&one.code, &one.name))
            .collect(),
        crews: known
            .crews
            .iter()
            .map(|one| CrewItem {
                id: one.id.clone(),
                name: one.name.clone(),
                department: one.department.clone(),
                communities: one.communities.clone(),
                skills: one.skills.clone(),
                members: one.members.clone(),
            })
            .collect(),
        application_types: reference
            .application_types
            .iter()
            .map(application_item)
            .collect(),
        asset_types: reference
            .asset_types
            .iter()
            .map(|one| named(&one.code, &one.name))
            .collect(),
        checklists: reference.checklists.clone(),
        soon_days: koina_model::inspections::SOON_DAYS,
        materials: reference.materials.clone(),
        hold_reasons: reference
            .hold_reasons
            .iter()
            .map(|one| named(&one.code, &one.name))
            .collect(),
        reject_reasons: reference
            .reject_reasons
            .iter()
            .map(|one| named(&one.code, &one.name))
            .collect(),
        emergency: named("emergency", &reference.emergency_text),
        emergency_plans: reference
            .emergency_plans
            .iter()
            .map(|one| PlanItem {
                code: one.code.clone(),
                el: one.name.el.clone(),
                en: one.name.en.clone(),
                plan: one.plan.clone(),
            })
            .collect(),
        emergency_plan: known.emergency.clone(),
    })
}

fn named(code: &str, name: &koina_model::reference::Text2) -> Named {
    Named {
        code: code.to_owned(),
        el: name.el.clone(),
        en: name.en.clone(),
    }
}

pub(crate) fn set_language(desk: &Desk, input: LanguageInput) -> Result<Nothing, Problem> {
    if !["el", "en"].contains(&input.language.as_str()) {
        return Err(Problem::field("language", FieldRule::NotOnAList));
    }
    told(desk.replica.set_meta("language", &input.language))?;
    Ok(Nothing {})
}

pub(crate) fn enrol(desk: &Desk, input: EnrolInput) -> Result<About, Problem> {
    let (server, code) = server_and_code(&input);
    if server.is_empty() {
        return Err(Problem::field("server", FieldRule::Missing));
    }
    if code.is_empty() {
        return Err(Problem::field("code", FieldRule::Missing));
    }
    desk.exchanger.enrol(&server, &code, desk.now())?;
    erase::forget(desk.replica.path());
    Ok(About {
        // The window that takes the place of this one asks for it.
        pin_wanted: false,
        ..about(desk, Nothing {})?
    })
}

/// The QR holds `koina:enrol?server=ADDRESS&code=CODE`; `ADDRESS#CODE` is the same for typing. Whoever pastes either into
/// the first box need not take it apart.
pub fn server_and_code(input: &EnrolInput) -> (String, String) {
    let typed = input.server.trim();
    let parts = typed
        .strip_prefix("koina:enrol?server=")
        .and_then(|rest| rest.split_once("&code="));
    let by_hand = || typed.rsplit_once('#').filter(|(_, behind)| !is_pin(behind));
    match parts.or_else(by_hand) {
        Some((server, code)) => (server.to_owned(), code.to_owned()),
        None => (typed.to_owned(), input.code.trim().to_owned()),
    }
}

pub(crate) fn draft_save(desk: &Desk, input: DraftInput) -> Result<Nothing, Problem> {
    let DraftInput { key, json, part } = &input;
    told(match part {
        Some(true) => desk.replica.add_to_draft(key, json, desk.now()),
        _ => desk.replica.save_draft(key, json, desk.now()),
    })?;
    Ok(Nothing {})
}

pub(crate) fn draft_load(desk: &Desk, input: DraftKey) -> Result<Draft, Problem> {
    Ok(Draft {
        json: told(desk.replica.draft(&input.key))?,
    })
}

pub(crate) fn draft_drop(desk: &Desk, input: DraftKey) -> Result<Nothing, Problem> {
    told(desk.replica.drop_draft(&input.key))?;
    Ok(Nothing {})
}

fn application_item(kind: &ApplicationType) -> ApplicationItem {
    let fields = kind.fields.iter().map(|field| ApplicationFieldItem {
        key: field.key.clone(),
        el: field.label.el.clone(),
        en: field.label.en.clone(),
        check: field.check,
        required: field.required,
    });
    ApplicationItem {
        code: kind.code.clone(),
        el: kind.name.el.clone(),
        en: kind.name.en.clone(),
        department: kind.department.clone(),
        fields: fields.collect(),
    }
}
