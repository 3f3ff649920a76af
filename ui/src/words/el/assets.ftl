assets-title = Πάγια
assets-search = Αναζήτηση παγίων
assets-search-hint = Αριθμός, όνομα ή τόπος
assets-empty = Δεν υπάρχουν πάγια στη συσκευή.
assets-empty-filtered = Κανένα πάγιο δεν ταιριάζει. Δοκιμάστε λιγότερες λέξεις ή βγάλτε τα φίλτρα.
assets-kind = Τύπος
assets-kind-all = Όλοι οι τύποι
assets-community = Κοινότητα
assets-community-all = Όλες οι κοινότητες
assets-condition = Κατάσταση
assets-condition-all = Κάθε κατάσταση
assets-retired = Μαζί με όσα αποσύρθηκαν
assets-add = Νέο πάγιο
assets-open-requests = { $count ->
    [one] 1 ανοιχτό αίτημα
   *[other] { $count } ανοιχτά αιτήματα
}
assets-retired-mark = Αποσύρθηκε

asset-title = Πάγιο
asset-number = Αριθμός παγίου
asset-number-none = Χωρίς αριθμό
asset-name = Όνομα
asset-place = Τόπος
asset-note = Σημείωση
asset-condition = Κατάσταση
asset-inspected = Τελευταία επιθεώρηση
asset-requests = Αιτήματα γι’ αυτό
asset-requests-none = Δεν υπάρχει αίτημα γι’ αυτό το πάγιο.
asset-clash = Για αυτό το πάγιο υπάρχουν δύο εκδοχές. Κρατήθηκαν και οι δύο· θα αποφασίσει το γραφείο.
asset-finding = Νέο εύρημα γι’ αυτό
asset-inspect = Επιθεώρηση
asset-inspect-condition = Σε τι κατάσταση είναι;
asset-inspect-missing = Διαλέξτε κατάσταση από 1 έως 5.
asset-inspect-save = Αποθήκευση επιθεώρησης
asset-move = Μετακίνηση
asset-move-save = Αποθήκευση νέου τόπου
asset-edit = Διόρθωση στοιχείων
asset-edit-save = Αποθήκευση στοιχείων
asset-retire = Απόσυρση
asset-retire-question = Το πάγιο βγαίνει από τη χρήση και δεν αλλάζει πια. Το ιστορικό του μένει.
asset-retire-reason = Γιατί αποσύρεται;
asset-retire-reason-hint = Π.χ. «έσπασε, μπήκε καινούργιο».
asset-retire-missing = Γράψτε γιατί αποσύρεται.
asset-retire-save = Ναι, απόσυρση
asset-add-title = Νέο πάγιο
asset-add-kind-missing = Διαλέξτε τύπο παγίου.
asset-add-number-hint = Όπως γράφεται στην ετικέτα ή στον στύλο.
asset-add-condition = Κατάσταση που είδατε
asset-add-condition-none = Δεν το κοίταξα
asset-add-save = Αποθήκευση παγίου

check-yes = Ναι
check-no = Όχι
check-hint = Ό,τι μένει κενό μετρά ως «δεν ελέγχθηκε».
check-with-unit = { $name } ({ $unit })
check-limits = Όρια: { $least } έως { $most }
check-least = Όριο: τουλάχιστον { $least }
check-most = Όριο: έως { $most }
check-until-hint = Ημέρα, μήνας, έτος, π.χ. 31/5/2027
check-not-looked = δεν ελέγχθηκε
decimal-mark = ,
checked-title = Τι βρήκαν οι επιθεωρήσεις
checked-failed = Εκτός ορίων
checked-request = Αίτημα { $number }
checked-report = Να γίνει αίτημα
checked-report-of = Να γίνει αίτημα: { $name }
due-title = Επιθεωρήσεις
due-overdue = Εκπρόθεσμες
due-soon = Σύντομα
due-failed = Εκτός ορίων
due-sum = { $count ->
    [one] 1 εκπρόθεσμη
   *[other] { $count } εκπρόθεσμες
}
due-hint = «Σύντομα» είναι όσες λήγουν σε { $days } ημέρες. Πατήστε έναν αριθμό για τη λίστα.
due-open = { $what }: { $count } – { $kind }, { $community }
due-empty = Κανένα πάγιο της συσκευής δεν έχει ρυθμό επιθεώρησης.
assets-due = Επιθεώρηση
assets-due-all = Ανεξάρτητα από επιθεώρηση
assets-overdue = Εκπρόθεσμο
assets-failed = { $count ->
    [one] 1 εκτός ορίων
   *[other] { $count } εκτός ορίων
}
asset-due = Επόμενη επιθεώρηση
asset-overdue = Έληξε { $when }

rounds-title = Απογραφές
rounds-new = Νέα απογραφή
rounds-hint = Περνάτε με τα πόδια, σαρώνετε κάθε ετικέτα και βλέπετε τι λείπει. Δουλεύει χωρίς δίκτυο. Όποιος αρχίζει την ίδια απογραφή την ίδια ημέρα δουλεύει στην ίδια λίστα.
rounds-begin = Αρχή
rounds-known = Απογραφές που άρχισαν
rounds-empty = Δεν έχει αρχίσει ακόμη καμία απογραφή.
round-of = Απογραφή { $day }
round-all-kinds = Όλα τα πάγια
round-left = { $count ->
    [one] Απομένει 1
   *[other] Απομένουν { $count }
}
round-ended = Ολοκληρώθηκε
round-not-found = { $count ->
    [one] 1 δεν βρέθηκε
   *[other] { $count } δεν βρέθηκαν
}
round-seen = Το βρήκα
round-seen-said = Βρέθηκε. Αποθηκεύτηκε σε αυτή τη συσκευή.
round-again = Το είχε βρει ήδη κάποιος σε αυτή την απογραφή.
round-elsewhere-said = Σημειώθηκε ότι το είδατε εδώ. Στο μητρώο όμως είναι γραμμένο αλλού.
round-move-here = Είναι πια εδώ: άλλαξε τον τόπο του
round-condition = Σε τι κατάσταση είναι; (1 καινούργιο – 5 επικίνδυνο)
round-unknown = Η ετικέτα { $tag } δεν ανήκει σε πάγιο αυτής της συσκευής.
round-unknown-add = Νέο πάγιο με αυτή την ετικέτα
round-unknown-link = Δέσιμο σε πάγιο που υπάρχει
round-is-here = Είναι εδώ
round-open = Άνοιγμα
round-unseen = Δεν ήταν αυτό
round-unseen-said = Αναιρέθηκε ό,τι είπατε για αυτό.
round-unseen-others = Το βρήκε άλλος σε αυτή την απογραφή. Το αναιρεί μόνο όποιος το είπε.
round-parts = Ποια πάγια
round-part-left = Απομένουν
round-part-found = Βρέθηκαν
round-part-elsewhere = Γραμμένα αλλού
round-part-not_found = Δεν βρέθηκαν
round-none-left = Δεν απομένει κανένα.
round-none-found = Δεν βρέθηκε ακόμη κανένα.
round-none-elsewhere = Κανένα δεν βρέθηκε που να είναι γραμμένο αλλού.
round-none-not_found = Κανένα δεν έχει σημειωθεί ότι δεν βρέθηκε.
round-near = Τα κοντινά πρώτα
round-near-again = Τα κοντινά πρώτα, από εδώ
round-no-fix = Η θέση δεν βρέθηκε. Η σειρά μένει κατά αριθμό.
round-metres = { $metres } μ. από εδώ
round-end = Τέλος απογραφής
round-end-question = { $count ->
    [one] 1 πάγιο απομένει. Θα σημειωθεί ότι δεν βρέθηκε.
   *[other] { $count } πάγια απομένουν. Θα σημειωθεί ότι δεν βρέθηκαν.
}
round-end-yes = Ναι, τέλος
round-ending = Σημειώθηκαν { $done } από { $of }
round-stop = Σταμάτα εδώ
round-report = Αναφορά απογραφής
round-as-of = όπως ήταν { $when }
round-expected = Έπρεπε να είναι εκεί
round-time = Από – έως
round-by = Ποιοι
round-seen-when = Το είδαν
round-never = ποτέ
round-print = Εκτύπωση ή PDF
asset-seen = Τελευταία φορά το είδαν
asset-missing = Μια απογραφή το έψαξε και δεν το βρήκε.
assets-missing = Μόνο όσα δεν βρέθηκαν σε απογραφή
assets-missing-mark = Δεν βρέθηκε
check-none = Δεν αφορά
check-none-of = Δεν αφορά: { $name }
check-clear = Καθαρισμός
check-clear-of = Καθαρισμός απάντησης: { $name }
