//! *Who*: which device is calling, and whether it really is.

use axum::http::{HeaderMap, Method, Uri};
use ed25519_dalek::Signature;
use koina_model::exchange::{HEADER_COUNTER, HEADER_DEVICE, HEADER_SIGNATURE, signed_words};
use koina_model::ids::{DeviceId, Time};
use koina_model::photos::FILES_PATH;
use koina_model::problem::Problem;

use super::signed_path;
use crate::log::{Device, LogError, Order};
use crate::municipality::Municipality;

/// Who a request says it is from.
pub(super) struct Claim {
    device: Device,
    counter: u64,
    signature: Signature,
}

/// Reads the claim. Unknown devices are turned away here, before their body is read.
pub(super) async fn claim(town: &Municipality, headers: &HeaderMap) -> Result<Claim, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let id = text(HEADER_DEVICE)
        .and_then(DeviceId::parse)
        .ok_or(Problem::NotEnrolled)?;
    let counter = text(HEADER_COUNTER)
        .and_then(|text| text.parse().ok())
        .ok_or(Problem::NotSigned)?;
    let signature = text(HEADER_SIGNATURE)
        .and_then(koina_sync::identity::unhex)
        .ok_or(Problem::NotSigned)?;
    let signature = Signature::from_slice(&signature).map_err(|_| Problem::NotSigned)?;
    let device = town.log.device(id).await?.ok_or(Problem::NotEnrolled)?;
    Ok(Claim {
        device,
        counter,
        signature,
    })
}

impl Claim {
    /// Checks the signature over the whole request, then that its counter was never used.
    pub(super) async fn verify(
        self,
        town: &Municipality,
        method: &Method,
        uri: &Uri,
        body: &[u8],
        now: Time,
    ) -> Result<Device, Problem> {
        let (method, path) = signed_path(method, uri);
        // A piece of a file says where it belongs; several are under way at once.
        let order = match path.starts_with(FILES_PATH) {
            true => Order::Any,
            false => Order::Strict,
        };
        let words = signed_words(&method, &path, self.counter, body);
        self.device.verify(&words, &self.signature)?;
        let counted = town
            .log
            .advance_counter(self.device.id, self.counter, order)
            .await;
        if matches!(counted, Err(LogError::CounterReplayed)) {
            // Its signature holds: somebody has the device's key twice, or sends what was heard once more.
            tracing::warn!(device = %self.device.id, "a request came a second time, or late");
            town.log
                .came_twice(now, self.device.id, self.counter)
                .await?;
        }
        counted?;
        Ok(self.device)
    }
}
