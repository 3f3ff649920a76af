# Πού είναι η βλάβη, στο κιόσκι.
category-often = Συχνά
kiosk-settlement = Οικισμός
kiosk-settlement-unknown = Δεν ξέρω
kiosk-tag = Αριθμός στον στύλο ή στην ετικέτα
kiosk-tag-hint = Αν τον ξέρετε, όπως ΦΩΤ-0317 ή 0317: βρίσκουμε μόνοι μας τη θέση.
kiosk-tag-short = Ετικέτα
kiosk-tag-none = Δεν βρέθηκε αυτός ο αριθμός. Συνεχίστε με την κοινότητα και το σημείο.
kiosk-tag-found = Διαλέξτε αυτό που βλέπετε.
kiosk-tag-change = Άλλη θέση
