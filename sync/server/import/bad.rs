//! Why a row was not imported: a closed list, each with a sentence in Greek and in English.

use koina_model::problem::FieldRule;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq)]
pub enum BadRow {
    /// The row is not a row: wrong number of columns, not text, not an object.
    Unreadable,
    NoId {
        column: String,
    },
    /// An earlier row of the file has the same id.
    SameId {
        id: String,
    },
    /// A word the mapping has no code for.
    UnknownWord {
        field: String,
        word: String,
    },
    /// Neither degrees nor a geometry that makes sense.
    BadPosition {
        found: String,
    },
    /// The record needs a place and the row has none.
    NoPlace,
    Outside {
        lat: f64,
        lon: f64,
    },
    BadTime {
        found: String,
    },
    InFuture {
        found: String,
    },
    /// A field that the rules of the municipality refuse.
    Field {
        field: String,
        rule: FieldRule,
    },
    /// The server refused the change; `reason` is the code of the refusal.
    Refused {
        reason: String,
    },
}

impl BadRow {
    /// The code, for reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NoId { .. } => "no_id",
            Self::SameId { .. } => "same_id",
            Self::UnknownWord { .. } => "unknown_word",
            Self::BadPosition { .. } => "bad_position",
            Self::NoPlace => "no_place",
            Self::Outside { .. } => "outside",
            Self::BadTime { .. } => "bad_time",
            Self::InFuture { .. } => "in_future",
            Self::Field { .. } => "field",
            Self::Refused { .. } => "refused",
        }
    }

    /// The sentence in Greek.
    pub fn greek(&self) -> String {
        match self {
            Self::Unreadable => "Η γραμμή δεν διαβάζεται.".to_owned(),
            Self::NoId { column } => format!("Λείπει ο κωδικός (στήλη «{column}»)."),
            Self::SameId { id } => format!("Ο κωδικός «{id}» υπάρχει και σε προηγούμενη γραμμή."),
            Self::UnknownWord { field, word } => {
                format!("Άγνωστη τιμή «{word}» στο πεδίο «{field}».")
            }
            Self::BadPosition { found } => format!("Η θέση «{found}» δεν είναι συντεταγμένες."),
            Self::NoPlace => "Λείπει η θέση, που είναι υποχρεωτική.".to_owned(),
            Self::Outside { lat, lon } => format!("Η θέση {lat}, {lon} είναι εκτός του δήμου."),
            Self::BadTime { found } => format!("Η ημερομηνία «{found}» δεν διαβάζεται."),
            Self::InFuture { found } => format!("Η ημερομηνία «{found}» είναι στο μέλλον."),
            Self::Field { field, rule } => format!(
                "Το πεδίο «{field}» δεν γίνεται δεκτό: {}.",
                rule_greek(rule)
            ),
            Self::Refused { reason } => format!("Η καταχώριση δεν έγινε δεκτή ({reason})."),
        }
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        match self {
            Self::Unreadable => "The row cannot be read.".to_owned(),
            Self::NoId { column } => format!("The id is missing (column \"{column}\")."),
            Self::SameId { id } => format!("An earlier row has the same id \"{id}\"."),
            Self::UnknownWord { field, word } => {
                format!("Unknown word \"{word}\" in the field \"{field}\".")
            }
            Self::BadPosition { found } => format!("The position \"{found}\" is not coordinates."),
            Self::NoPlace => "The place is missing, and it is required.".to_owned(),
            Self::Outside { lat, lon } => {
                format!("The position {lat}, {lon} is outside the municipality.")
            }
            Self::BadTime { found } => format!("The time \"{found}\" cannot be read."),
            Self::InFuture { found } => format!("The time \"{found}\" is in the future."),
            Self::Field { field, rule } => format!(
                "The field \"{field}\" is not accepted: {}.",
                rule_english(rule)
            ),
            Self::Refused { reason } => format!("The record was not accepted ({reason})."),
        }
    }
}

fn rule_greek(rule: &FieldRule) -> String {
    match rule {
        FieldRule::Missing => "λείπει".to_owned(),
        FieldRule::TooLong { max } => format!("έως {max} χαρακτήρες"),
        FieldRule::Unknown => "άγνωστη τιμή".to_owned(),
        FieldRule::NotText => "δεν είναι κείμενο".to_owned(),
        FieldRule::BadCharacter => "περιέχει χαρακτήρα που δεν επιτρέπεται".to_owned(),
        FieldRule::OutOfRange { min, max } => format!("από {min} έως {max}"),
        FieldRule::OutsideMunicipality => "εκτός του δήμου".to_owned(),
        FieldRule::InFuture => "στο μέλλον".to_owned(),
        FieldRule::NotOnAList => "δεν υπάρχει στον κατάλογο".to_owned(),
        FieldRule::NotAPhone => "δεν είναι αριθμός τηλεφώνου".to_owned(),
        FieldRule::NotAnEmail => "δεν είναι διεύθυνση email".to_owned(),
        FieldRule::NotAnAfm => "δεν είναι ΑΦΜ".to_owned(),
        FieldRule::NotAKaek => "δεν είναι ΚΑΕΚ".to_owned(),
        FieldRule::NotADate => "δεν είναι ημερομηνία".to_owned(),
        FieldRule::NotANumber => "δεν είναι αριθμός".to_owned(),
        FieldRule::TooEarly { first } => format!("είναι πριν από τις {first}"),
        FieldRule::NotATag => "δεν είναι ετικέτα".to_owned(),
        FieldRule::TooShort { min } => format!("τουλάχιστον {min} χαρακτήρες"),
        FieldRule::Taken => "το έχει ήδη άλλος".to_owned(),
        FieldRule::TooEasy => "το μαντεύει ο καθένας".to_owned(),
    }
}

fn rule_english(rule: &FieldRule) -> String {
    match rule {
        FieldRule::Missing => "it is missing".to_owned(),
        FieldRule::TooLong { max } => format!("at most {max} characters"),
        FieldRule::Unknown => "unknown value".to_owned(),
        FieldRule::NotText => "it is not text".to_owned(),
        FieldRule::BadCharacter => "it holds a character that is not allowed".to_owned(),
        FieldRule::OutOfRange { min, max } => format!("from {min} to {max}"),
        FieldRule::OutsideMunicipality => "outside the municipality".to_owned(),
        FieldRule::InFuture => "in the future".to_owned(),
        FieldRule::NotOnAList => "it is not on the list".to_owned(),
        FieldRule::NotAPhone => "it is not a phone number".to_owned(),
        FieldRule::NotAnEmail => "it is not an email address".to_owned(),
        FieldRule::NotAnAfm => "it is not a tax number".to_owned(),
        FieldRule::NotAKaek => "it is not a cadastral code".to_owned(),
        FieldRule::NotADate => "it is not a date".to_owned(),
        FieldRule::NotANumber => "it is not a number".to_owned(),
        FieldRule::TooEarly { first } => format!("it is before {first}"),
        FieldRule::NotATag => "it is not a tag".to_owned(),
        FieldRule::TooShort { min } => format!("at least {min} characters"),
        FieldRule::Taken => "somebody else has it".to_owned(),
        FieldRule::TooEasy => "anybody would guess it".to_owned(),
    }
}
