// Every command a window may be allowed to call: name(Input) -> Output.
//
// Read three times: by `src-tauri/commands/lib.rs` (the dispatcher and the TypeScript), by `src-tauri/build.rs`
// (each command is declared to Tauri and so denied to every window whose capability does not name it),
// and by the tests. A command's function stands in the file of its subject, named after the command.
commands! {
    // start: who and where we are
    about(Nothing) -> About;
    recovered_seen(Nothing) -> About;
    lists(Nothing) -> Lists;
    set_language(LanguageInput) -> Nothing;
    enrol(EnrolInput) -> About;
    // lock: who opens this device. A device that is locked answers the first three only
    lock_state(Nothing) -> LockState;
    unlock(UnlockInput) -> Nothing;
    reopen(ReopenInput) -> Nothing;
    lock_now(Nothing) -> Nothing;
    person_add(PersonAddInput) -> LockState;
    person_pin(PersonPinInput) -> LockState;
    person_remove(PersonInput) -> LockState;
    // accounts: who sits at a desk, and who may (asked of the server)
    sign_in_state(Nothing) -> SignInState;
    sign_in_ways(Nothing) -> SignInWays;
    sign_in(SignInInput) -> SignInStep;
    sign_in_provider(Nothing) -> SignInStep;
    sign_in_provider_stop(Nothing) -> Nothing;
    sign_out(Nothing) -> SignInState;
    accounts_page(Nothing) -> Accounts;
    account_add(AccountInput) -> AccountGiven;
    account_change(AccountChangeInput) -> Accounts;
    account_reset(AccountIdInput) -> AccountGiven;
    account_session_end(AccountIdInput) -> Accounts;
    // drafts: what is being typed, so that a crash of the window loses nothing
    draft_save(DraftInput) -> Nothing;
    draft_load(DraftKey) -> Draft;
    draft_drop(DraftKey) -> Nothing;
    // exchange
    exchange_state(Nothing) -> ExchangeState;
    exchange_now(Nothing) -> ExchangeState;
    set_cable(CableInput) -> ExchangeState;
    outbox_page(OutboxQuery) -> OutboxPage;
    outbox_retry(ChangeInput) -> Nothing;
    outbox_discard(ChangeInput) -> Nothing;
    // courier files: the exchange carried by hand
    courier_places(Nothing) -> CourierPlaces;
    courier_export(PlaceInput) -> CourierWritten;
    courier_take(CourierTakeInput) -> CourierTook;
    // requests
    requests_page(RequestsQuery) -> RequestsPage;
    request_case(RecordInput) -> RequestCase;
    request_enter(RequestEnterInput) -> RequestEntered;
    request_edit(RequestEditInput) -> RequestCase;
    request_register(RecordInput) -> RequestCase;
    request_assign(RequestAssignInput) -> RequestCase;
    request_answer(RequestAnswerInput) -> RequestCase;
    request_close(RequestCloseInput) -> RequestCase;
    request_reopen(RequestReopenInput) -> RequestCase;
    request_heard(RequestHeardInput) -> RequestCase;
    request_similar(SimilarQuery) -> Similar;
    request_support(RequestSupportInput) -> RequestCase;
    // work: what the desk plans, and a crew's day
    plan_loads(PlanDayInput) -> CrewLoads;
    plan_save(PlanInput) -> Planned;
    today(TodayInput) -> Today;
    work_record(WorkInput) -> RequestCase;
    // assets
    assets_page(AssetsQuery) -> AssetsPage;
    asset_card(RecordInput) -> AssetCard;
    asset_add(AssetAddInput) -> AssetCard;
    asset_edit(AssetEditInput) -> AssetCard;
    asset_inspect(AssetInspectInput) -> AssetCard;
    asset_fault(AssetFaultInput) -> FaultReported;
    inspections_due(Nothing) -> Due;
    asset_move(AssetMoveInput) -> AssetCard;
    asset_retire(AssetRetireInput) -> AssetCard;
    // rounds: what should be there, and is
    rounds(RoundsInput) -> Rounds;
    round_begin(RoundBeginInput) -> RoundRow;
    round(RoundInput) -> RoundRow;
    round_page(RoundQuery) -> RoundPage;
    round_seen(RoundSeenInput) -> RoundSeen;
    round_unseen(RoundSeenInput) -> RoundUnseen;
    round_end(RoundInput) -> RoundEnded;
    // tags: square codes on assets
    tag_read(TagReadInput) -> TagFound;
    tag_picture(TagPictureInput) -> TagFound;
    tag_link(TagLinkInput) -> AssetCard;
    tags_print(TagsPrintInput) -> TagsPrinted;
    // photos
    photo_keep(PhotoKeepInput) -> PhotoRow;
    photos_add(PhotosAddInput) -> Photos;
    photo_read(PhotoInput) -> PhotoData;
    photo_want(PhotoInput) -> Nothing;
    photos_room(Nothing) -> PhotosRoom;
    photos_budget(PhotosBudgetInput) -> PhotosRoom;
    // the map: its tiles, what lies on it, and where it comes from
    map_tile(MapTileInput) -> MapTile;
    map_pack(Nothing) -> MapHere;
    map_points(MapQuery) -> MapPoints;
    map_state(Nothing) -> MapState;
    map_offer(Nothing) -> MapState;
    map_want(MapWantInput) -> MapState;
    map_install(MapInstallInput) -> MapState;
    place_read(PlaceReadInput) -> Place;
    // community: what its president or council does, and how it stands
    communities_now(Nothing) -> CommunitiesNow;
    community_enter(CommunityEnterInput) -> CommunityEntered;
    community_memo(CommunityMemoInput) -> RequestCase;
    community_report(CommunityMonth) -> CommunityReport;
    community_proposals(CommunityInput) -> Proposals;
    community_rank(RankInput) -> Proposals;
    // conflicts
    conflicts_page(PageInput) -> ConflictsPage;
    conflict_decide(ConflictDecideInput) -> ConflictRow;
    // contacts (asked of the server)
    contacts_read(ContactsReadInput) -> Contacts;
    contacts_correct(ContactsCorrectInput) -> Contacts;
    contacts_same(RecordInput) -> ContactsSame;
    contacts_export(ContactsExportInput) -> ContactsExported;
    contacts_erase(ContactsEraseInput) -> Contacts;
    contacts_kept(Nothing) -> ContactsKept;
    // kiosk
    kiosk_contact(Contact) -> Contact;
    kiosk_report(KioskReportInput) -> KioskReceipt;
    kiosk_application(Application) -> Application;
    kiosk_apply(KioskApplyInput) -> KioskReceipt;
    kiosk_print(KioskPrintInput) -> Nothing;
    kiosk_end(KioskEndInput) -> KioskEnded;
    kiosk_track(KioskTrackInput) -> Tracked;
    kiosk_asset(KioskAssetInput) -> KioskAssets;
    // the kiosk's voice
    kiosk_voice(Nothing) -> KioskVoice;
    kiosk_speak(KioskSpeakInput) -> Nothing;
    kiosk_hush(Nothing) -> Nothing;
    kiosk_mode(Nothing) -> KioskMode;
    kiosk_call(KioskCallInput) -> KioskMode;
    // staff at a kiosk, once a code has opened their page
    staff_unlock(StaffUnlockInput) -> StaffPage;
    staff_page(Nothing) -> StaffPage;
    staff_exchange(Nothing) -> StaffPage;
    staff_close(StaffCloseInput) -> StaffPage;
    staff_end(Nothing) -> Nothing;
    // a plan of civil protection comes into force, or ends (asked of the server)
    emergency_set(EmergencySet) -> EmergencySet;
    // devices (asked of the server)
    devices_page(Nothing) -> Devices;
    device_invite(DeviceInviteInput) -> Invite;
    device_change(DeviceChangeInput) -> DeviceRow;
    device_revoke(DeviceInput) -> Devices;
    device_unlock(DeviceInput) -> UnlockCode;
    device_reopen(DeviceInput) -> UnlockCode;
    refused_take(RefusedInput) -> RefusedTook;
    refused_dismiss(RefusedInput) -> Devices;
}
