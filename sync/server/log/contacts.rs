//! Contacts of people, as they came sealed from the devices. Who reads one is in the audit.

use koina_model::ids::{DeviceId, DocId, Time};

use super::chain::Audit;
use super::quarantine::serves;
use super::tx::Tx;
use super::{Author, LogError, SealedRow, sql};

/// Contacts kept of one device; a hostile one must not fill the disk.
const KEPT_PER_DEVICE: i64 = 100_000;

/// Keeps contacts; what is here already stays as it came first. Gives the records whose contacts are durable now.
pub(super) async fn put<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    contacts: Vec<(DocId, Vec<u8>)>,
) -> Result<Vec<DocId>, LogError> {
    let mut audit = Audit::open(tx).await?;
    let mut kept = tx.number(sql::COUNT_CONTACTS, &[by.device.into()]).await?;
    let mut durable = Vec::new();
    for (doc, sealed) in contacts {
        let here = [doc.into(), by.device.into()];
        if tx.row(sql::HAS_CONTACT, &here).await?.is_none() {
            if kept >= KEPT_PER_DEVICE {
                tracing::warn!(device = ?by.device, "a device has handed over too many contacts");
                continue;
            }
            let row = [doc.into(), by.device.into(), at.into(), sealed.into()];
            tx.rows(sql::PUT_CONTACT, &row).await?;
            audit
                .note(tx, &by, at, "contact.kept", doc.as_bytes())
                .await?;
            kept += 1;
        }
        durable.push(doc);
    }
    Ok(durable)
}

/// The contacts of a record, for somebody who may read them: that they were read is written down first. `None` when the
/// record is not in these communities; empty means all.
pub(super) async fn read<T: Tx>(
    tx: &mut T,
    by: Author,
    at: Time,
    doc: DocId,
    communities: &[String],
) -> Result<Option<Vec<SealedRow>>, LogError> {
    let community = tx.row(sql::COMMUNITY_OF, &[doc.into()]).await?;
    let community = community.map(|row| row.text(0)).transpose()?;
    if !serves(communities, Ok(community)) {
        return Ok(None);
    }
    let rows = tx.rows(sql::CONTACTS_OF, &[doc.into()]).await?;
    if !rows.is_empty() {
        let mut audit = Audit::open(tx).await?;
        audit
            .note(tx, &by, at, "contact.read", doc.as_bytes())
            .await?;
    }
    let rows = rows.iter().map(|row| {
        let device: Option<DeviceId> = row.device_or_none(0)?;
        Ok(SealedRow {
            device,
            at: row.time(1)?,
            sealed: row.bytes(2)?.to_vec(),
        })
    });
    rows.collect::<Result<_, _>>().map(Some)
}
