//! Seeded chance: the same seed gives the same village on every machine and in every version of the libraries.

use koina_model::ids::Time;
use uuid::Uuid;

/// SplitMix64: a few lines, good enough for a village, never for a secret.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// A generator of its own for one thing, so that more of the others do not change it.
    pub(super) fn of(seed: u64, what: &str, number: u64) -> Self {
        let mixed = what
            .bytes()
            .fold(seed ^ number.rotate_left(32), |sum, byte| {
                (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut chance = Self(mixed);
        chance.next();
        chance
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0, below `n`.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(self.next() % u64::from(n.max(1))).unwrap_or_default()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(0).unsigned_abs() + 1;
        low.saturating_add((self.next() % span).cast_signed())
    }

    /// Between 0 and 1.
    pub(super) fn share(&mut self) -> f64 {
        f64::from(self.below(1 << 24)) / f64::from(1 << 24)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, of_hundred: u32) -> bool {
        self.below(100) < of_hundred
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(all.len()).unwrap_or(u32::MAX));
        &all[at as usize]
    }

    /// One of several, by weight.
    pub(super) fn weighted<'a, T>(&mut self, all: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let mut left = self.below(all.iter().map(&weight).sum());
        for one in all {
            let mine = weight(one);
            if left < mine {
                return one;
            }
            left -= mine;
        }
        &all[0]
    }

    /// How long something takes: around `middle`, mostly shorter, sometimes much longer.
    pub(super) fn ms_around(&mut self, middle: i64) -> i64 {
        let stretch = [12, 25, 40, 55, 75, 100, 130, 180, 270, 480];
        let factor = *self.pick(&stretch) + self.between(-6, 20);
        (middle / 100).saturating_mul(factor).max(60_000)
    }

    /// An id that sorts by time.
    pub(super) fn uuid(&mut self, at: Time) -> Uuid {
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(
            self.next()
                .to_le_bytes()
                .into_iter()
                .chain(self.next().to_le_bytes()),
        ) {
            *to = from;
        }
        uuid::Builder::from_unix_timestamp_millis(at.0.max(0).unsigned_abs(), &random).into_uuid()
    }

    /// One of several sentences that need nothing from outside, written out.
    pub(super) fn words(&mut self, templates: &[&str]) -> String {
        let template = *self.pick(templates);
        self.say(template, &mut |_, _| String::new())
    }

    /// Writes a sentence out: `{a|b}` is one of these, also nested; `<name>` is given by `slot`.
    pub(super) fn say(
        &mut self,
        template: &str,
        slot: &mut dyn FnMut(&mut Self, &str) -> String,
    ) -> String {
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find(['{', '<']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(inside) = from.strip_prefix('<') {
                let (name, after) = inside.split_once('>').unwrap_or((inside, ""));
                out.push_str(&slot(self, name));
                rest = after;
            } else {
                let (choices, after) = choices(from);
                let one = *self.pick(&choices);
                out.push_str(&self.say(one, slot));
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

/// Splits `{a|b}rest` into its choices and the rest.
fn choices(from: &str) -> (Vec<&str>, &str) {
    let mut depth = 0;
    let mut begin = 1;
    let mut all = Vec::new();
    for (at, letter) in from.char_indices() {
        match letter {
            '{' => depth += 1,
            '|' if depth == 1 => {
                all.push(from.get(begin..at).unwrap_or_default());
                begin = at + 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    all.push(from.get(begin..at).unwrap_or_default());
                    return (all, from.get(at + 1..).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    (vec![from], "")
}
