//! How often somebody may ask: an address, a newcomer with a code, a device. Whoever asks more often is told to wait, and costs
//! next to nothing; nobody else waits for them. Wrong codes are counted together as well, of whatever address: see the log.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use koina_model::ids::DeviceId;
use koina_model::problem::Problem;

/// The address that a request came from: of IPv6 the part that one household gets. Only where TLS ends here: behind a proxy
/// everybody has the proxy's.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// How many at once, and how many a second or minute after that.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub burst: u32,
    pub per_minute: u32,
}

/// What each may ask. A town hall of thirty devices behind one address exchanges once a second.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// Of one address, before it is known who asks.
    pub address: Rate,
    /// Of one address that comes with a code.
    pub newcomer: Rate,
    /// Of one device, after its signature was found to hold.
    pub device: Rate,
}

impl Default for Allowed {
    fn default() -> Self {
        Self {
            address: Rate {
                burst: 2_000,
                per_minute: 9_000,
            },
            newcomer: Rate {
                burst: 20,
                per_minute: 6,
            },
            // Photos on a quick line are many small pieces.
            device: Rate {
                burst: 1_000,
                per_minute: 6_000,
            },
        }
    }
}

/// Who asked how often.
#[derive(Debug)]
pub struct Rates {
    address: DefaultKeyedRateLimiter<IpAddr>,
    newcomer: DefaultKeyedRateLimiter<IpAddr>,
    device: DefaultKeyedRateLimiter<DeviceId>,
    clock: DefaultClock,
}

impl Rates {
    pub fn new(allowed: Allowed) -> Self {
        Self {
            address: RateLimiter::keyed(quota(allowed.address)),
            newcomer: RateLimiter::keyed(quota(allowed.newcomer)),
            device: RateLimiter::keyed(quota(allowed.device)),
            clock: DefaultClock::default(),
        }
    }

    /// Before anything of a request is looked at.
    pub fn come(&self, from: Peer) -> Result<(), Problem> {
        self.ask(&self.address, &from.0).map_err(|_| Problem::Busy)
    }

    /// Before a code is looked at: who brings too many is not heard, and uses up few of the wrong ones that all share.
    pub fn newcomer(&self, from: Peer) -> Result<(), Problem> {
        let waits = self.ask(&self.newcomer, &from.0);
        waits.map_err(|wait_s| Problem::TooManyTries { wait_s })
    }

    pub fn device(&self, id: DeviceId) -> Result<(), Problem> {
        self.ask(&self.device, &id).map_err(|_| Problem::Busy)
    }

    /// Forgets who has not asked for long: of a flood from many addresses nothing stays.
    pub fn forget(&self) {
        self.address.retain_recent();
        self.newcomer.retain_recent();
        self.device.retain_recent();
    }

    /// Fails with the seconds to wait.
    fn ask<K: Hash + Eq + Clone>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        who: &K,
    ) -> Result<(), u32> {
        limiter.check_key(who).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX)
        })
    }
}

fn quota(rate: Rate) -> Quota {
    let of = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(of(rate.per_minute)).allow_burst(of(rate.burst))
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use koina_model::ids::DeviceId;
    use koina_model::problem::Problem;

    use super::{Allowed, Peer, Rate, Rates};

    #[test]
    fn who_asks_too_often_waits_and_nobody_else_does() {
        let few = Rate {
            burst: 3,
            per_minute: 1,
        };
        let rates = Rates::new(Allowed {
            address: few,
            newcomer: few,
            device: few,
        });
        let [one, other] = [1, 2].map(|last| Peer(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))));
        for _ in 0..3 {
            assert_eq!(rates.come(one), Ok(()));
            assert_eq!(rates.newcomer(one), Ok(()));
        }
        assert_eq!(rates.come(one), Err(Problem::Busy));
        let told = rates.newcomer(one);
        assert!(
            matches!(told, Err(Problem::TooManyTries { wait_s: 50..=61 })),
            "{told:?}"
        );
        assert_eq!(rates.come(other), Ok(()));
        assert_eq!(rates.newcomer(other), Ok(()));
        let [a, b] =
            [1, 2].map(|n| DeviceId::from_slice(&[n; 16]).unwrap_or_else(|| unreachable!()));
        assert!((0..3).all(|_| rates.device(a).is_ok()));
        assert_eq!(rates.device(a), Err(Problem::Busy));
        assert_eq!(rates.device(b), Ok(()));
        rates.forget();
        assert_eq!(rates.come(one), Err(Problem::Busy), "it is still too often");
    }
}
