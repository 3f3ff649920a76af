//! Two network namespaces, a crew's and the town hall's, with nothing between them but the line.

use std::process::Command;

use crate::relay::Relay;

/// A namespace and the device in it.
pub(crate) struct Place {
    namespace: &'static str,
    device: &'static str,
    pub(crate) address: &'static str,
}

pub(crate) const CREW: Place = Place {
    namespace: "koina-crew",
    device: "koina-crew",
    address: "10.77.0.1",
};
pub(crate) const TOWN: Place = Place {
    namespace: "koina-town",
    device: "koina-town",
    address: "10.77.0.2",
};

/// Both, until this goes.
pub(crate) struct Namespaces {
    pub(crate) relay: Relay,
}

impl Namespaces {
    pub(crate) fn open() -> Result<Self, String> {
        close();
        let relay = Relay::open(CREW.device, TOWN.device)
            .map_err(|error| format!("no device for the line: {error}; it takes root"))?;
        let opened = Self { relay };
        for Place {
            namespace,
            device,
            address,
        } in [CREW, TOWN]
        {
            let within = ["-n", namespace];
            ip(&["netns", "add", namespace])?;
            ip(&["link", "set", device, "netns", namespace])?;
            let address = format!("{address}/24");
            ip(&[&within[..], &["address", "add", &address, "dev", device]].concat())?;
            ip(&[&within[..], &["link", "set", device, "up"]].concat())?;
            ip(&[&within[..], &["link", "set", "lo", "up"]].concat())?;
        }
        Ok(opened)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        close();
    }
}

/// Takes away what an earlier run may have left.
fn close() {
    for place in [CREW, TOWN] {
        let _ = Command::new("ip")
            .args(["netns", "delete", place.namespace])
            .stderr(std::process::Stdio::null())
            .status();
    }
}

/// The words that start this program within a namespace.
pub(crate) fn within(place: &Place, words: &[&str]) -> Vec<String> {
    let program = std::env::current_exe().unwrap_or_default();
    ["ip", "netns", "exec", place.namespace]
        .into_iter()
        .map(str::to_owned)
        .chain([program.to_string_lossy().into_owned()])
        .chain(words.iter().map(|word| (*word).to_owned()))
        .collect()
}

fn ip(words: &[&str]) -> Result<(), String> {
    let done = Command::new("ip").args(words).status();
    let done = done.map_err(|error| format!("ip cannot be started: {error}"))?;
    if done.success() {
        Ok(())
    } else {
        Err(format!("ip {} failed", words.join(" ")))
    }
}
