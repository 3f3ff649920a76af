# Η κοινότητα: τι ανοίγει για τους κατοίκους, τι έγινε, πώς πάει.
nav-community = Κοινότητα
community-title = Η κοινότητά μου
community-open = Ανοιχτά
community-late = Εκπρόθεσμα
community-done = Έγιναν αυτόν τον μήνα
community-oldest = Περιμένουν περισσότερο
community-nothing-open = Τίποτε ανοιχτό στην κοινότητα.
community-due = Προθεσμία του Δήμου: { $when }
community-due-past = Η προθεσμία του Δήμου πέρασε: { $when }
community-resident = Αίτημα κατοίκου
community-memo = Υπόμνημα εργασίας που έγινε
community-urgent = Άμεση αποκατάσταση βλάβης
community-report = Μηνιαία αναφορά
community-none = Η συσκευή δεν έχει κοινότητα. Ζητήστε από το Δημαρχείο να τη διορθώσει.

community-resident-kind = Τι ζητάει ο κάτοικος;
community-resident-place = Πού είναι;
community-resident-words = Τι λέει ο κάτοικος;
community-resident-text-hint = Λίγα λόγια αρκούν. Ονόματα και τηλέφωνα μόνο πιο κάτω.
community-resident-save = Αποθήκευση αιτήματος
community-contact = Ποιον να ενημερώσει ο Δήμος
community-contact-hint = Προαιρετικά. Κλειδώνεται εδώ και το ανοίγει μόνο το γραφείο του Δήμου: ούτε εσείς το βλέπετε ξανά, και δεν κρατιέται στο πρόχειρο.
community-register = Θέλει αριθμό πρωτοκόλλου
community-register-hint = Τον δίνει ο Δήμος στην επόμενη ανταλλαγή.

community-memo-title = Υπόμνημα εκτελεσθείσας εργασίας
community-memo-kind = Τι εργασία έγινε;
community-memo-place = Πού έγινε;
community-memo-words = Πότε και από ποιον;
community-memo-text = Τι έγινε
community-memo-text-hint = Το διαβάζει η τεχνική υπηρεσία και μπαίνει στη μηνιαία αναφορά. Μη γράφετε ονόματα πολιτών.
community-memo-on = Ημέρα που έγινε
community-memo-on-hint = Ημέρα/μήνας/έτος, όπως { $example }· ή οκτώ ψηφία στη σειρά.
community-memo-on-missing = Γράψτε ποια ημέρα έγινε.
community-memo-by = Ποιος την έκανε
community-memo-by-hint = Συνεργείο του Δήμου, εργολάβος, εθελοντές… Μπαίνει στη μηνιαία αναφορά: όχι ονόματα πολιτών.
community-memo-by-missing = Γράψτε ποιος έκανε την εργασία.
community-memo-note = Τι έγινε
community-memo-save = Αποθήκευση υπομνήματος
community-memo-today = Σήμερα
community-memo-yesterday = Χθες
community-memo-here = Έγινε η εργασία: υπόμνημα

community-urgent-kind = Τι βλάβη είναι;
community-urgent-place = Πού είναι;
community-urgent-words = Τι συμβαίνει και τι κάνατε;
community-urgent-text = Τι συμβαίνει
community-urgent-text-hint = Λίγα λόγια αρκούν. Μη γράφετε ονόματα ή τηλέφωνα πολιτών.
community-urgent-measures = Μέτρα που πήρατε
community-urgent-measures-hint = Π.χ. έκλεισε η βάνα, ειδοποιήθηκε ο υδραυλικός της υπηρεσίας.
community-urgent-measures-missing = Γράψτε τι μέτρα πήρατε.
community-urgent-save = Αποθήκευση
community-urgent-call = Η ειδοποίηση φεύγει με την επόμενη ανταλλαγή. Αν δεν μπορεί να περιμένει, τηλεφωνήστε και στην υπηρεσία.

community-done-resident = Το αίτημα αποθηκεύτηκε
community-done-memo = Το υπόμνημα αποθηκεύτηκε
community-done-urgent = Η αποκατάσταση καταγράφηκε
community-pin = Κωδικός παρακολούθησης
community-pin-hint = Με τον αριθμό και τον κωδικό ο κάτοικος βλέπει την πορεία στο κιόσκι. Ο κωδικός δεν ξαναδείχνεται.
community-again = Κι άλλο αίτημα
community-again-memo = Κι άλλο υπόμνημα
community-again-urgent = Κι άλλη βλάβη
community-home = Στην κοινότητα

community-note = Σημείωση
community-note-hint = Τη βλέπουν το Δημαρχείο και το συνεργείο. Μη γράφετε ονόματα ή τηλέφωνα.
community-note-save = Αποθήκευση σημείωσης
community-note-missing = Γράψτε κάτι πρώτα.

did-executed = Η κοινότητα δηλώνει ότι έγινε
did-urgent = Άμεσα μέτρα της κοινότητας
channel-community = Κοινότητα

report-month = Μήνας
report-unfinished = Ο μήνας δεν έχει τελειώσει.
report-as-of = Όσα ήξερε η συσκευή στις { $when }.
report-received = Ζητήθηκαν
report-done = Έγιναν
report-ended = Έκλεισαν αλλιώς
report-open = Ανοιχτά τώρα
report-late = Εκπρόθεσμα τώρα
report-group = Θέμα
report-group-other = Άλλα
report-total = Σύνολο
report-groups = Ανά θέμα
report-median = { $days ->
    [0] Τα μισά έγιναν την ίδια ημέρα.
    [one] Τα μισά έγιναν μέσα σε 1 ημέρα.
   *[other] Τα μισά έγιναν μέσα σε { $days } ημέρες.
}
report-memos = Εργασίες που έγιναν
report-memos-none = Δεν υπάρχουν υπομνήματα εργασιών για τον μήνα.
report-urgent = Άμεσες αποκαταστάσεις
report-urgent-none = Καμία.
report-by = Από: { $who }
report-since = Από
report-due = Προθεσμία
report-print = Εκτύπωση ή PDF
report-public = Δεν μπαίνει ό,τι είπαν οι κάτοικοι. Πριν την αναρτήσετε, ελέγξτε ότι δεν υπάρχουν ονόματα στους τόπους και στις εργασίες.
report-open-again = Άνοιξε ξανά: κάποιος λέει ότι το πρόβλημα υπάρχει ακόμη.
community-loading = Τα αιτήματα έρχονται ακόμη: οι αριθμοί δεν είναι πλήρεις.
community-same-not = Όποιος θέλει ενημέρωση ή αριθμό πρωτοκόλλου χρειάζεται δικό του αίτημα.
community-contact-not-ready = Η συσκευή δεν έχει ακόμη το κλειδί του Δήμου. Κάντε μία ανταλλαγή, ή αποθηκεύστε χωρίς στοιχεία.
community-memo-closed = Το αίτημα έκλεισε στο μεταξύ. Ό,τι γράψατε μένει εδώ· μπορεί να αποθηκευτεί αν ανοίξει ξανά.
report-cut = Εδώ είναι τα πρώτα { $shown } από { $all }.
report-nothing = Κανένα αίτημα.

# Προτάσεις έργων.
proposals-title = Προτάσεις έργων
proposals-new = Νέα πρόταση έργου
proposals-another = Κι άλλη πρόταση
proposals-none = Η κοινότητα δεν έχει προτείνει έργα.
proposals-hint = Πρώτη μπαίνει η πιο σημαντική. Η σειρά ισχύει όταν αποθηκευτεί με την απόφαση του συμβουλίου.
proposals-up = Πιο πάνω: { $what }
proposals-down = Πιο κάτω: { $what }
proposals-moved = Θέση { $place } από { $of }
proposals-place = θέση { $place }
proposals-order = Σειρά της κοινότητας
proposals-decision = Απόφαση ή συνεδρίαση
proposals-decision-hint = Π.χ. Απόφαση 5/2026 του Συμβουλίου της Κοινότητας
proposals-decision-missing = Γράψτε από ποια απόφαση ή συνεδρίαση είναι η σειρά.
proposals-save = Αποθήκευση σειράς
proposals-open = Δείτε την
proposals-closed = Απαντημένες από τον Δήμο
proposals-cost = Εκτίμηση κόστους σε ευρώ
proposals-cost-hint = Όσο το ξέρετε, όπως 12.500
community-proposal-kind = Τι προτείνετε;
community-proposal-place = Πού θα γίνει;
community-proposal-words = Τι έργο χρειάζεται;
community-proposal-text = Το έργο
community-proposal-text-hint = Τι χρειάζεται και γιατί. Διαβάζεται δημόσια.
community-proposal-save = Αποθήκευση πρότασης
community-done-proposal = Η πρόταση αποθηκεύτηκε
did-ranked = Σειρά από το συμβούλιο της κοινότητας
proposals-unsaved = Η σειρά δεν έχει αποθηκευτεί ακόμη.
proposals-changed = Η σειρά που βλέπετε δεν έχει αποθηκευτεί, και στο μεταξύ αποθηκεύτηκε άλλη. Συνεχίστε ή ξεκινήστε από την αρχή.
