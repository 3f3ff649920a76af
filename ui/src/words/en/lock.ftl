# A device that locks: who is there, and their PIN.
lock-title = This device is locked
lock-lead = The municipality's records open with a PIN only, also without a network.
lock-who = Who are you?
lock-who-missing = Choose who you are.
lock-pin = PIN
lock-pin-missing = Type your PIN.
lock-open = Open
lock-opening = Opening…
lock-wait = Too many wrong PINs. Wait { $time } and try again.
lock-forgotten = Forgot your PIN? A colleague who opens this device takes your name out and adds it again with a new PIN. What was not sent stays inside.

# Who opens this device.
people-title = Locking with a PIN
people-lead = The device opens with the PIN of one of these only, and locks itself after { $minutes } minutes without a touch. Whoever takes its disk reads nothing.
people-none = This device does not lock: whoever holds it reads all that is in it. Set a PIN for whoever works with it.
people-me = you
people-first = Set a PIN
people-add = Somebody else with a PIN of their own
people-change = Change my PIN
people-lock = Lock now
people-name = Name
people-name-hint = As it will stand on the locked screen
people-pin = PIN
people-new = New PIN
people-old = The PIN until now
people-pin-hint = At least { $min } digits or letters, not 123456
people-again = The same PIN again
people-again-other = The two PINs are not the same. Type both again.
people-save = Save
people-added = Saved. From now on it also opens with the PIN of { $name }.
people-changed = Your PIN was changed.
people-remove = Take out
people-remove-question = No longer open it with the PIN of { $name }?
people-remove-confirm = Yes, take out
people-removed = It no longer opens with the PIN of { $name }.
people-lost = If all PINs are lost, what was not sent is lost with them. Add at least two people.
