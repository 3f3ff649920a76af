# The municipality's devices: which they are, when they were seen, inviting and revoking.
devices-not-allowed-title = Devices are managed by the administrator
devices-not-allowed = For a new device, a lost device or another crew, speak with the administrator of the office. Your own work is not affected.
devices-lead = The list comes from the municipal server.
devices-read-at = Read { $when }
devices-refresh = Refresh
devices-offline = We cannot ask right now
devices-offline-body = The list of devices is on the server. All other work of the desk goes on as usual.
devices-old = Below is the list as it was read { $when }.
devices-count = { $count ->
    [one] 1 device
   *[other] { $count } devices
}
devices-empty = No other device is connected yet. Make an invitation.
devices-search = Search for a device
devices-empty-search = No device matches.
devices-revoked-show = Also those that were revoked

device-role-crew = Crew
device-role-clerk = Clerk
device-role-admin = Administrator
device-role-kiosk = Kiosk
device-role-community = Community
device-role-community-hint = Enters requests for residents and says what work was done.
device-role-crew-hint = Sees its jobs and records work.
device-role-clerk-hint = Enters, assigns, answers, decides conflicts.
device-role-admin-hint = Everything a clerk does, and manages devices.
device-role-kiosk-hint = A point for the public: reports and following them, nothing else.
device-this = This device
device-code = Station code
device-person = Who uses it
device-crew = Crew
device-communities = Communities
device-communities-all = All
device-communities-count = { $count ->
    [one] 1 community
   *[other] { $count } communities
}
device-seen = Last seen
device-seen-never = Has not connected yet
device-pending = Not sent at that time
device-pending-count = { $count ->
    [0] Nothing
    [one] 1 change
   *[other] { $count } changes
}
device-pin = Opens
device-pin-yes = With a PIN
device-pin-no = Without a PIN: whoever finds it can read it
device-unsent = What the device “{ $name }” had not sent
device-unsent-new-request = A new request, which only the device has
device-unsent-new-asset = A new asset, which only the device has
device-unsent-elsewhere = A record that is not on this computer
device-unsent-later = Whatever it saved after it was last seen does not show here.
device-unsent-since = since { $when }
device-unsent-more = { $count ->
    [one] And 1 more record
   *[other] And { $count } more records
}
device-unsent-contacts = { $count ->
    [one] How one person can be reached
   *[other] How { $count } people can be reached
}
device-unsent-photos = { $count ->
    [one] 1 photo
   *[other] { $count } photos
}
device-refused-count = { $count ->
    [one] 1 not accepted
   *[other] { $count } not accepted
}
device-version = Version
device-enrolled = Connected
device-revoked = Revoked { $when }
device-twice = There may be a copy of it
device-twice-what = At { $when } a message with the same number came from this device a second time. Somebody may have copied its disk. If you do not know why, revoke it and give whoever works with it a new code.
device-erased = Erased itself { $when }
device-will-erase = The next time it finds a network it will hand over what it has not sent, and then erase itself.
device-silent = Not seen for { $span }

device-change = Change
device-change-title = Change: { $name }
device-change-what = The device hears of it at its next exchange. What it saved until then for its old communities is accepted; then it gets the new records and lets go of those that are no business of it.
device-change-save = Save the change
device-changed-now = The device “{ $name }” was changed. It hears of it at its next exchange.
device-reopen = Code to open
device-reopen-for = For the device «{ $name }»
device-reopen-what = For a device that closed after many days without contact, or whose PINs nobody remembers. Read it to whoever holds the device, only if you know them. It is good once, until { $when }.
device-revoke = Revoke
device-revoke-question = Revoke the device “{ $name }”?
device-revoke-what = It will no longer get the municipality’s records. The next time it finds a network it hands over what it has not sent, and then erases everything it holds. This cannot be undone: to work again it needs a new invitation.
device-revoke-confirm = Yes, revoke it
device-revoked-now = The device “{ $name }” was revoked.

refusals-title = Not accepted
refusals-lead = Changes that the server did not take. They stay on the device that wrote them until you decide here whether they are taken in.
refusals-empty = Everything that was sent has been accepted.
refusals-open = Open the record
refusals-gone = The record is not on this device. Perhaps the server never accepted it.
refusals-take = Take it in
refusals-take-all = Take all of them in ({ $count })
refusals-take-all-question = Take all { $count } changes into the records?
refusals-take-all-confirm = Yes, take them in
refusals-take-what = They are written with your own rights. Any that you may not write either stays here with its reason.
refusals-took = { $count ->
    [0] No change was taken in.
    [one] One change was taken in. The device that sent it hears of it at its next exchange.
   *[other] { $count } changes were taken in. The devices that sent them hear of it at their next exchange.
}
refusals-left = { $count ->
    [one] One change was not taken in; the reason stands beside it.
   *[other] { $count } changes were not taken in; the reason stands beside each.
}
refusals-not-taken = Not taken in: { $why }.
refusals-dismiss = Do not take it in
refusals-dismiss-question = Leave this change out?
refusals-dismiss-confirm = Yes, leave it out
refusals-dismiss-what = It leaves this list, and the device that wrote it hears of it. The words stay on that device.
refusals-dismissed = It will not be taken in. The device “{ $name }” hears of it at its next exchange.
refusals-more = Show the rest ({ $count })
refusal-waits = It builds on another change that is not here
refusal-yours = It is a change of this device: send it again from “Outbox”
refusal-too_large = It is too large
refusal-not_a_change = It cannot be read as a change
refusal-malformed = It arrived damaged
refusal-wrong_actor = It was written with another device’s identity
refusal-wrong_record = It belongs to another record
refusal-sequence_reused = The device has to be connected anew: perhaps it was restored from an old copy
refusal-bad_value = It holds a value that is not allowed
refusal-fixed = It changes something that does not change once entered
refusal-not_allowed = The role of the device does not have this right
refusal-out_of_scope = It is about a community the device does not hold

invite-title = Invite a device
invite-new = New device
invite-role = What will the device do?
invite-name = Name of the device
invite-name-hint = As it will be shown everywhere, for example “Crew 2 – Street lighting”.
invite-person = Who will use it
invite-crew-blank = Choose a crew
invite-communities = In which communities will it work?
invite-communities-hint = With fewer communities the first load is faster.
invite-communities-all = In all communities
invite-save = Make the code
invite-name-missing = Write what the device will be called.
invite-person-missing = Write who will use it.
invite-crew-missing = Choose the crew it belongs to.
invite-communities-missing = Choose at least one community, or all.
invite-ready = The code for the device “{ $name }”
invite-expires = Good until { $when }, for one device.
invite-once = The code is not kept. If it gets lost, make a new invitation.
invite-qr = QR with the address and the code
invite-steps = What to do on the new device
invite-step-1 = Open the app where there is a network.
invite-step-2 = Choose “An address and a code” and type:
invite-step-2-server = address { $server }
invite-step-2-code = code { $code }
invite-step-3 = Or scan the QR and paste its text.
invite-step-4 = Wait for the data to come in. After that the device also works without a network.
invite-link = Text of the QR
invite-copy = Copy the text
invite-copied = Copied
invite-another = Another invitation
invite-list = List of devices
