# Φωτογραφίες αιτημάτων και παγίων.
photos-title = Φωτογραφίες
photos-received = { $all ->
    [one] { $received ->
        [0] Η φωτογραφία δεν έφτασε ακόμη στον δήμο
       *[other] Η φωτογραφία είναι στον δήμο
    }
   *[other] { $received } από { $all } στον δήμο
}
photo-alt = Φωτογραφία ({ $moment }), { $at }
photo-alt-small = Μικρό αντίγραφο της φωτογραφίας
photo-moment-before = Πριν
photo-moment-after = Μετά
photo-moment-other = Φωτογραφία
photo-state-on_device = Στη συσκευή
photo-state-received = Παραλήφθηκε
photo-state-elsewhere = Δεν έφτασε ακόμη
photo-elsewhere = Η φωτογραφία είναι ακόμη στη συσκευή «{ $by }». Θα φανεί εδώ όταν εκείνη βρει δίκτυο.
photo-on-its-way = Η φωτογραφία ({ $size }) είναι στον δήμο και θα έρθει εδώ μόλις υπάρχει δίκτυο.
photo-unreadable = Δεν διαβάζεται
photo-by = Από
photo-taken = Τραβήχτηκε
photo-added = Προστέθηκε
photo-direction = προς { $degrees }°
photo-take-before = Φωτογραφία πριν
photo-take-after = Φωτογραφία μετά
photo-take-other = Φωτογραφία
photo-with-place = Να κρατηθεί και πού τραβήχτηκε
photo-keeping = { $left ->
    [one] Αποθηκεύεται 1 φωτογραφία…
   *[other] Αποθηκεύονται { $left } φωτογραφίες…
}
photo-kept = { $count ->
    [one] Κρατήθηκε 1 φωτογραφία στη συσκευή
   *[other] Κρατήθηκαν { $count } φωτογραφίες στη συσκευή
}
photo-number = Φωτογραφία { $number }
photo-drop = Αφαίρεση
photo-fault-empty = Το αρχείο είναι άδειο. Τραβήξτε τη φωτογραφία ξανά.
photo-fault-not-a-picture = Το αρχείο δεν είναι φωτογραφία που διαβάζεται εδώ. Διαλέξτε JPEG, PNG ή WebP· αν το κινητό γράφει HEIC, ρυθμίστε την κάμερα σε «Συμβατότητα».
photo-fault-too-large = Το αρχείο είναι πολύ μεγάλο: δεχόμαστε έως 40 MB και 110 εκατομμύρια εικονοστοιχεία. Μικρύνετε την ανάλυση της κάμερας και τραβήξτε ξανά.
photo-fault-damaged = Η φωτογραφία είναι χαλασμένη ή δεν αντιγράφηκε ολόκληρη. Τραβήξτε την ξανά.
photo-fault-not-here = Το αρχείο της φωτογραφίας δεν είναι σε αυτή τη συσκευή.
photos-waiting = { $count ->
    [one] 1 φωτογραφία περιμένει ({ $size })
   *[other] { $count } φωτογραφίες περιμένουν ({ $size })
}
photos-travelling = Φωτογραφίες: { $done } από { $expected }
photos-room = Χώρος για φωτογραφίες
photos-room-used = { $used } σε χρήση, από αυτά { $unsent } μόνο σε αυτή τη συσκευή
photos-room-hint = Πάνω από το όριο φεύγουν οι παλαιότερες που έχει ήδη ο δήμος· όσες έχει μόνο αυτή η συσκευή δεν φεύγουν ποτέ.
photos-room-save = Ορισμός ορίου
photos-room-budget = Όριο
did-photo = Φωτογραφία
