//! Contacts of people, as they came sealed from the devices. Who reads or erases one is in the audit.

use koina_model::contacts::EraseReason;
use koina_model::exchange::{ERASED_MAX, Erased};
use koina_model::ids::{DeviceId, DocId, Time};

use super::chain::Audit;
use super::quarantine::serves;
use super::tx::{Tx, stored};
use super::{
    Author, ErasedRow, Handed, KeptContacts, LogError, ReadContacts, SealedRow, lists, sql,
};
use crate::contacts::keys::{KEPT, Name};

/// The statement that looks for others says it as a number.
const _: () = assert!(KEPT.len() == 13);

/// Contacts kept of one device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 100_000;

/// How long desks are told of an erasure: as long as a backup may be old.
const TOLD_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// Keeps contacts; what is here already stays as it came first, unless its key was lost. Of what was erased only that somebody
/// handed it over stays.
pub(super) async fn put<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    contacts: Vec<Handed>,
) -> Result<KeptContacts, LogError> {
    let mut audit = Audit::open(tx).await?;
    let mut kept = tx.number(sql::COUNT_CONTACTS, &[by.device.into()]).await?;
    let mut told = KeptContacts::default();
    for Handed { doc, sealed, fresh } in contacts {
        let here = [doc.into(), by.device.into()];
        let word = erased(tx, doc).await?;
        let gone = word.is_some() || sealed.is_empty();
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
        } else if fresh && !gone {
            let [doc, device] = here;
            tx.rows(sql::REPLACE_CONTACT, &[doc, device, sealed.into()])
                .await?;
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

/// Erases what was kept as long as the municipality keeps it; gives how many records it was.
pub(super) async fn erase_by_rule<T: Tx>(
    tx: &mut T,
    at: Time,
    words: Vec<Erased>,
) -> Result<u32, LogError> {
    let mut gone = 0;
    for word in words {
        if erased(tx, word.doc).await?.is_none() {
            put_erased(tx, &Author::server(), at, &word, EraseReason::ByRule).await?;
            gone += 1;
        }
    }
    Ok(gone)
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
        // The server itself has no id.
        by.device.map_or_else(|| Vec::new().into(), Into::into),
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
        EraseReason::ByRule => "contact.erased.by_rule",
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

/// The contacts of a record, for somebody who may read them: that they were read, and for what, is written down first, unless
/// nobody gets to see them (`what` is `None`). `None` when the record is not in these communities; empty means all.
pub(super) async fn read<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    doc: DocId,
    communities: &[String],
    what: Option<&'static str>,
) -> Result<Option<ReadContacts>, LogError> {
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) {
        return Ok(None);
    }
    let rows = tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?;
    let gone = tx.row(sql::ERASED_ABOUT, &[doc.into()]).await?;
    if let Some(what) = what.filter(|_| gone.is_none() && !rows.is_empty()) {
        let mut audit = Audit::open(tx).await?;
        audit.note(tx, &by, at, what, doc.as_bytes()).await?;
    }
    let mut read = ReadContacts::default();
    if let Some(row) = gone {
        read.erased = Some(ErasedRow {
            at: row.time(0)?,
            reason: EraseReason::of_code(&row.text(1)?),
            device: match row.bytes(2)? {
                [] => None,
                _ => row.device_or_none(2)?,
            },
        });
        return Ok(Some(read));
    }
    read.rows = sealed_rows(&rows)?;
    Ok(Some(read))
}

fn sealed_rows(rows: &[super::tx::Row]) -> Result<Vec<SealedRow>, LogError> {
    let rows = rows.iter().map(|row| {
        let device = row.device_or_none(1)?;
        Ok(SealedRow {
            name: Name {
                doc: row.doc(0)?,
                device: device.ok_or(LogError::Row { what: "a device" })?,
                version: row.count(4)?,
            },
            at: row.time(2)?,
            sealed: row.bytes(3)?.to_vec(),
        })
    });
    rows.collect()
}

/// Puts a corrected contact in the place of those of a record; its name is one that none had. `None` when the record is not
/// in these communities, or its contacts were erased.
pub(super) async fn correct<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    name: Name,
    sealed: Vec<u8>,
    communities: &[String],
) -> Result<Option<()>, LogError> {
    let Name {
        doc,
        device,
        version,
    } = name;
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) || erased(tx, doc).await?.is_some() {
        return Ok(None);
    }
    // Somebody else may have corrected it since it was read.
    let rows = sealed_rows(&tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?)?;
    if rows.is_empty() || rows.iter().any(|row| row.name.version >= version) {
        return Ok(None);
    }
    tx.rows(sql::EMPTY_CONTACTS, &[doc.into(), Vec::new().into()])
        .await?;
    let row = [
        doc.into(),
        device.into(),
        at.into(),
        sealed.into(),
        version.into(),
    ];
    tx.rows(sql::CORRECT_CONTACT, &row).await?;
    let number = tx.number(sql::LAST_ERASED, &[]).await?;
    lists::put_scrub_due(tx, number).await?;
    let mut audit = Audit::open(tx).await?;
    audit
        .note(tx, &by, at, "contact.corrected", doc.as_bytes())
        .await?;
    Ok(Some(()))
}

/// Contacts that are not sealed with a key of their own yet, some at a time.
pub(super) async fn unkeyed<T: Tx>(tx: &mut T) -> Result<Vec<SealedRow>, LogError> {
    sealed_rows(
        &tx.rows(sql::CONTACTS_UNKEYED, &[KEPT.to_vec().into()])
            .await?,
    )
}

/// Puts what is sealed with a key of its own in the place of what was not.
pub(super) async fn put_keyed<T: Tx>(
    tx: &mut T,
    rows: Vec<(SealedRow, Vec<u8>)>,
) -> Result<(), LogError> {
    let number = tx.number(sql::LAST_ERASED, &[]).await?;
    for (before, sealed) in rows {
        let Name { doc, device, .. } = before.name;
        let values = [
            doc.into(),
            device.into(),
            sealed.into(),
            before.sealed.into(),
        ];
        tx.rows(sql::KEY_CONTACT, &values).await?;
    }
    lists::put_scrub_due(tx, number).await
}

/// Contacts after a name, in the order of their names, some at a time: those of records in these communities; empty means all.
/// The name is that of the last one looked at, `None` at the end.
pub(super) async fn page<T: Tx>(
    tx: &mut T,
    after: Option<Name>,
    communities: &[String],
) -> Result<(Vec<SealedRow>, Option<Name>), LogError> {
    let ids = |id: Option<[u8; 16]>| id.map_or_else(Vec::new, |id| id.to_vec());
    let doc = ids(after.map(|name| *name.doc.as_bytes()));
    let device = ids(after.map(|name| *name.device.as_bytes()));
    let rows = tx
        .rows(sql::CONTACTS_PAGE, &[doc.into(), device.into()])
        .await?;
    let mut last = None;
    let mut found = Vec::new();
    for (row, sealed) in rows.iter().zip(sealed_rows(&rows)?) {
        last = Some(sealed.name);
        if serves(communities, row.text_or_none(5)) {
            found.push(sealed);
        }
    }
    Ok((found, last))
}

/// Records after one whose contacts came before a moment, some at a time.
pub(super) async fn docs_before<T: Tx>(
    tx: &mut T,
    after: Option<DocId>,
    before: Time,
) -> Result<Vec<DocId>, LogError> {
    let after = after.map_or_else(Vec::new, |doc| doc.as_bytes().to_vec());
    let rows = tx
        .rows(sql::CONTACT_DOCS, &[after.into(), before.into()])
        .await?;
    rows.iter().map(|row| row.doc(0)).collect()
}

/// Records that were erased after a number, each with its own, some at a time.
pub(super) async fn erased_docs<T: Tx>(
    tx: &mut T,
    after: u64,
) -> Result<Vec<(u64, DocId)>, LogError> {
    let rows = tx.rows(sql::ERASED_DOCS, &[stored(after)?.into()]).await?;
    let rows = rows.iter().map(|row| Ok((row.place(0)?, row.doc(1)?)));
    rows.collect()
}

/// Records of which a contact was corrected.
pub(super) async fn corrected<T: Tx>(tx: &mut T) -> Result<Vec<DocId>, LogError> {
    let rows = tx.rows(sql::CORRECTED, &[]).await?;
    rows.iter().map(|row| row.doc(0)).collect()
}

/// Names of the contacts of a record that can be read.
pub(super) async fn names<T: Tx>(tx: &mut T, doc: DocId) -> Result<Vec<Name>, LogError> {
    let rows = tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?;
    let rows = sealed_rows(&rows)?.into_iter();
    Ok(rows.map(|row| row.name).collect())
}

/// How many records have a contact, and how many were erased since a moment, by reason.
pub(super) async fn counts<T: Tx>(
    tx: &mut T,
    since: Time,
) -> Result<(u32, Vec<(EraseReason, u32)>), LogError> {
    let kept = tx.number(sql::CONTACTS_KEPT, &[]).await?;
    let rows = tx.rows(sql::ERASED_COUNTS, &[since.into()]).await?;
    let rows = rows
        .iter()
        .map(|row| Ok((EraseReason::of_code(&row.text(0)?), row.count(1)?)));
    let kept = u32::try_from(kept).unwrap_or(u32::MAX);
    Ok((kept, rows.collect::<Result<_, LogError>>()?))
}

/// What was done with the contacts of a record, the oldest first.
pub(super) async fn audit_of<T: Tx>(
    tx: &mut T,
    doc: DocId,
) -> Result<Vec<super::ContactAct>, LogError> {
    let rows = tx.rows(sql::CONTACT_AUDIT, &[doc.into()]).await?;
    let acts = rows.iter().map(|row| {
        Ok(super::ContactAct {
            at: row.time(0)?,
            device: row.device_or_none(1)?,
            who: row.text(2)?,
            what: row.text(3)?,
        })
    });
    acts.collect()
}
