//! Sentences of what is written outside of windows: receipts on paper, files for a person. The same words as those of windows.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use koina_model::problem::Problem;
use koina_model::words::Language;

use crate::{Desk, told};

type Catalogue = FluentBundle<FluentResource>;

static GREEK: LazyLock<Catalogue> = LazyLock::new(|| {
    catalogue(
        "el",
        [
            include_str!("../../ui/src/words/el/accounts.ftl"),
            include_str!("../../ui/src/words/el/paper.ftl"),
            include_str!("../../ui/src/words/el/person.ftl"),
            include_str!("../../ui/src/words/el/shell.ftl"),
        ],
    )
});
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| {
    catalogue(
        "en",
        [
            include_str!("../../ui/src/words/en/accounts.ftl"),
            include_str!("../../ui/src/words/en/paper.ftl"),
            include_str!("../../ui/src/words/en/person.ftl"),
            include_str!("../../ui/src/words/en/shell.ftl"),
        ],
    )
});

fn catalogue(language: &str, sources: [&str; 4]) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(language.parse().into_iter().collect());
    // Marks of writing direction have no letter.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new(source.to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(partly, _)| partly));
    }
    bundle
}

/// The language that was last chosen here.
pub(crate) fn spoken(desk: &Desk) -> Result<Language, Problem> {
    Ok(match told(desk.replica.language())?.as_str() {
        "en" => Language::En,
        _ => Language::El,
    })
}

/// One sentence, with what goes into it; empty when there is no such sentence.
pub(crate) fn say(language: Language, id: &str, put: &[(&str, &str)]) -> String {
    let bundle: &Catalogue = match language {
        Language::El => &GREEK,
        Language::En => &ENGLISH,
    };
    let args: FluentArgs<'_> = put.iter().map(|(name, value)| (*name, *value)).collect();
    let pattern = bundle.get_message(id).and_then(|message| message.value());
    pattern.map_or_else(String::new, |pattern| {
        bundle
            .format_pattern(pattern, Some(&args), &mut Vec::new())
            .into_owned()
    })
}
