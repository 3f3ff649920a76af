assets-title = Assets
assets-search = Search assets
assets-search-hint = Number, name or place
assets-empty = There are no assets on the device.
assets-empty-filtered = No asset matches. Try fewer words, or remove the filters.
assets-kind = Type
assets-kind-all = All types
assets-community = Community
assets-community-all = All communities
assets-condition = Condition
assets-condition-all = Any condition
assets-retired = Also those that were retired
assets-add = New asset
assets-open-requests = { $count ->
    [one] 1 open request
   *[other] { $count } open requests
}
assets-retired-mark = Retired

asset-title = Asset
asset-number = Asset number
asset-number-none = No number
asset-name = Name
asset-place = Place
asset-note = Note
asset-condition = Condition
asset-inspected = Last inspection
asset-requests = Requests about it
asset-requests-none = There is no request about this asset.
asset-clash = There are two versions of this asset. Both were kept; the office will decide.
asset-finding = New finding about it
asset-inspect = Inspect
asset-inspect-condition = What condition is it in?
asset-inspect-missing = Choose a condition from 1 to 5.
asset-inspect-save = Save inspection
asset-move = Move
asset-move-save = Save new place
asset-edit = Correct details
asset-edit-save = Save details
asset-retire = Retire
asset-retire-question = The asset goes out of use and no longer changes. Its history stays.
asset-retire-reason = Why is it retired?
asset-retire-reason-hint = For example “it broke, a new one was put in”.
asset-retire-missing = Type why it is retired.
asset-retire-save = Yes, retire
asset-add-title = New asset
asset-add-kind-missing = Choose a type of asset.
asset-add-number-hint = As written on the tag or the pole.
asset-add-condition = Condition you saw
asset-add-condition-none = I did not look
asset-add-save = Save asset

check-yes = Yes
check-no = No
check-hint = What stays empty counts as “not looked at”.
check-with-unit = { $name } ({ $unit })
check-limits = Limits: { $least } to { $most }
check-least = Limit: at least { $least }
check-most = Limit: at most { $most }
check-until-hint = Day, month, year, e.g. 31/5/2027
check-not-looked = not looked at
decimal-mark = .
checked-title = What inspections found
checked-failed = Out of limits
checked-request = Request { $number }
checked-report = Make it a request
checked-report-of = Make it a request: { $name }
due-title = Inspections
due-overdue = Overdue
due-soon = Soon
due-failed = Out of limits
due-sum = { $count ->
    [one] 1 overdue
   *[other] { $count } overdue
}
due-hint = “Soon” are those due within { $days } days. Press a number for the list.
due-open = { $what }: { $count } – { $kind }, { $community }
due-empty = No asset of this device has a rhythm of inspections.
assets-due = Inspection
assets-due-all = Whatever its inspection
assets-overdue = Overdue
assets-failed = { $count ->
    [one] 1 out of limits
   *[other] { $count } out of limits
}
asset-due = Next inspection
asset-overdue = Was due { $when }

rounds-title = Rounds
rounds-new = A new round
rounds-hint = You walk past, scan each tag and see what is missing. It works without network. Whoever begins the same round on the same day works on the same list.
rounds-begin = Begin
rounds-known = Rounds that were begun
rounds-empty = No round has begun yet.
round-of = Round of { $day }
round-all-kinds = All assets
round-left = { $count } left
round-ended = Finished
round-not-found = { $count } not found
round-seen = I found it
round-seen-said = Found. Saved on this device.
round-again = Somebody found it in this round already.
round-elsewhere-said = Noted that you saw it here. The register says that it stands elsewhere.
round-move-here = It is here now: change its place
round-condition = In what condition is it? (1 new – 5 dangerous)
round-unknown = The tag { $tag } is on no asset of this device.
round-unknown-add = A new asset with this tag
round-unknown-link = Link it to an asset that is there
round-is-here = It is here
round-open = Open
round-unseen = It was not this one
round-unseen-said = What you said of it was taken back.
round-unseen-others = Somebody else found it in this round. Only who said so can take it back.
round-parts = Which assets
round-part-left = Left
round-part-found = Found
round-part-elsewhere = Registered elsewhere
round-part-not_found = Not found
round-none-left = None is left.
round-none-found = None was found yet.
round-none-elsewhere = None was found that is registered elsewhere.
round-none-not_found = None was noted as not found.
round-near = Nearest first
round-near-again = Nearest first, from here
round-no-fix = Your position was not found. The order stays by number.
round-metres = { $metres } m from here
round-end = End the round
round-end-question = { $count ->
    [one] 1 asset is left. It will be noted as not found.
   *[other] { $count } assets are left. They will be noted as not found.
}
round-end-yes = Yes, end it
round-ending = { $done } of { $of } noted
round-stop = Stop here
round-report = Report of the round
round-as-of = as it was { $when }
round-expected = Should be there
round-time = From – to
round-by = Who
round-seen-when = Last seen
round-never = never
round-print = Print or PDF
asset-seen = Last seen
asset-missing = A round looked for it and did not find it.
assets-missing = Only those a round did not find
assets-missing-mark = Not found
check-none = Does not apply
check-none-of = Does not apply: { $name }
check-clear = Clear
check-clear-of = Clear the answer: { $name }
