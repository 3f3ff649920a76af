//! The file for whoever asks what the municipality keeps of them (GDPR, article 15): a page that any browser shows, without
//! anything to load, with the same data inside as JSON (article 20).

use std::fmt::Write;

use koina_model::applications::Signature;
use koina_model::calendar::{athens_clock, athens_date};
use koina_model::contacts::Contact;
use koina_model::greek::short_date;
use koina_model::ids::Time;
use koina_model::problem::Problem;
use koina_model::words::Language;
use koina_sync::replica::ReplicaError;
use koina_sync::views::requests::RequestCase;
use koina_sync::views::{ContactUse, PersonRecord, PersonalData};
use serde::Serialize;

use crate::devices::device_name;
use crate::words::{say, spoken};
use crate::{Desk, told};

/// Everything of the page, for machines.
#[derive(Serialize)]
struct Data<'a> {
    municipality: &'a str,
    written_at: Time,
    records: Vec<DataRecord<'a>>,
}

#[derive(Serialize)]
struct DataRecord<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<DataRequest<'a>>,
    contacts: Vec<&'a Contact>,
    uses: &'a [ContactUse],
}

#[derive(Serialize)]
struct DataRequest<'a> {
    receipt_number: Option<&'a str>,
    protocol_number: Option<&'a str>,
    category: &'a str,
    community: &'a str,
    settlement: &'a str,
    place: &'a str,
    text: &'a str,
    received_at: Time,
    status: String,
    answer: Option<&'a str>,
    photos: usize,
}

/// A page that is being written.
struct Page<'a> {
    html: String,
    desk: &'a Desk,
    language: Language,
}

/// The page about a person.
pub fn person_page(desk: &Desk, mut found: PersonalData) -> Result<String, Problem> {
    let language = spoken(desk)?;
    for record in &mut found.records {
        for row in &mut record.contacts {
            row.device = device_name(desk, &row.device);
        }
        for one in &mut record.uses {
            one.device = device_name(desk, &one.device);
        }
    }
    let mut cases = Vec::new();
    for record in &found.records {
        cases.push(match desk.replica.request_case(record.doc, desk.now()) {
            Ok(case) => Some(case),
            Err(ReplicaError::Problem(Problem::NotFound)) => None,
            Err(failure) => return told(Err(failure)),
        });
    }
    let lists = desk.replica.lists();
    let municipality = lists.reference.municipality.name.in_language(language);
    let mut page = Page {
        html: String::new(),
        desk,
        language,
    };
    page.begin(municipality);
    for (record, case) in found.records.iter().zip(&cases) {
        page.record(record, case.as_ref(), &found);
    }
    page.sentence("h2", "person-rights-title", &[]);
    page.sentence("p", "person-rights", &[]);
    page.sentence("p", "person-data", &[]);
    let records = found.records.iter().zip(&cases);
    let data = Data {
        municipality,
        written_at: desk.now(),
        records: records.map(|(one, case)| of(one, case.as_ref())).collect(),
    };
    let data = serde_json::to_string(&data).map_err(|failure| {
        tracing::error!(%failure, "what is kept of a person could not be written");
        Problem::Internal {
            incident: String::new(),
        }
    })?;
    // Nothing in it ends the element it stands in.
    let data = data.replace('<', "\\u003c");
    page.html += "<script type=\"application/json\" id=\"person-data\">";
    page.html += &data;
    page.html += "</script></main></body></html>\n";
    Ok(page.html)
}

impl Page<'_> {
    fn begin(&mut self, municipality: &str) {
        let code = match self.language {
            Language::El => "el",
            Language::En => "en",
        };
        let title = escaped(&self.say("person-title", &[]));
        self.html = format!(
            "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>\
             body{{font:1.125rem/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#111}}\
             h2{{margin-top:2.5rem;border-top:2px solid #111;padding-top:.75rem}}\
             dl{{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.25rem 1.5rem}}\
             dt{{color:#444}}dd{{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}}\
             table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #bbb;vertical-align:top}}\
             </style></head><body><main><p>{}</p><h1>{title}</h1>",
            escaped(municipality)
        );
        let now = moment(self.desk.now());
        self.sentence("p", "person-lead", &[("when", &now)]);
        self.sentence("p", "person-why", &[]);
        self.sentence("p", "person-found", &[]);
    }

    fn record(&mut self, record: &PersonRecord, case: Option<&RequestCase>, all: &PersonalData) {
        let number = case.and_then(|case| {
            let row = &case.row;
            row.protocol_number.as_ref().or(row.receipt_number.as_ref())
        });
        match number {
            Some(number) => self.sentence("h2", "person-record", &[("number", number)]),
            None => self.sentence("h2", "person-record-unknown", &[]),
        }
        match &record.erased {
            Some(erased) => {
                let when = moment(erased.at);
                self.sentence("p", "person-erased", &[("when", &when)]);
            }
            None if record.contacts.is_empty() => self.sentence("p", "person-none", &[]),
            None => {}
        }
        for row in &record.contacts {
            let Some(contact) = &row.contact else {
                self.sentence("p", "person-unreadable", &[]);
                continue;
            };
            self.html += "<dl>";
            self.contact(contact);
            let given = format!("{}, {}", row.device, moment(row.at));
            self.fact("person-given", &given);
            self.html += "</dl>";
        }
        match case {
            Some(case) => self.request(case, all),
            None => self.sentence("p", "person-away", &[]),
        }
        if !record.uses.is_empty() {
            self.uses(&record.uses);
        }
    }

    fn contact(&mut self, contact: &Contact) {
        self.fact("person-name", &contact.name);
        self.fact("person-phone", &contact.phone);
        self.fact("person-email", &contact.email);
        let Some(application) = &contact.application else {
            return;
        };
        let lists = self.desk.replica.lists();
        let kind = lists.reference.application_type(&application.kind);
        for answer in &application.answers {
            let field = kind.and_then(|kind| kind.fields.iter().find(|one| one.key == answer.key));
            let name = field.map(|field| field.label.in_language(self.language));
            self.term(name.unwrap_or(&answer.key), &answer.value);
        }
        let signed = match &application.signature {
            Signature::Typed { name } => name.clone(),
            Signature::Drawn { .. } => self.say("person-signature-drawn", &[]),
        };
        self.fact("person-signature", &signed);
    }

    fn request(&mut self, case: &RequestCase, all: &PersonalData) {
        let lists = self.desk.replica.lists();
        let reference = &lists.reference;
        let row = &case.row;
        let category = reference.category(&row.category);
        let category = category.map_or(row.category.as_str(), |found| {
            found.name.in_language(self.language)
        });
        let settlement = reference.settlement(&row.settlement);
        let community = reference.community(&row.community);
        let place = [
            row.place_text.as_str(),
            settlement.map_or("", |found| found.name.in_language(self.language)),
            community.map_or("", |found| found.name.in_language(self.language)),
        ];
        let place = place.into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join(", ");
        let status = self.say(&format!("status-{}", code(&row.status)), &[]);
        self.html += "<dl>";
        self.fact(
            "person-receipt",
            row.receipt_number.as_deref().unwrap_or_default(),
        );
        self.fact(
            "person-protocol",
            row.protocol_number.as_deref().unwrap_or_default(),
        );
        self.fact("person-kind", category);
        self.fact("person-place", &place);
        self.fact("person-text", &case.text);
        self.fact("person-received", &moment(row.received_at));
        self.fact("person-status", &status);
        self.fact("person-answer", case.answer.as_deref().unwrap_or_default());
        if !case.photos.is_empty() {
            self.fact("person-photos", &case.photos.len().to_string());
        }
        let own = all.rules.iter().find(|rule| rule.category == row.category);
        let kept = match own.map(|rule| rule.days).or(all.keep_days) {
            Some(days) => self.say("person-keep-days", &[("days", &days.to_string())]),
            None => self.say("person-keep-asked", &[]),
        };
        self.fact("person-keep", &kept);
        self.html += "</dl>";
    }

    fn uses(&mut self, uses: &[ContactUse]) {
        self.sentence("h3", "person-uses", &[]);
        self.html += "<table><thead><tr>";
        for column in ["person-when", "person-who", "person-what"] {
            self.sentence("th", column, &[]);
        }
        self.html += "</tr></thead><tbody>";
        for one in uses {
            let who = [one.who.as_str(), &one.device];
            let who = who.into_iter().filter(|part| !part.is_empty());
            let mut who = who.collect::<Vec<_>>().join(", ");
            if who.is_empty() {
                who = self.say("person-server", &[]);
            }
            // `contact.erased.by_rule` says why, too: it was erased all the same.
            let act = one.what.split('.').nth(1).unwrap_or_default();
            let why = match one.reason.as_str() {
                "" => String::new(),
                reason => self.say(&format!("person-use-{act}-{reason}"), &[]),
            };
            let what = [why, self.say(&format!("person-use-{act}"), &[])];
            let what = what.into_iter().find(|words| !words.is_empty());
            let what = what.as_ref().unwrap_or(&one.what);
            self.html += "<tr>";
            for cell in [&moment(one.at), &who, what] {
                self.element("td", cell);
            }
            self.html += "</tr>";
        }
        self.html += "</tbody></table>";
    }

    fn say(&self, id: &str, put: &[(&str, &str)]) -> String {
        say(self.language, id, put)
    }

    fn sentence(&mut self, element: &str, id: &str, put: &[(&str, &str)]) {
        let words = self.say(id, put);
        self.element(element, &words);
    }

    fn element(&mut self, element: &str, words: &str) {
        // Writing into a text does not fail.
        write!(self.html, "<{element}>{}</{element}>", escaped(words)).ok();
    }

    /// What is empty is not said.
    fn fact(&mut self, id: &str, value: &str) {
        let term = self.say(id, &[]);
        self.term(&term, value);
    }

    fn term(&mut self, term: &str, value: &str) {
        if !value.is_empty() {
            self.element("dt", term);
            self.element("dd", value);
        }
    }
}

fn of<'a>(record: &'a PersonRecord, case: Option<&'a RequestCase>) -> DataRecord<'a> {
    DataRecord {
        id: record.doc.to_string(),
        request: case.map(|case| {
            let row = &case.row;
            DataRequest {
                receipt_number: row.receipt_number.as_deref(),
                protocol_number: row.protocol_number.as_deref(),
                category: &row.category,
                community: &row.community,
                settlement: &row.settlement,
                place: &row.place_text,
                text: &case.text,
                received_at: row.received_at,
                status: code(&row.status),
                answer: case.answer.as_deref(),
                photos: case.photos.len(),
            }
        }),
        contacts: record
            .contacts
            .iter()
            .filter_map(|row| row.contact.as_ref())
            .collect(),
        uses: &record.uses,
    }
}

/// How a state is written in files and words.
fn code(status: &impl Serialize) -> String {
    let value = serde_json::to_value(status).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A day and an hour in Athens.
fn moment(at: Time) -> String {
    format!("{} {}", short_date(athens_date(at.0)), athens_clock(at.0))
}

fn escaped(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}
