//! What happens in a simulated municipality, drawn from a seed.

use koina_disk as disk;

/// Chance that can be told again.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds begin far apart.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    fn small(&mut self, sides: usize) -> u32 {
        u32::try_from(self.below(sides)).unwrap_or_default()
    }

    /// How a disk fails. No disk here lies: SQLite believes a short read, and so has to be told the truth.
    fn disk(&mut self) -> disk::Plan {
        use disk::Kind;
        let kind = [
            Kind::Read,
            Kind::Medium,
            Kind::Write,
            Kind::Write,
            Kind::Full,
            Kind::Sync,
            Kind::Sync,
            Kind::Truncate,
            Kind::Share,
            Kind::Open,
        ][self.below(10)];
        let after = match kind {
            // Bytes: within the first pages, within one act, within an exchange.
            Kind::Full => [10_000, 100_000, 1_000_000][self.below(3)],
            Kind::Read | Kind::Medium | Kind::Write => [2, 20, 200][self.below(3)],
            _ => [1, 3, 10][self.below(3)],
        };
        disk::Plan {
            kind,
            after: self.small(after),
            times: [1, 3, u32::MAX][self.below(3)],
        }
    }

    fn then(&mut self) -> Then {
        [Then::GoesOn, Then::GoesOn, Then::Crash, Then::StartsFailing][self.below(4)]
    }
}

/// What is wrong with the network during one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// The answer is lost on its way back.
    LoseAnswer,
    /// The ask arrives twice.
    Twice,
    /// The ask breaks off after so many thousandths.
    CutAsk(u32),
    CutAnswer(u32),
    /// The ask arrives after a later one.
    Late,
}

/// What follows a failure of a disk. The disk is well again, but for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Work goes on.
    GoesOn,
    /// The power fails, too.
    Crash,
    /// The power fails, and the next start finds the disk as it is; the one after that finds it well.
    StartsFailing,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody does something; what, is drawn from the number.
    Act {
        who: usize,
        what: u64,
    },
    /// Somebody reports the same again, joins requests, or leaves one closed.
    Again {
        who: usize,
        what: u64,
    },
    Exchange {
        who: usize,
        trouble: Trouble,
        /// With the second instance of the server, if it runs.
        second: bool,
    },
    /// The network of a device goes away, or comes back.
    Cable {
        who: usize,
        cut: bool,
    },
    /// Days pass, for everybody.
    Days(i64),
    /// A device's clock is off by so many years from now on.
    Clock {
        who: usize,
        years: i64,
    },
    /// A device loses power and starts again.
    Crash {
        who: usize,
    },
    /// A device's disk is full while somebody tries to save, and then has room again.
    DiskFull {
        who: usize,
        what: u64,
    },
    /// A device's disk fails while somebody works and exchanges.
    DiskFails {
        who: usize,
        what: u64,
        plan: disk::Plan,
        then: Then,
    },
    /// A disk of the server fails while somebody exchanges: that of its log, or that of its replica.
    ServerDiskFails {
        who: usize,
        what: u64,
        log: bool,
        plan: disk::Plan,
        then: Then,
    },
    /// A copy of a device's disk exchanges in its place, once.
    Clone {
        who: usize,
    },
    /// A device is lost for good.
    Lose {
        who: usize,
    },
    Revoke {
        who: usize,
    },
    /// A desk reads everything that was refused, and takes it in or leaves it out.
    Decide {
        desk: usize,
        take: bool,
    },
    /// Somebody reports something and leaves a contact, sealed.
    Report {
        who: usize,
        what: u64,
    },
    /// A desk erases a contact; which, is drawn from the number.
    Erase {
        desk: usize,
        what: u64,
    },
    /// What a device called seen in a round is taken back.
    Unsee {
        who: usize,
        what: u64,
    },
    /// A crew works in other communities from now on; which, is drawn from the number.
    Purpose {
        who: usize,
        what: usize,
    },
    /// The server is killed and starts again, perhaps without its replica.
    ServerCrash {
        replica_lost: bool,
    },
    SecondServer,
    Backup,
    /// The server is lost; the newest backup is restored.
    Restore,
    /// A planted fault acts.
    Fault,
}

/// How a plan is drawn. Older ways stay, so that a seed that once failed goes on telling the same story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    First,
    /// With disks that fail.
    Disks,
    /// With desks that decide about what was refused, and give crews other communities.
    Desks,
    /// With people who report the same again.
    Again,
    /// With contacts that are left and erased, and sightings that are taken back.
    Contacts,
}

impl Drawing {
    pub const NEWEST: Self = Self::Contacts;
}

/// A municipality and what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub desks: usize,
    pub crews: usize,
    pub steps: Vec<Step>,
}

impl Plan {
    /// Draws a plan. With `fault`, a planted fault acts now and then.
    pub fn draw(drawing: Drawing, seed: u64, fault: bool) -> Self {
        let disks = drawing != Drawing::First;
        let contacts = drawing == Drawing::Contacts;
        let again = matches!(drawing, Drawing::Again | Drawing::Contacts);
        let decides = again || drawing == Drawing::Desks;
        let mut dice = Dice::new(seed);
        // Most municipalities are small, so that many can be tried; some are not.
        let (desks, crews) = match dice.below(200) {
            0 => (4, 46),
            1..=6 => (3, 9),
            7..=60 => (2, 3),
            _ => (1 + dice.below(2), 1 + dice.below(2)),
        };
        let many = desks + crews;
        let length = 100 + many * 4;
        let mut steps = Vec::with_capacity(length);
        // Whether this municipality has lives through the rarer things, so that the others go deep into the common ones.
        // Planted mistakes get every occasion.
        let (restores, losses) = (dice.below(3) == 0 || fault, dice.below(4) == 0);
        for _ in 0..length {
            let who = dice.below(many);
            let what = u64::from(dice.small(1 << 30));
            steps.push(match dice.below(100) {
                44..=46 if disks => Step::DiskFails {
                    who,
                    what,
                    plan: dice.disk(),
                    then: dice.then(),
                },
                47..=49 if disks => Step::ServerDiskFails {
                    who,
                    what,
                    log: dice.below(3) > 0,
                    plan: dice.disk(),
                    then: dice.then(),
                },
                33 if contacts => Step::Unsee { who, what },
                34..=36 if contacts => Step::Report { who, what },
                37..=38 if contacts => Step::Erase {
                    desk: dice.below(desks),
                    what,
                },
                39..=40 if again => Step::Again { who, what },
                41 if decides => Step::Decide {
                    desk: dice.below(desks),
                    take: dice.below(3) > 0,
                },
                42..=43 if decides => Step::Purpose {
                    who: desks + dice.below(crews),
                    what: dice.below(1 << 30),
                },
                0..=49 => Step::Act { who, what },
                50..=69 => Step::Exchange {
                    who,
                    trouble: Trouble::None,
                    second: dice.below(3) == 0,
                },
                70..=79 => Step::Exchange {
                    who,
                    trouble: match dice.below(5) {
                        0 => Trouble::LoseAnswer,
                        1 => Trouble::Twice,
                        2 => Trouble::CutAsk(1 + dice.small(999)),
                        3 => Trouble::CutAnswer(1 + dice.small(999)),
                        _ => Trouble::Late,
                    },
                    second: dice.below(3) == 0,
                },
                80..=83 => Step::Cable {
                    who,
                    cut: dice.below(2) == 0,
                },
                84 => Step::Days([1, 3, 30, 90][dice.below(4)]),
                85 => Step::Clock {
                    who,
                    years: [-10, 0, 10][dice.below(3)],
                },
                86..=89 => Step::Crash { who },
                90 => Step::DiskFull { who, what },
                91 => Step::Clone { who },
                92 => Step::ServerCrash {
                    replica_lost: dice.below(2) == 0,
                },
                93 => Step::SecondServer,
                94 if restores => Step::Backup,
                95 if restores => Step::Restore,
                // Somebody has to remain: the first desk and the first crew are never lost.
                96 if losses && who != 0 && who != desks => Step::Lose { who },
                97 if losses && who != 0 && who != desks => Step::Revoke { who },
                98..=99 if fault => Step::Fault,
                _ => Step::Act { who, what },
            });
        }
        Self {
            seed,
            desks,
            crews,
            steps,
        }
    }
}
