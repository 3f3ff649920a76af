//! A poor line between two network namespaces: every packet passes this process, which lets few bytes through, late, and
//! loses some. What `tc netem` does, on kernels that come without it.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use koina_tests::proxy::Poor;
use koina_tests::sim::plan::Dice;
use tun_rs::{DeviceBuilder, SyncDevice};

/// Packets that wait for the line before it drops what comes, as a modem does.
const QUEUE: usize = 50;
/// The largest packet that is read.
const PACKET: usize = 65_536;

/// The line, with a device at each end that is to be moved into a namespace.
pub(crate) struct Relay {
    state: Arc<State>,
}

struct State {
    poor: Mutex<Option<Poor>>,
    out: AtomicBool,
    there: AtomicU64,
    back: AtomicU64,
}

impl Relay {
    /// A line as good as this machine's own, between two devices of these names.
    pub(crate) fn open(near: &str, far: &str) -> io::Result<Self> {
        let device = |name: &str| {
            let device = DeviceBuilder::new().name(name).mtu(1_400).build_sync();
            device.map(Arc::new)
        };
        let (near, far) = (device(near)?, device(far)?);
        let state = Arc::new(State {
            poor: Mutex::new(None),
            out: AtomicBool::new(false),
            there: AtomicU64::new(0),
            back: AtomicU64::new(0),
        });
        way(Arc::clone(&near), Arc::clone(&far), &state, |s| &s.there, 1);
        way(far, near, &state, |s| &s.back, 2);
        Ok(Self { state })
    }

    pub(crate) fn set(&self, poor: Option<Poor>) {
        *self.state.poor.lock().unwrap() = poor;
    }

    /// Cuts the line, or mends it: what is under way and what comes is lost.
    pub(crate) fn cut(&self, out: bool) {
        self.state.out.store(out, Ordering::Relaxed);
    }

    /// Bytes of packets that left the crew's end and the town hall's, so far.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        let read = |bytes: &AtomicU64| bytes.load(Ordering::Relaxed);
        (read(&self.state.there), read(&self.state.back))
    }
}

/// One direction: a thread that reads, and one that hands over when a packet has come through.
fn way(
    from: Arc<SyncDevice>,
    to: Arc<SyncDevice>,
    state: &Arc<State>,
    counter: fn(&State) -> &AtomicU64,
    seed: u64,
) {
    let (late, due): (Sender<(Instant, Vec<u8>)>, Receiver<_>) = channel();
    let under_way = Arc::new(AtomicU64::new(0));
    let (reading, handing) = (Arc::clone(state), Arc::clone(state));
    let handed = Arc::clone(&under_way);
    std::thread::spawn(move || {
        let mut packet = vec![0; PACKET];
        let mut free = Instant::now();
        let mut dice = Dice::new(seed);
        while let Ok(many) = from.recv(&mut packet) {
            counter(&reading).fetch_add(many as u64, Ordering::Relaxed);
            let mut at = Instant::now();
            if let Some(poor) = *reading.poor.lock().unwrap() {
                if under_way.load(Ordering::Relaxed) >= QUEUE as u64 {
                    continue;
                }
                free = free.max(at) + Duration::from_secs_f64(many as f64 / poor.bytes_per_s);
                if dice.below(poor.loses_one_in as usize) == 0 {
                    continue;
                }
                at = free + poor.round_trip / 2;
            }
            under_way.fetch_add(1, Ordering::Relaxed);
            if late.send((at, packet[..many].to_vec())).is_err() {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        while let Ok((at, packet)) = due.recv() {
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            handed.fetch_sub(1, Ordering::Relaxed);
            // A namespace whose device is not up yet takes nothing; that is a lost packet too.
            if !handing.out.load(Ordering::Relaxed) {
                let _ = to.send(&packet);
            }
        }
    });
}
