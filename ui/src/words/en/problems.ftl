# Every sentence says what happened and how to put it right.
problem-title = There is a problem
problem-prefix = Problem: { $title }
problem-bad-input = Correct the marked fields and try again. What you typed has been kept.
problem-not-found = This record is not on the device. Go back to the list, or exchange to fetch what is new.
problem-not-allowed = This device is not allowed to do that. Ask your department, or leave it to the office.
problem-already-closed = The request is already closed. If more work is needed, reopen it.
problem-not-closed = The request is still open. Close it first.
problem-retired = The asset was retired and no longer changes. Add a new asset if another took its place.
problem-already-decided = Somebody else has already decided this conflict. See the decision in the history.
problem-changed-meanwhile = Somebody else has changed it meanwhile. See how it is now, and choose again.
problem-not-enrolled = The device is not connected to the municipality yet. Connect it with the code the office gives you.
problem-already-enrolled = The device is already connected to the municipality. Carry on.
problem-code-refused = The code is wrong, used or expired. Check it, or ask the office for a new one.
problem-too-many-tries = { $minutes ->
    [one] Too many tries. Wait 1 minute and try again.
   *[other] Too many tries. Wait { $minutes } minutes and try again.
}
problem-revoked = The office has revoked this device. Once it has handed over what was not sent, it will erase everything it holds. Hand it in to your department.
problem-offline = The municipal server does not answer now. Keep working; everything stays on the device and leaves as soon as there is a network.
problem-offline-since = The municipal server has not answered since { $since }. Keep working; everything stays on the device and leaves as soon as there is a network.
problem-cable-out = The network of this device is switched off. Switch it on when you want the records sent.
problem-wrong-server = Whoever answered did not show that it is the municipality’s server. Nothing was sent to it. Try another network, check the date of this device, or ask the office.
problem-bad-address = The address of the server is not right. Type it as you were given it, for example https://koina.dimos.gr
problem-busy = An exchange is already running. Wait for it to end.
problem-too-large = It is too large. The limit is { $megabytes } MB; make it smaller or split it.
problem-malformed = Something could not be read. Check what you typed and try again.
problem-not-signed = The server did not recognise the signature of this device. Ask the office to connect it again; nothing you saved is lost.
problem-courier-unreadable = The file cannot be read: it is damaged, was not copied whole, or is for another device. Copy it again and try once more; nothing was lost from this device.
problem-courier-not-ready = This device does not have the key of the town hall yet. Exchange once with a network; after that it can write files.
problem-photos-too-early = { $count ->
    [one] One photo of this file was not taken, the others were: its record is not here yet. First take the other files of the same device, then this one once more. If they were all taken, decide first about what was refused from it, in «{ $conflicts }»; if nothing of it waits there, the record was not accepted, and nobody needs its photos.
   *[other] { $count } photos of this file were not taken, the others were: their records are not here yet. First take the other files of the same device, then this one once more. If they were all taken, decide first about what was refused from it, in «{ $conflicts }»; if nothing of it waits there, the record was not accepted, and nobody needs its photos.
}
problem-upgrade-needed = The app is too old for the server. Update it; what you saved will be sent afterwards.
problem-disk-full = The storage of the device is full and this was not saved. Remove other files and try again before you leave this screen.
problem-disk-gone = The storage of the device does not answer, and this was not saved. Look whether the card or the disk came out, and try again before you leave this screen; what was saved before is not lost.
problem-disk-read-only = The storage of the device cannot be written and this was not saved. Restart the device; if it happens again, hand it to the office.
problem-place-full = There is no more room in the folder or on the stick you chose. Remove files from it or choose another place. Nothing was lost.
problem-place-read-only = The folder or the stick you chose takes no files. Unlock it, if it has a switch, or choose another place. Nothing was lost.
problem-replica-in-use = The app is already open. Close the other window and open it again.
problem-replica-damaged = The database of this device is damaged. Close the app and open it again; your work is kept.
problem-no-voice = The kiosk cannot speak now: the program of its voice is missing. Ask at the office of the municipality.
problem-internal = Something went wrong in the app. Try again; if it persists, tell the office the number { $incident }.

rule-missing = Fill in the field “{ $label }”.
rule-too-long = Shorten the field “{ $label }”: it holds up to { $max } characters.
rule-unknown = Choose again in the field “{ $label }”: the value is not known.
rule-not-text = Type plain text in the field “{ $label }”.
rule-bad-character = Remove the symbols that are not allowed from the field “{ $label }”.
rule-out-of-range = Give a number from { $min } to { $max } in the field “{ $label }”.
rule-outside-municipality = Give a place inside the municipality in the field “{ $label }”.
rule-too-early = Give a date from { $first } on in the field “{ $label }”.
rule-in-future = Give a date that is not in the future in the field “{ $label }”.
rule-not-on-a-list = Choose from the list in the field “{ $label }”.
rule-not-a-phone = Write a telephone number of 10 digits in the field “{ $label }”, such as 6912345678, or with the code of its country.
rule-not-an-email = Write an email address in the field “{ $label }”, such as name@example.gr.
rule-not-an-afm = { $label }: a tax number has nine digits, and this one does not add up. Check it digit by digit.
rule-not-a-kaek = { $label }: a cadastral code has twelve digits, as on the cadastral sheet.
rule-not-a-date = { $label }: write day, month and year, like 20/11/1950.
rule-not-a-number = { $label }: write figures only, with a comma if needed.
problem-locked = This device is locked. Open it with your PIN.
problem-wrong-pin = That PIN is not right. Try again.
problem-last-person = Somebody has to be left who can open this device. Add somebody else first.
problem-key-store-shut = The PIN is not enough: this computer’s system does not give its part of the key. If a window opens that asks for the computer’s password, type it there (not the PIN) and try again. Otherwise open it with a code from the town hall.
problem-key-store-lost = The PIN is not enough: this computer’s system does not have its part of the key. Sign in to the computer with the account you always use. If that is the one, open it with a code from the town hall, or ask a colleague who opens it to take your name out and add it again. What was not sent is still inside.
problem-keys-unreadable = The keys of the records cannot be read, so the records stay shut. Nothing was deleted. Do not install the app again: call whoever looks after it.
rule-too-short = { $label }: at least { $min } characters.
rule-taken = { $label }: somebody else has it. Type something that tells them apart.
rule-too-easy = { $label }: anybody would guess it. Choose another.
