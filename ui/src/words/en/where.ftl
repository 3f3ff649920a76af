# Where the fault is, at the kiosk.
category-often = Often reported
kiosk-settlement = Village
kiosk-settlement-unknown = I do not know
kiosk-tag = Number on the pole or the tag
kiosk-tag-hint = If you know it, such as ΦΩΤ-0317 or 0317: we find the place ourselves.
kiosk-tag-short = Tag
kiosk-tag-none = This number was not found. Go on with the community and the spot.
kiosk-tag-found = Choose the one you see.
kiosk-tag-change = Another place
