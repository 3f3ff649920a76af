app-name = Κοινά
back = Πίσω
continue = Συνέχεια
cancel = Άκυρο
close = Κλείσιμο
retry = Δοκίμασε ξανά
yes = Ναι
no = Όχι
optional = (προαιρετικό)
choose = Διαλέξτε
all = Όλα
loading = Φορτώνει…
more = Περισσότερα
less = Λιγότερα
search = Αναζήτηση
search-clear = Καθαρισμός αναζήτησης
filters = Φίλτρα
filters-active = Φίλτρα ({ $count })
filters-clear = Χωρίς φίλτρα
skip-link = Μετάβαση στο περιεχόμενο
language-switch = English
navigation = Κύρια πλοήγηση
count-left = { $count ->
    [one] Απομένει 1 χαρακτήρας
   *[other] Απομένουν { $count } χαρακτήρες
}
count-over = { $count ->
    [one] 1 χαρακτήρας παραπάνω
   *[other] { $count } χαρακτήρες παραπάνω
}
list-count = { $count ->
    [one] 1 εγγραφή
   *[other] { NUMBER($count) } εγγραφές
}
list-failed = Η λίστα δεν φορτώθηκε.
reading-failed = Δεν φορτώθηκε.

nav-today = Σήμερα
nav-requests = Αιτήματα
nav-assets = Πάγια
nav-outbox = Αποστολή
nav-inbox = Εισερχόμενα
nav-enter = Νέο αίτημα
nav-conflicts = Συγκρούσεις
nav-devices = Συσκευές

# Οι πέντε λέξεις: ίδια σημασία παντού.
saved-draft = Πρόχειρο
saved-on_device = Στη συσκευή
saved-sent = Στάλθηκε
saved-received = Παραλήφθηκε
saved-needs_decision = Χρειάζεται απόφαση

status-RECEIVED = Νέο
status-PROTOCOLLED = Πρωτοκολλήθηκε
status-ASSIGNED = Χρεώθηκε
status-IN_PROGRESS = Σε εξέλιξη
status-ON_HOLD = Σε αναμονή
status-CANNOT_BE_DONE = Δεν γίνεται
status-REOPENED = Άνοιξε ξανά
status-FORWARDED = Διαβιβάστηκε
status-RESOLVED = Ολοκληρώθηκε
status-REJECTED = Δεν έγινε δεκτό
status-DUPLICATE = Διπλότυπο
status-WITHDRAWN = Ανακλήθηκε

priority-1 = Κίνδυνος
priority-2 = Υψηλή
priority-3 = Κανονική
priority-4 = Χαμηλή
priority-label = Προτεραιότητα: { $word }

condition-1 = 1 – Καινούργιο
condition-2 = 2 – Καλό
condition-3 = 3 – Μέτριο
condition-4 = 4 – Κακό
condition-5 = 5 – Επικίνδυνο
condition-none = Χωρίς επιθεώρηση

channel-crew = Εύρημα συνεργείου
channel-phone = Τηλέφωνο
channel-counter = Γκισέ
channel-email = Ηλεκτρονικό ταχυδρομείο
channel-import = Από άλλο σύστημα
channel-kiosk = Κιόσκι

kind-request = Αίτημα
kind-asset = Πάγιο

when-yesterday = χθες { $hour }
age-now = μόλις τώρα
age-ago = πριν { $span }
age-ahead = σε { $span }
span-minutes = { $count ->
    [one] 1 λεπτό
   *[other] { $count } λεπτά
}
span-hours = { $count ->
    [one] 1 ώρα
   *[other] { $count } ώρες
}
span-days = { $count ->
    [one] 1 ημέρα
   *[other] { $count } ημέρες
}
span-months = { $count ->
    [one] 1 μήνα
   *[other] { $count } μήνες
}
span-years = { $count ->
    [one] 1 έτος
   *[other] { $count } έτη
}

exchange-title = Ανταλλαγή με τον δήμο
exchange-pending = { $count ->
    [0] Όλα παραλήφθηκαν
    [one] 1 προς αποστολή
   *[other] { NUMBER($count) } προς αποστολή
}
exchange-last = τελευταία ανταλλαγή { $when }
exchange-never = καμία ανταλλαγή ακόμη
exchange-unknown = Η κατάσταση της ανταλλαγής είναι άγνωστη
exchange-decisions = { $count ->
    [one] 1 χρειάζεται απόφαση
   *[other] { NUMBER($count) } χρειάζονται απόφαση
}
exchange-network = Δίκτυο συσκευής
exchange-network-on = ανοιχτό
exchange-network-off = κλειστό
exchange-now = Στείλε τώρα
exchange-running = Γίνεται ανταλλαγή…
exchange-progress = { NUMBER($done) } από { NUMBER($expected) } εγγραφές
exchange-remaining = απομένουν περίπου { $span }
exchange-remaining-short = λίγα δευτερόλεπτα
exchange-finished = Η ανταλλαγή ολοκληρώθηκε στις { $hour }.

data-as-of = Δεδομένα από { $when }
data-stale = Τα δεδομένα είναι παλιά ({ $span }). Κάντε ανταλλαγή όταν βρείτε δίκτυο.
data-never = Η συσκευή δεν έχει λάβει ακόμη δεδομένα από τον δήμο. Κάντε ανταλλαγή όταν βρείτε δίκτυο.

draft-kept = Κρατήθηκε σε αυτή τη συσκευή
draft-restored = Συνεχίζετε από εκεί που είχατε μείνει.
draft-clear = Από την αρχή
draft-failed = Το πρόχειρο δεν αποθηκεύτηκε: μην κλείσετε την οθόνη. { $problem }
saved-here = Αποθηκεύτηκε σε αυτή τη συσκευή { $hour }

second-tap-no = Όχι, πίσω

withdrawn-title = Αυτή η συσκευή αποσύρθηκε
withdrawn-body = Η συσκευή «{ $name }» ({ $municipality }) αποσύρθηκε από το γραφείο. Ό,τι είχε αποθηκευτεί εδώ στάλθηκε στον δήμο και διαγράφηκε από τη συσκευή στις { $when }. Για να ξαναδουλέψει χρειάζεται νέα πρόσκληση.
start-title = Σύνδεση της συσκευής με τον δήμο
start-lead = Γίνεται μία φορά και χρειάζεται δίκτυο. Μετά η συσκευή δουλεύει και χωρίς.
start-how = Τι σας έδωσε το γραφείο;
start-how-code = Διεύθυνση και κωδικό
start-how-qr = Κείμενο από QR ή μήνυμα
start-server = Διεύθυνση διακομιστή
start-server-hint = Όπως σας δόθηκε, π.χ. https://koina.dimos.gr
start-server-missing = Γράψτε τη διεύθυνση του διακομιστή.
start-code = Κωδικός σύνδεσης
start-code-hint = Ισχύει για μία συσκευή και για λίγες ημέρες.
start-code-missing = Γράψτε τον κωδικό σύνδεσης.
start-qr = Κείμενο του QR
start-qr-hint = Επικολλήστε ολόκληρο το κείμενο.
start-qr-missing = Επικολλήστε το κείμενο του QR.
start-go = Σύνδεση
start-busy = Συνδέεται…
start-first-load = Έρχονται τα δεδομένα του δήμου
start-first-load-hint = Μπορείτε ήδη να δουλέψετε· η λήψη συνεχίζεται.

recovered-title = Η βάση της συσκευής είχε βλάβη και ξεκίνησε από την αρχή
recovered-unsent = { $count ->
    [0] Δεν βρέθηκαν αλλαγές που δεν είχαν σταλεί.
    [one] 1 αλλαγή που δεν είχε σταλεί μεταφέρθηκε και θα σταλεί.
   *[other] { NUMBER($count) } αλλαγές που δεν είχαν σταλεί μεταφέρθηκαν και θα σταλούν.
}
recovered-part = Η παλιά βάση δεν διαβάστηκε ολόκληρη. Ίσως λείπουν αλλαγές: δείξτε τη συσκευή στο γραφείο.
recovered-records = Οι εγγραφές του δήμου έρχονται ξανά με την επόμενη ανταλλαγή.
recovered-enrol = Τα στοιχεία σύνδεσης χάθηκαν. Συνδέστε τη συσκευή με νέο κωδικό και δείξτε την στο γραφείο: ό,τι δεν είχε σταλεί μένει στην παλιά βάση.
recovered-file = Η παλιά βάση φυλάσσεται: { $file }
recovered-seen = Το διάβασα

place-community = Κοινότητα
place-community-blank = Διαλέξτε κοινότητα
place-settlement = Οικισμός
place-settlement-blank = Όλη η κοινότητα
place-words = Πού ακριβώς
place-words-hint = Π.χ. «πλατεία, δίπλα στη βρύση».
place-mine = Του συνεργείου
place-others = Υπόλοιπες

category-search = Αναζήτηση είδους
category-search-hint = Π.χ. λάμπα, διαρροή, λακκούβα
category-groups = Όλες οι ομάδες
category-mine = Της υπηρεσίας σας
category-none = Δεν βρέθηκε είδος με αυτές τις λέξεις. Δοκιμάστε μία λέξη ή διαλέξτε ομάδα.
category-change = Αλλαγή είδους
category-chosen = Είδος
emergency-title = Κινδυνεύει ζωή; Καλέστε πρώτα.
emergency-112 = Έκτακτη ανάγκη
emergency-199 = Πυροσβεστική
emergency-166 = Ασθενοφόρο
emergency-then = Μετά συνεχίστε την καταγραφή εδώ.
emergency-mark = Κίνδυνος

timeline-title = Ιστορικό
timeline-claimed = ώρα συσκευής, δεν επιβεβαιώθηκε
timeline-pending = δεν έχει σταλεί ακόμη
timeline-concurrent = έγινε ταυτόχρονα με άλλη ενέργεια
timeline-other = Ενημέρωση
