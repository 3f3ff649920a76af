//! A community: what is entered for residents, memos of work that was done, and how the community stands.

use koina_model::contacts::Contact;
use koina_model::problem::Problem;
use koina_model::requests::acts::{Entered, Filed, Memo};
use koina_model::words::Channel;
use koina_sync::views::community::{CommunityMonth, CommunityReport, Proposals};
use koina_sync::views::requests::RequestCase;

use crate::requests::saved;
use crate::{
    CommunitiesNow, CommunityEnterInput, CommunityEntered, CommunityFiled, CommunityInput,
    CommunityMemoInput, Desk, MemoInput, Nothing, RankInput, told,
};

pub(crate) fn communities_now(desk: &Desk, _: Nothing) -> Result<CommunitiesNow, Problem> {
    let rows = told(desk.replica.communities_now(desk.now()))?;
    Ok(CommunitiesNow { rows })
}

fn memo(typed: &MemoInput) -> Memo<'_> {
    Memo {
        on: &typed.on,
        by: &typed.by,
        note: &typed.note,
    }
}

/// Enters a request, with whoever is to be told of it sealed apart.
pub(crate) fn community_enter(
    desk: &Desk,
    input: CommunityEnterInput,
) -> Result<CommunityEntered, Problem> {
    let entered = Entered {
        category: &input.category,
        community: &input.community,
        settlement: &input.settlement,
        place_text: &input.place_text,
        position: input.position,
        asset: input.asset,
        text: &input.text,
        channel: Channel::Community,
        register: input.register,
    };
    let filed = match &input.filed {
        None => None,
        Some(CommunityFiled::Memo(typed)) => Some(Filed::Memo(memo(typed))),
        Some(CommunityFiled::Urgent { measures }) => Some(Filed::Urgent { measures }),
        Some(CommunityFiled::Proposal { cost }) => Some(Filed::Proposal { cost }),
    };
    let contact = Contact {
        application: None,
        ..input.contact
    };
    let reported = told(desk.replica.report_with(
        &entered,
        filed.as_ref(),
        &contact,
        &input.photos,
        input.draft.as_deref(),
        desk.now(),
    ))?;
    desk.exchanger.soon();
    Ok(CommunityEntered {
        id: reported.id,
        receipt_number: reported.receipt_number,
        pin: reported.pin,
    })
}

pub(crate) fn community_memo(
    desk: &Desk,
    input: CommunityMemoInput,
) -> Result<RequestCase, Problem> {
    told(desk.replica.file_memo(
        input.id,
        &memo(&input.memo),
        input.supports,
        &input.photos,
        input.draft.as_deref(),
        desk.now(),
    ))?;
    saved(desk, input.id)
}

pub(crate) fn community_report(
    desk: &Desk,
    input: CommunityMonth,
) -> Result<CommunityReport, Problem> {
    told(desk.replica.community_report(&input, desk.now()))
}

pub(crate) fn community_proposals(
    desk: &Desk,
    input: CommunityInput,
) -> Result<Proposals, Problem> {
    told(desk.replica.proposals(&input.community, desk.now()))
}

/// Proposals in one order: more than a council decides on in an evening.
const RANKED_MAX: usize = 200;

pub(crate) fn community_rank(desk: &Desk, input: RankInput) -> Result<Proposals, Problem> {
    if input.order.len() > RANKED_MAX {
        return Err(Problem::Malformed {
            what: format!("more than {RANKED_MAX} proposals"),
        });
    }
    let now = desk.now();
    told(
        desk.replica
            .rank_proposals(&input.order, &input.decision, now),
    )?;
    if let Some(draft) = &input.draft {
        told(desk.replica.drop_draft(draft))?;
    }
    desk.exchanger.soon();
    told(desk.replica.proposals(&input.community, now))
}
