//! Contacts of people, as they came sealed from the devices. Who reads or erases one is in the audit.

use koina_model::contacts::EraseReason;
use koina_model::exchange::{ERASED_MAX, Erased};
use koina_model::ids::{DeviceId, DocId, Time};

use super::chain::Audit;
use super::quarantine::serves;
use super::tx::{Tx, stored};
use super::{Author, ErasedRow, KeptContacts, LogError, ReadContacts, SealedRow, lists, sql};

/// Contacts kept of one device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 100_000;

/// How long desks are told of an erasure: as long as a backup may be old.
const TOLD_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// Keeps contacts; what is here already stays as it came first. Of what was erased only that somebody handed it over stays.
pub(super) async fn put<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    contacts: Vec<(DocId, Vec<u8>)>,
) -> Result<KeptContacts, LogError> {
    let mut audit = Audit::open(tx).await?;
    let mut kept = tx.number(sql::COUNT_CONTACTS, &[by.device.into()]).await?;
    let mut told = KeptContacts::default();
    for (doc, sealed) in contacts {
        let here = [doc.into(), by.device.into()];
        let word = erased(tx, doc).await?;
        let gone = word.is_some();
        told.erased.extend(word);
        if tx.row(sql::HAS_CONTACT, &here).await?.is_none() {
            if kept >= KEPT_PER_DEVICE {
                tracing::warn!(device = ?by.device, "a device has handed over too many contacts");
                continue;
            }
            let (sealed, what) = if gone {
                (Vec::new(), "contact.refused_erased")
            } else {
                (sealed, "contact.kept")
            };
            let row = [doc.into(), by.device.into(), at.into(), sealed.into()];
            tx.rows(sql::PUT_CONTACT, &row).await?;
            audit.note(tx, &by, at, what, doc.as_bytes()).await?;
            kept += 1;
        }
        told.durable.push(doc);
    }
    Ok(told)
}

/// Erases the contacts of a record, those that may still come as well. What was erased before stays so, and is told again.
/// `None` when the record is not in these communities; empty means all.
pub(super) async fn erase<T: Tx>(
    tx: &mut T,
    by: Author,
    word: Erased,
    reason: EraseReason,
    communities: &[String],
) -> Result<Option<Erased>, LogError> {
    let community = tx.row(sql::COMMUNITY_OF, &[word.doc.into()]).await?;
    let Some(community) = community else {
        return Ok(None);
    };
    if !serves(communities, Ok(Some(community.text(0)?))) {
        return Ok(None);
    }
    if let Some(before) = erased(tx, word.doc).await? {
        return Ok(Some(before));
    }
    put_erased(tx, &by, word.at, &word, reason).await?;
    Ok(Some(word))
}

/// The word that the contacts of a record are erased, if they are.
async fn erased<T: Tx>(tx: &mut T, doc: DocId) -> Result<Option<Erased>, LogError> {
    let row = tx.row(sql::ERASED, &[doc.into()]).await?;
    row.map(|row| {
        let (at, proof) = (row.time(0)?, row.bytes(1)?.to_vec().into());
        Ok(Erased { doc, at, proof })
    })
    .transpose()
}

/// What a device tells again after a restore, each checked to be this municipality's own word. Gives whether there was news.
pub(super) async fn erase_again<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    words: Vec<Erased>,
) -> Result<bool, LogError> {
    let mut news = false;
    for word in words {
        if erased(tx, word.doc).await?.is_none() {
            put_erased(tx, &by, at, &word, EraseReason::Unknown).await?;
            news = true;
        }
    }
    Ok(news)
}

async fn put_erased<T: Tx>(
    tx: &mut T,
    by: &Author,
    now: Time,
    word: &Erased,
    reason: EraseReason,
) -> Result<(), LogError> {
    let number = tx.number(sql::LAST_ERASED, &[]).await? + 1;
    let row = [
        word.doc.into(),
        number.into(),
        word.at.into(),
        by.device.into(),
        reason.code().into(),
        word.proof.to_vec().into(),
    ];
    tx.rows(sql::PUT_ERASED, &row).await?;
    tx.rows(sql::EMPTY_CONTACTS, &[word.doc.into(), Vec::new().into()])
        .await?;
    lists::put_scrub_due(tx, number).await?;
    let what = match reason {
        EraseReason::AskedByPerson => "contact.erased.asked_by_person",
        EraseReason::NotNeeded => "contact.erased.not_needed",
        EraseReason::ByMistake => "contact.erased.by_mistake",
        EraseReason::Unknown => "contact.erased.again",
    };
    let mut audit = Audit::open(tx).await?;
    audit.note(tx, by, now, what, word.doc.as_bytes()).await
}

/// What a device is to hear of erasures after the number of the last it heard of, and the number up to which that is all.
/// Whoever handed a contact over hears of it however late; desks hear of all, so that they can tell a restored server.
pub(super) async fn erased_after<T: Tx>(
    tx: &mut T,
    device: DeviceId,
    desk: bool,
    after: u64,
    now: Time,
) -> Result<(Vec<Erased>, u64), LogError> {
    let since = if desk {
        Time(now.0.saturating_sub(TOLD_MS))
    } else {
        Time(i64::MAX)
    };
    // Who has heard of more than there is followed a log that was set back: it hears all of it.
    let last = tx.number(sql::LAST_ERASED, &[]).await?;
    let after = Some(after).filter(|after| i64::try_from(*after).is_ok_and(|after| after <= last));
    let after = after.unwrap_or_default();
    if stored(after)? == last {
        return Ok((Vec::new(), after));
    }
    let most = i64::try_from(ERASED_MAX).unwrap_or(i64::MAX);
    let asked = [
        stored(after)?.into(),
        since.into(),
        device.into(),
        most.into(),
    ];
    let rows = tx.rows(sql::ERASED_AFTER, &asked).await?;
    let told = rows.iter().map(|row| {
        Ok(Erased {
            doc: row.doc(1)?,
            at: row.time(2)?,
            proof: row.bytes(3)?.to_vec().into(),
        })
    });
    let told: Vec<Erased> = told.collect::<Result<_, LogError>>()?;
    let upto = match rows.last() {
        Some(last) if told.len() == ERASED_MAX => last.place(0)?,
        _ => u64::try_from(last).unwrap_or_default(),
    };
    Ok((told, upto))
}

/// The contacts of a record, for somebody who may read them: that they were read is written down first. `None` when the
/// record is not in these communities; empty means all.
pub(super) async fn read<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    doc: DocId,
    communities: &[String],
) -> Result<Option<ReadContacts>, LogError> {
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) {
        return Ok(None);
    }
    let rows = tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?;
    let gone = tx.row(sql::ERASED_ABOUT, &[doc.into()]).await?;
    if gone.is_none() && !rows.is_empty() {
        let mut audit = Audit::open(tx).await?;
        audit
            .note(tx, &by, at, "contact.read", doc.as_bytes())
            .await?;
    }
    let mut read = ReadContacts::default();
    if let Some(row) = gone {
        read.erased = Some(ErasedRow {
            at: row.time(0)?,
            reason: EraseReason::of_code(&row.text(1)?),
            device: row.device_or_none(2)?,
        });
        return Ok(Some(read));
    }
    for row in &rows {
        read.rows.push(SealedRow {
            device: row.device_or_none(0)?,
            at: row.time(1)?,
            sealed: row.bytes(2)?.to_vec(),
        });
    }
    Ok(Some(read))
}
