//! What becomes of a request: charged, begun, mended, answered, closed; sometimes forgotten, sometimes opened again.

use koina_model::calendar::athens_date;
use koina_model::ids::{DocId, Time};
use koina_model::reference::{Category, Need};
use koina_model::requests::What;
use koina_model::requests::acts::{self, Charge, Memo, Step};
use koina_model::words::Outcome;

use super::chance::Chance;
use super::clashes;
use super::pen::Pen;
use super::people::{self, DESK, KEP, PHONE, Station, TECHNICAL};
use super::work;
use super::{DAY, HOUR, MINUTE, Village};

/// What is special about a request.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Turn {
    Plain,
    Clash(u32),
    Crossing(u32),
}

/// A request being told.
pub(super) struct Tale<'v> {
    pub(super) village: &'v Village,
    pub(super) chance: Chance,
    pub(super) pen: Pen,
    pub(super) category: &'v Category,
    /// The crew of the department, where it has one.
    pub(super) crew: Option<&'v str>,
    pub(super) at: i64,
}

impl Tale<'_> {
    /// What became of it. `None` as soon as the rest is still to come.
    pub(super) fn course(
        &mut self,
        turn: Turn,
        entered_by: usize,
        earlier: Option<DocId>,
    ) -> Option<()> {
        match turn {
            Turn::Plain => {}
            Turn::Clash(number) => {
                self.charge(TECHNICAL, 2 * HOUR)?;
                return clashes::fields(&mut self.pen, self.village, number, &mut self.chance);
            }
            Turn::Crossing(number) => {
                let crew = self.crew?;
                self.charge(TECHNICAL, 2 * HOUR)?;
                return clashes::endings(
                    &mut self.pen,
                    self.village,
                    number,
                    crew,
                    &mut self.chance,
                );
            }
        }
        if entered_by == people::of_crew(&self.village.stations, self.crew.unwrap_or_default())
            && self.chance.percent(45)
        {
            // Found and put right on the spot.
            return self.by_crew(true);
        }
        if self.chance.percent(4) {
            self.until(5 * HOUR)?;
            let register = acts::register(&self.pen.request(), &self.desk(KEP).author()).ok()?;
            if !register.is_empty() {
                self.pen
                    .write(&self.village.stations[KEP], Time(self.at), &register)?;
            }
        }
        if self.without_work(earlier)? {
            return Some(());
        }
        if self.is_younger_than(6) && self.category.priority > 1 && self.chance.percent(40) {
            return None;
        }
        let entering = if entered_by == PHONE || entered_by >= 4 {
            TECHNICAL
        } else {
            entered_by
        };
        let charged_by = if self.chance.percent(70) {
            TECHNICAL
        } else {
            entering
        };
        let urgent = self.category.priority == 1;
        self.charge(charged_by, if urgent { HOUR / 2 } else { 30 * HOUR })?;
        if self.chance.percent(3) {
            // Forgotten: it happens.
            return None;
        }
        if self.crew.is_some() {
            self.by_crew(false)
        } else {
            self.by_department()
        }
    }

    /// The desk ends it without any work: a duplicate, not ours, taken back. Says whether it did.
    fn without_work(&mut self, earlier: Option<DocId>) -> Option<bool> {
        let forward = if self.category.usual_forward.is_some() {
            70
        } else {
            2
        };
        let outcome = match self.chance.below(100) {
            0..4 => earlier.map(|of| Outcome::Duplicate { of }),
            4..6 => {
                let reason =
                    *self
                        .chance
                        .pick(&["NOT_COMPETENT", "PRIVATE", "NOT_FOUND", "INSUFFICIENT"]);
                Some(Outcome::Rejected {
                    reason: reason.to_owned(),
                })
            }
            6 => Some(Outcome::Withdrawn),
            other if other < 7 + forward => Some(Outcome::Forwarded {
                to: (*self.chance.pick(work::OTHERS)).to_owned(),
            }),
            _ => None,
        };
        let Some(outcome) = outcome else {
            return Some(false);
        };
        self.until(20 * HOUR)?;
        self.close(DESK, &outcome)?;
        Some(true)
    }

    /// Charges it to the department and its crew.
    fn charge(&mut self, by: usize, wait: i64) -> Option<()> {
        self.until(wait)?;
        let note = self.chance.words(work::CHARGES);
        let department = &self.category.department;
        let charge = Charge {
            department,
            crew: self.crew.unwrap_or_default(),
            day: "",
            note: &note,
        };
        let what = acts::assign(
            &self.pen.request(),
            &charge,
            &self.village.lists,
            &self.desk(by).author(),
            Time(self.at),
        );
        self.happened(by, what.ok()?)
    }

    /// A crew goes and does it, mostly.
    fn by_crew(&mut self, at_once: bool) -> Option<()> {
        let crew = self.crew?;
        let by = people::of_crew(&self.village.stations, crew);
        let department = crew_department(&self.category.department);
        let wait = if at_once {
            10 * MINUTE
        } else {
            i64::from(self.category.target_hours) * HOUR * 70 / 100
        };
        self.pass(wait, !at_once);
        self.step(by, &Step::Start { team: &[] })?;
        if self.is_younger_than(25) && self.chance.percent(14) {
            // Begun, and not ended by now.
            return None;
        }
        if self.chance.percent(4) {
            self.pass(HOUR, false);
            let (reason, words) = *self.chance.pick(work::OBSTACLES);
            let note = self.chance.words(&[words]);
            self.step(
                by,
                &Step::Impossible {
                    reason,
                    note: &note,
                },
            )?;
            return self.after_impossible();
        }
        if self.chance.percent(9) {
            self.pass(HOUR, false);
            let reason = *self.chance.pick(work::PAUSES);
            self.step(by, &Step::Pause { reason })?;
            self.pass(4 * DAY, true);
            self.step(by, &Step::Start { team: &[] })?;
        }
        if self.chance.percent(12) {
            self.pass(20 * MINUTE, false);
            let text = self.chance.words(work::NOTES);
            self.step(by, &Step::Note { text: &text })?;
        }
        for _ in 0..(self.chance.below(5) / 2) {
            self.pass(15 * MINUTE, false);
            let (name, most, unit) = *self.chance.pick(work::materials(department));
            let quantity = self.chance.between(1, i64::from(most)).to_string();
            self.step(
                by,
                &Step::Material {
                    name,
                    quantity: &quantity,
                    unit,
                },
            )?;
        }
        // Some works take days.
        let wait = if self.chance.percent(12) {
            3 * DAY
        } else {
            70 * MINUTE
        };
        self.pass(wait, false);
        let note = self.chance.words(work::done(department));
        self.step(
            by,
            &Step::Done {
                note: &note,
                no_photos: "δεν δούλεψε η κάμερα",
            },
        )?;
        self.after_work(by)
    }

    /// A department without a crew answers for it.
    fn by_department(&mut self) -> Option<()> {
        self.until(i64::from(self.category.target_hours) * HOUR * 55 / 100)?;
        if self.category.place == Need::Required && self.chance.percent(35) {
            self.by_community()?;
        }
        if self.chance.percent(60) {
            self.answer(TECHNICAL)?;
            self.until(2 * DAY)?;
        }
        self.close(TECHNICAL, &Outcome::Resolved)
    }

    /// The community had it done, or saw it done, and files a memo.
    fn by_community(&mut self) -> Option<()> {
        let place = self.pen.request().place.community;
        let Some(by) = people::of_community(&self.village.stations, &place) else {
            return Some(());
        };
        let by_whom = *self.chance.pick::<&str>(work::DONE_BY);
        let memo = Memo {
            on: &athens_date(self.at).to_string(),
            by: by_whom,
            note: "",
        };
        let author = self.desk(by).author();
        let what = acts::memo(
            &self.pen.request(),
            &memo,
            &self.village.lists,
            &author,
            Time(self.at),
        )
        .ok()?;
        self.happened(by, what)?;
        self.until(2 * DAY)
    }

    /// The desk looks at work that is done: answers, closes; sometimes it opens again.
    fn after_work(&mut self, crew: usize) -> Option<()> {
        if self.chance.percent(5) {
            let by = if self.chance.percent(50) { PHONE } else { crew };
            self.until(30 * HOUR)?;
            let reason = self.chance.words(work::AGAIN);
            let what = acts::reopen(&self.pen.request(), &reason, &self.desk(by).author()).ok()?;
            self.happened(by, what)?;
            self.until(10 * HOUR)?;
            self.pass(2 * DAY, true);
            self.step(crew, &Step::Start { team: &[] })?;
            self.pass(90 * MINUTE, false);
            self.step(
                crew,
                &Step::Done {
                    note: "",
                    no_photos: "δεν δούλεψε η κάμερα",
                },
            )?;
        }
        if self.chance.percent(25) {
            self.until(DAY)?;
            self.answer(DESK)?;
        }
        if self.chance.percent(70) {
            self.until(3 * DAY)?;
            self.close(TECHNICAL, &Outcome::Resolved)?;
        }
        Some(())
    }

    /// The desk decides about work that cannot be done.
    fn after_impossible(&mut self) -> Option<()> {
        self.until(3 * DAY)?;
        let outcome = if self.chance.percent(50) {
            Outcome::Forwarded {
                to: (*self.chance.pick(work::OTHERS)).to_owned(),
            }
        } else {
            Outcome::Rejected {
                reason: "NOT_FOUND".to_owned(),
            }
        };
        self.close(TECHNICAL, &outcome)
    }

    fn answer(&mut self, by: usize) -> Option<()> {
        let text = self.chance.words(work::ANSWERS);
        let what = acts::answer(&text, &self.desk(by).author()).ok()?;
        self.happened(by, what)
    }

    fn close(&mut self, by: usize, outcome: &Outcome) -> Option<()> {
        let what = acts::close(
            &self.pen.request(),
            self.pen.id,
            outcome,
            "",
            &self.village.lists,
            &self.desk(by).author(),
        )
        .ok()?;
        self.happened(by, what)
    }

    fn step(&mut self, by: usize, step: &Step<'_>) -> Option<()> {
        let what = acts::work(
            &self.pen.request(),
            step,
            &self.village.lists,
            &self.desk(by).author(),
        )
        .ok()?;
        self.happened(by, what)
    }

    fn happened(&mut self, by: usize, what: What) -> Option<()> {
        self.pen.happened(
            &self.village.stations[by],
            Time(self.at),
            what,
            &mut self.chance,
        )
    }

    fn desk(&self, by: usize) -> &Station {
        &self.village.stations[by]
    }

    fn is_younger_than(&self, days: i64) -> bool {
        self.village.now.0 - self.at < days * DAY
    }

    /// Time passes until somebody comes to it; `None` when that is not yet.
    fn until(&mut self, around: i64) -> Option<()> {
        self.pass(around, self.category.priority > 1);
        (self.at <= self.village.now.0).then_some(())
    }

    fn pass(&mut self, around: i64, in_hours: bool) {
        self.at += self.chance.ms_around(around);
        if in_hours {
            self.at = self.village.in_hours(self.at, &mut self.chance);
        }
    }
}

/// The crew that works for a department; the technical service's small works are done by the roads crew.
pub(super) fn crew_department(department: &str) -> &str {
    if department == "TEX" {
        "OSY"
    } else {
        department
    }
}
