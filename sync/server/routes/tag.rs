//! What a citizen's telephone shows who scans a tag: whose it is, and how to report. Nothing about the thing, and nothing is asked.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use koina_model::problem::Problem;
use koina_model::tags::Tag;

use super::{Call, typed};

/// The page of a tag. It is the same whether the tag is linked or not: nobody learns from it what is where.
pub(super) async fn page(call: Call) -> Result<Response, Problem> {
    let tag = call.param.as_deref().and_then(Tag::parse);
    let tag = tag.ok_or(Problem::NotFound)?;
    let municipality = &call.app.town.reference().municipality;
    let (el, en) = (
        escaped(&municipality.name.el),
        escaped(&municipality.name.en),
    );
    let number = tag.in_words();
    let page = format!(
        "<!doctype html><html lang=\"el\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{el}</title>\
         <style>body{{font:1.25rem/1.5 sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#1d2733;background:#fff}}\
         b{{font-size:1.5rem;white-space:nowrap}}hr{{margin:2rem 0}}</style></head><body><main>\
         <h1>{el}</h1><p>Ετικέτα <b>{number}</b></p>\
         <p>Για βλάβη ή κίνδυνο σε αυτό το σημείο πείτε στον δήμο αυτόν τον αριθμό, στο τηλέφωνο, στο ΚΕΠ ή στο κιόσκι του δημαρχείου.</p>\
         <p>Αν κινδυνεύει ζωή καλέστε <a href=\"tel:112\">112</a>.</p>\
         <hr><div lang=\"en\"><h2>{en}</h2><p>Tag <b>{number}</b></p>\
         <p>To report a fault or a danger here, tell the municipality this number, by telephone, at a citizens' service centre (KEP) or at the kiosk in the town hall.</p>\
         <p>If life is in danger call <a href=\"tel:112\">112</a>.</p></div></main></body></html>"
    );
    let mut response = typed(
        StatusCode::OK,
        "text/html; charset=utf-8",
        page.into_bytes(),
    );
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    );
    Ok(response)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
