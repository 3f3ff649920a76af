# Photos of requests and assets.
photos-title = Photos
photos-received = { $all ->
    [one] { $received ->
        [0] The photo has not reached the town hall yet
       *[other] The photo is at the town hall
    }
   *[other] { $received } of { $all } at the town hall
}
photo-alt = Photo ({ $moment }), { $at }
photo-alt-small = Small copy of the photo
photo-moment-before = Before
photo-moment-after = After
photo-moment-other = Photo
photo-state-on_device = On this device
photo-state-received = Received
photo-state-elsewhere = Not here yet
photo-elsewhere = The photo is still on the device “{ $by }”. It shows here when that one finds a network.
photo-on-its-way = The photo ({ $size }) is at the town hall and comes here as soon as there is a network.
photo-unreadable = Cannot be read
photo-by = From
photo-taken = Taken
photo-added = Added
photo-direction = towards { $degrees }°
photo-take-before = Photo before
photo-take-after = Photo after
photo-take-other = Photo
photo-with-place = Also keep where it was taken
photo-keeping = { $left ->
    [one] Saving 1 photo…
   *[other] Saving { $left } photos…
}
photo-kept = { $count ->
    [one] 1 photo kept on this device
   *[other] { $count } photos kept on this device
}
photo-number = Photo { $number }
photo-drop = Remove
photo-fault-empty = The file is empty. Take the photo again.
photo-fault-not-a-picture = The file is no photo that can be read here. Choose JPEG, PNG or WebP; if the phone writes HEIC, set its camera to “Most compatible”.
photo-fault-too-large = The file is too large: up to 40 MB and 110 million pixels are taken. Choose a lower resolution in the camera and take it again.
photo-fault-damaged = The photo is damaged or was not copied whole. Take it again.
photo-fault-not-here = The file of the photo is not on this device.
photos-waiting = { $count ->
    [one] 1 photo waits ({ $size })
   *[other] { $count } photos wait ({ $size })
}
photos-travelling = Photos: { $done } of { $expected }
photos-room = Room for photos
photos-room-used = { $used } in use, { $unsent } of that only on this device
photos-room-hint = Above the limit the oldest go that the town hall already has; those that only this device has never go.
photos-room-save = Set the limit
photos-room-budget = Limit
did-photo = Photo
