//! Contacts of people, as they came sealed from the devices. Who reads or erases one is in the audit.

use koina_model::contacts::{EraseReason, ReadReason};
use koina_model::exchange::{ERASED_MAX, Erased};
use koina_model::ids::{DeviceId, DocId, Time};
use koina_sync::identity::{hex, unhex};

use super::chain::{Audit, Said, digest};
use super::quarantine::serves;
use super::tx::{Tx, stored};
use super::{
    Author, ErasedRow, Handed, KeptContacts, LogError, ReadContacts, ReadFor, SealedRow, lists, sql,
};
use crate::contacts::keys::{Correction, KEPT, KeyId};

/// The statement that looks for others says it as a number.
const _: () = assert!(KEPT.len() == 13);

/// Contacts kept of one device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 100_000;

/// How what is to be done with the keys is written down.
const KEY_DUE: &str = "key:";
const DOC_DUE: &str = "doc:";
const CORRECTION_DUE: &str = "cor:";

/// What is to be done with the keys once something was erased or corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDue {
    /// This one is to be destroyed.
    Key(KeyId),
    /// This record was erased.
    Doc(DocId),
    /// What this device handed over of this record was corrected, to what is sealed with this key.
    Correction(DocId, DeviceId, KeyId),
}

impl KeyDue {
    fn to_text(self) -> String {
        match self {
            Self::Key(key) => format!("{KEY_DUE}{}", key.to_text()),
            Self::Doc(doc) => format!("{DOC_DUE}{}", hex(doc.as_bytes())),
            Self::Correction(doc, device, key) => {
                let (doc, device) = (hex(doc.as_bytes()), hex(device.as_bytes()));
                format!("{CORRECTION_DUE}{doc}-{device}-{}", key.to_text())
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(key) = text.strip_prefix(KEY_DUE) {
            return KeyId::parse(key).map(Self::Key);
        }
        if let Some(doc) = text.strip_prefix(DOC_DUE) {
            return DocId::from_slice(&unhex(doc)?).map(Self::Doc);
        }
        let mut parts = text.strip_prefix(CORRECTION_DUE)?.split('-');
        let mut next = || unhex(parts.next()?);
        let doc = DocId::from_slice(&next()?)?;
        let device = DeviceId::from_slice(&next()?)?;
        let key = KeyId::parse(&hex(&next()?))?;
        Some(Self::Correction(doc, device, key))
    }
}

/// What the log has of a contact that is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Nothing,
    /// As it is kept; empty: it was emptied.
    Kept(Vec<u8>),
    Erased,
}

/// How long desks are told of an erasure: as long as a backup may be old.
const TOLD_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// What is here of the contacts that a device hands over, in their order; and how many more it may hand over.
pub(super) async fn seen<T: Tx>(
    tx: &mut T,
    device: DeviceId,
    docs: &[DocId],
) -> Result<(Vec<Seen>, usize), LogError> {
    let mut all = Vec::new();
    for doc in docs {
        let row = tx
            .row(sql::CONTACT, &[(*doc).into(), device.into()])
            .await?;
        let here = row
            .map(|row| row.bytes(0).map(<[u8]>::to_vec))
            .transpose()?;
        all.push(match (here, erased(tx, *doc).await?) {
            (_, Some(_)) => Seen::Erased,
            (None, None) => Seen::Nothing,
            (Some(kept), None) => Seen::Kept(kept),
        });
    }
    let kept = tx.number(sql::COUNT_CONTACTS, &[device.into()]).await?;
    let more = usize::try_from(KEPT_PER_DEVICE.saturating_sub(kept)).unwrap_or_default();
    Ok((all, more))
}

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
    let handed = |before: &[u8], after: &[u8]| {
        let said = by.device.map(|device| replaced(device, before, after));
        said.unwrap_or_default()
    };
    for Handed {
        doc,
        sealed,
        instead,
    } in contacts
    {
        let word = erased(tx, doc).await?;
        let gone = word.is_some();
        told.erased.extend(word);
        let name = [doc.into(), by.device.into()];
        let row = tx.row(sql::CONTACT, &name).await?;
        let [doc_value, device] = name;
        match (row, sealed) {
            // It is here, or was erased.
            (Some(_), None) => {}
            (Some(_), Some(sealed)) => {
                let seen = instead.unwrap_or_default();
                let said = handed(&seen, &sealed);
                let values = [doc_value, device, sealed.clone().into(), seen.into()];
                if !gone && tx.row(sql::REPLACE_CONTACT, &values).await?.is_some() {
                    audit
                        .note_saying(tx, &by, at, "contact.kept.again", doc.as_bytes(), said)
                        .await?;
                } else {
                    told.unused.extend(KeyId::of(&sealed));
                }
            }
            (None, sealed) => {
                if kept >= KEPT_PER_DEVICE {
                    tracing::warn!(device = ?by.device, "a device has handed over too many contacts");
                    told.unused
                        .extend(sealed.and_then(|sealed| KeyId::of(&sealed)));
                    continue;
                }
                let (sealed, what) = match sealed.filter(|_| !gone) {
                    Some(sealed) => (sealed, "contact.kept"),
                    None if gone => (Vec::new(), "contact.refused_erased"),
                    // It was here a moment ago: the device tries again.
                    None => continue,
                };
                let said = handed(&[], &sealed);
                let row = [doc_value, device, at.into(), sealed.into()];
                tx.rows(sql::PUT_CONTACT, &row).await?;
                audit
                    .note_saying(tx, &by, at, what, doc.as_bytes(), said)
                    .await?;
                kept += 1;
            }
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
    let mut said = Said::default();
    for row in rows_of(tx, word.doc).await? {
        let device = hex(row.device.as_bytes());
        said.before.insert(device, digest(&row.sealed));
        if let Some(key) = KeyId::of(&row.sealed) {
            put_due(tx, KeyDue::Key(key)).await?;
        }
    }
    put_due(tx, KeyDue::Doc(word.doc)).await?;
    tx.rows(sql::EMPTY_CONTACTS, &[word.doc.into(), Vec::new().into()])
        .await?;
    lists::put_scrub_due(tx).await?;
    let what = match reason {
        EraseReason::AskedByPerson => "contact.erased.asked_by_person",
        EraseReason::NotNeeded => "contact.erased.not_needed",
        EraseReason::ByMistake => "contact.erased.by_mistake",
        EraseReason::ByRule => "contact.erased.by_rule",
        EraseReason::Unknown => "contact.erased.again",
    };
    let mut audit = Audit::open(tx).await?;
    let doc = word.doc.as_bytes();
    audit.note_saying(tx, by, now, what, doc, said).await
}

/// What the audit says of sealed contacts, by the device that handed them over: it tells one from another, and nothing of what
/// is in it.
fn replaced(device: DeviceId, before: &[u8], after: &[u8]) -> Said {
    let device = hex(device.as_bytes());
    let of = |sealed| [(device.as_str(), digest(sealed))];
    Said::changed(of(before), of(after))
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
/// nobody gets to see them (`read_for` is `None`). `None` when the record is not in these communities; empty means all.
pub(super) async fn read<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    doc: DocId,
    communities: &[String],
    read_for: Option<ReadFor>,
) -> Result<Option<ReadContacts>, LogError> {
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) {
        return Ok(None);
    }
    let rows = tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?;
    let gone = tx.row(sql::ERASED_ABOUT, &[doc.into()]).await?;
    let seen = gone.is_none() && !rows.is_empty();
    if let Some(ReadFor { what, reason }) = read_for.filter(|_| seen) {
        let said = Said::because(reason.map_or("", ReadReason::code));
        let mut audit = Audit::open(tx).await?;
        audit
            .note_saying(tx, &by, at, what, doc.as_bytes(), said)
            .await?;
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
            doc: row.doc(0)?,
            device: device.ok_or(LogError::Row { what: "a device" })?,
            at: row.time(2)?,
            sealed: row.bytes(3)?.to_vec(),
        })
    });
    rows.collect()
}

async fn rows_of<T: Tx>(tx: &mut T, doc: DocId) -> Result<Vec<SealedRow>, LogError> {
    sealed_rows(&tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?)
}

/// Something is to be done with the keys: written down in the same tx as what it follows from.
async fn put_due<T: Tx>(tx: &mut T, due: KeyDue) -> Result<(), LogError> {
    let due = due.to_text().into();
    tx.rows(sql::PUT_KEY_DUE, &[due]).await.map(drop)
}

/// Puts a corrected contact in the place of one as it was seen. `None` when the record is not in these communities, or its
/// contacts were erased; `false` when it is not as it was seen any more.
pub(super) async fn correct<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    seen: SealedRow,
    sealed: Vec<u8>,
    communities: &[String],
) -> Result<Option<bool>, LogError> {
    let doc = seen.doc;
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) || erased(tx, doc).await?.is_some() {
        return Ok(None);
    }
    let (due, to) = (KeyId::of(&seen.sealed), KeyId::of(&sealed));
    let said = replaced(seen.device, &seen.sealed, &sealed);
    let values = [
        doc.into(),
        seen.device.into(),
        sealed.into(),
        seen.sealed.into(),
    ];
    if tx.row(sql::REPLACE_CONTACT, &values).await?.is_none() {
        return Ok(Some(false));
    }
    if let Some(key) = to {
        put_due(tx, KeyDue::Correction(doc, seen.device, key)).await?;
    }
    if let Some(key) = due {
        put_due(tx, KeyDue::Key(key)).await?;
    }
    lists::put_scrub_due(tx).await?;
    let mut audit = Audit::open(tx).await?;
    audit
        .note_saying(tx, &by, at, "contact.corrected", doc.as_bytes(), said)
        .await?;
    Ok(Some(true))
}

/// Corrects again in a log from before: in the place of what was seen there, or where there was nothing.
pub(super) async fn correct_again<T: Tx>(
    tx: &mut T,
    at: Time,
    to: Correction,
    seen: Option<Vec<u8>>,
) -> Result<(), LogError> {
    let Correction {
        doc, device, kept, ..
    } = to;
    if erased(tx, doc).await?.is_some() {
        return Ok(());
    }
    let name = [doc.into(), device.into()];
    let said = replaced(device, seen.as_deref().unwrap_or_default(), &kept);
    match seen {
        Some(seen) => {
            let [doc, device] = name;
            let values = [doc, device, kept.into(), seen.into()];
            if tx.row(sql::REPLACE_CONTACT, &values).await?.is_none() {
                return Ok(());
            }
        }
        None if tx.row(sql::CONTACT, &name).await?.is_none() => {
            let [doc, device] = name;
            let row = [doc, device, to.at.into(), kept.into()];
            tx.rows(sql::PUT_CONTACT, &row).await?;
        }
        None => return Ok(()),
    }
    lists::put_scrub_due(tx).await?;
    let mut audit = Audit::open(tx).await?;
    let by = Author::server();
    audit
        .note_saying(tx, &by, at, "contact.corrected.again", doc.as_bytes(), said)
        .await
}

/// Contacts that are not sealed with a key of their own yet, some at a time.
pub(super) async fn unkeyed<T: Tx>(tx: &mut T) -> Result<Vec<SealedRow>, LogError> {
    sealed_rows(
        &tx.rows(sql::CONTACTS_UNKEYED, &[KEPT.to_vec().into()])
            .await?,
    )
}

/// Puts what is sealed with a key of its own in the place of what was not. Gives the keys that nothing needs.
pub(super) async fn put_keyed<T: Tx>(
    tx: &mut T,
    at: Time,
    rows: Vec<(SealedRow, Vec<u8>)>,
) -> Result<Vec<KeyId>, LogError> {
    let mut unused = Vec::new();
    let mut audit = Audit::open(tx).await?;
    for (seen, sealed) in rows {
        let key = KeyId::of(&sealed);
        let said = replaced(seen.device, &seen.sealed, &sealed);
        let values = [
            seen.doc.into(),
            seen.device.into(),
            sealed.into(),
            seen.sealed.into(),
        ];
        if tx.row(sql::REPLACE_CONTACT, &values).await?.is_none() {
            unused.extend(key);
            continue;
        }
        // It is what it was: nobody had to do with it.
        let by = Author::server();
        audit
            .note_saying(tx, &by, at, "sealed.anew", seen.doc.as_bytes(), said)
            .await?;
    }
    lists::put_scrub_due(tx).await?;
    Ok(unused)
}

/// Contacts after one, in the order of records and devices, some at a time: those of records in these communities; empty means
/// all. With the last one looked at; `None` at the end.
pub(super) async fn page<T: Tx>(
    tx: &mut T,
    after: Option<(DocId, DeviceId)>,
    communities: &[String],
) -> Result<(Vec<SealedRow>, Option<(DocId, DeviceId)>), LogError> {
    let (doc, device) = match after {
        Some((doc, device)) => (doc.as_bytes().to_vec(), device.as_bytes().to_vec()),
        None => (Vec::new(), Vec::new()),
    };
    let rows = tx
        .rows(sql::CONTACTS_PAGE, &[doc.into(), device.into()])
        .await?;
    let mut last = None;
    let mut found = Vec::new();
    for (row, sealed) in rows.iter().zip(sealed_rows(&rows)?) {
        last = Some((sealed.doc, sealed.device));
        if serves(communities, row.text_or_none(4)) {
            found.push(sealed);
        }
    }
    Ok((found, last))
}

/// Records after one that have a contact, each with the moment when the last one came, some at a time.
pub(super) async fn docs_after<T: Tx>(
    tx: &mut T,
    after: Option<DocId>,
) -> Result<Vec<(DocId, Time)>, LogError> {
    let after = after.map_or_else(Vec::new, |doc| doc.as_bytes().to_vec());
    let rows = tx.rows(sql::CONTACT_DOCS, &[after.into()]).await?;
    let rows = rows.iter().map(|row| Ok((row.doc(0)?, row.time(1)?)));
    rows.collect()
}

/// What is to be done with the keys, some at a time.
pub(super) async fn due<T: Tx>(tx: &mut T) -> Result<Vec<KeyDue>, LogError> {
    let rows = tx.rows(sql::KEYS_DUE, &[]).await?;
    let rows = rows.iter().map(|row| {
        let due = KeyDue::parse(&row.text(0)?);
        due.ok_or(LogError::Row { what: "a key" })
    });
    rows.collect()
}

/// That was done.
pub(super) async fn done<T: Tx>(tx: &mut T, due: Vec<KeyDue>) -> Result<(), LogError> {
    for one in due {
        tx.rows(sql::KEY_DONE, &[one.to_text().into()]).await?;
    }
    Ok(())
}

/// One contact, as it is kept now.
pub(super) async fn one<T: Tx>(
    tx: &mut T,
    doc: DocId,
    device: DeviceId,
) -> Result<Option<SealedRow>, LogError> {
    let mut rows = rows_of(tx, doc).await?;
    rows.retain(|row| row.device == device);
    Ok(rows.pop())
}

/// Notes what was done with the contacts of records.
pub(super) async fn note<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    what: &'static str,
    docs: &[DocId],
) -> Result<(), LogError> {
    let mut audit = Audit::open(tx).await?;
    for doc in docs {
        audit.note(tx, &by, at, what, doc.as_bytes()).await?;
    }
    Ok(())
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
            reason: Said::reason_of(&row.text(4)?),
        })
    });
    acts.collect()
}
