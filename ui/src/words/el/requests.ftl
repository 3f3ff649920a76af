requests-title = Αιτήματα
requests-search = Αναζήτηση αιτημάτων
requests-search-hint = Λέξεις, τόπος ή αριθμός
requests-empty = Δεν υπάρχουν αιτήματα στη συσκευή.
requests-empty-filtered = Κανένα αίτημα δεν ταιριάζει. Δοκιμάστε λιγότερες λέξεις ή βγάλτε τα φίλτρα.
requests-state = Κατάσταση
requests-state-open = Ανοιχτά
requests-state-closed = Κλειστά
requests-state-all = Όλα
requests-community = Κοινότητα
requests-community-all = Όλες οι κοινότητες
requests-group = Ομάδα
requests-group-all = Όλες οι ομάδες
requests-late = Μόνο όσα καθυστερούν
requests-late-mark = Καθυστερεί

case-title = Αίτημα
case-receipt-number = Αριθμός παραλαβής
case-protocol-number = Αριθμός πρωτοκόλλου
case-awaits-number = Ζητήθηκε αριθμός πρωτοκόλλου· θα έρθει με την ανταλλαγή.
case-place = Τόπος
case-text = Περιγραφή
case-no-text = Χωρίς περιγραφή
case-channel = Από πού ήρθε
case-received = Ημερομηνία παραλαβής
case-due = Στόχος ολοκλήρωσης
case-answer-by = Απάντηση έως
case-department = Υπηρεσία
case-crew = Συνεργείο
case-asset = Πάγιο
case-answer = Δημόσια απάντηση
case-materials = Υλικά που μπήκαν
case-position = Σημείο
case-position-accuracy = ακρίβεια { $metres } μ.
case-saved = Κατάσταση αποστολής
case-clash = Για αυτό το αίτημα υπάρχουν δύο εκδοχές. Κρατήθηκαν και οι δύο· θα αποφασίσει το γραφείο.
case-duplicate-of = Διπλότυπο άλλου αιτήματος
case-open-original = Δείτε το αρχικό
similar-title = Μήπως είναι το ίδιο;
similar-hint = Ανοιχτό αίτημα για το ίδιο θέμα. Αν είναι το ίδιο, ό,τι γράψατε και οι φωτογραφίες προστίθενται εκεί.
similar-count = { $count ->
    [one] ένα ανοιχτό
   *[other] { $count } ανοιχτά
  }
similar-asset = το ίδιο πάγιο
similar-metres = { $metres } μ. από το σημείο
similar-village = στην ίδια κοινότητα
similar-same = Ναι, είναι το ίδιο
similar-register = Όποιος ζητά αριθμό πρωτοκόλλου χρειάζεται δικό του αίτημα. Βγάλτε την επιλογή, ή καταχωρίστε νέο.
similar-open = Δείτε το
similar-done-title = Γράφτηκε στο αίτημα που υπήρχε
similar-done-hint = Δεν άνοιξε δεύτερο αίτημα. Με αυτόν τον αριθμό βρίσκεται πάντα, και χωρίς δίκτυο.
joined-title = Το ανέφεραν και άλλοι
joined-supports = { $count ->
    [one] Αναφέρθηκε ακόμη μία φορά.
   *[other] Αναφέρθηκε ακόμη { $count } φορές.
  }
joined-requests = { $count ->
    [one] Ένα αίτημα ενώθηκε με αυτό:
   *[other] { $count } αιτήματα ενώθηκαν με αυτό:
  }
case-work = Άνοιγμα εργασίας
case-worked = Χρόνος εργασίας
worked-hours = { $hours } ώ.
worked-minutes = { $minutes } λ.
case-team = Εργάζονται
case-worked-people = όλοι μαζί { $span }
